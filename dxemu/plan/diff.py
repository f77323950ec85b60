"""What differs between two plans, row by row, and a plan with such differences applied. Pure.

Rows are compared by the names and addresses that plans have: what is called otherwise is another thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace

from dxemu.plan.model import Plan
from dxemu.plan.tables import SETTINGS, TABLES, Key, Row, rows

SECRET = frozenset({"auth_key", "pre_shared_key"})
HIDDEN = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A row that is new. `place` is where it stands in its table afterwards."""

    table: str
    key: Key
    row: Row = field(repr=False)
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A row that is no longer there."""

    table: str
    key: Key
    row: Row = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of a row that is another one, by the names of its fields: `ends.1.bfd.interval`."""

    name: str
    old: object = field(repr=False)
    new: object = field(repr=False)

    def __str__(self) -> str:
        last = self.name.rpartition(".")[2]
        return f"{self.name} {_shown(self.old, last)} -> {_shown(self.new, last)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A row of which something is different: `values` say what."""

    table: str
    key: Key
    old: Row = field(repr=False)
    new: Row = field(repr=False)

    @property
    def values(self) -> tuple[Value, ...]:
        """What differs, in the order of the fields."""
        return tuple(_values(self.old, self.new, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reordered:
    """The rows that both plans have stand in another order: `keys`. No lab has to do anything for it."""

    table: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a plan says of itself: its name, its story, the daemons' versions."""

    name: str
    old: object
    new: object


Difference = Added | Removed | Changed | Reordered | Setting
Diff = tuple[Difference, ...]


def diff(old: Plan, new: Plan) -> Diff:
    """All differences, table by table in the order in which tables are built."""
    return (*_settings(old, new), *(found for table in TABLES for found in _table(old, new, table)))


def applied(plan: Plan, found: Diff) -> Plan:
    """The plan that `plan` becomes: `applied(old, diff(old, new)) == new`. Raises KeyError if it is of another plan."""
    values: dict[str, object] = {one.name: one.new for one in found if isinstance(one, Setting)}
    for table in TABLES:
        mine = [one for one in found if not isinstance(one, Setting) and one.table == table]
        if mine:
            values[table] = _after(rows(plan, table), mine)
    return replace(plan, **values)  # type: ignore[arg-type]  # a tuple of the table's own rows each


def _settings(old: Plan, new: Plan) -> Iterator[Setting]:
    for name in SETTINGS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Setting(name=name, old=before, new=after)


def _table(old: Plan, new: Plan, table: str) -> Iterator[Difference]:
    before, after = rows(old, table), rows(new, table)
    for key, row in before.items():
        if key not in after:
            yield Removed(table=table, key=key, row=row)
        elif row != after[key]:
            yield Changed(table=table, key=key, old=row, new=after[key])
    stay = tuple(key for key in after if key in before)
    if stay != tuple(key for key in before if key in after):
        yield Reordered(table=table, keys=stay)
    for place, (key, row) in enumerate(after.items()):
        if key not in before:
            yield Added(table=table, key=key, row=row, place=place)


def _after(before: Mapping[Key, Row], found: Sequence[Difference]) -> tuple[Row, ...]:
    left = dict(before)
    for one in found:
        if isinstance(one, Removed):
            del left[one.key]
        elif isinstance(one, Changed):
            left[one.key]  # another plan's difference is a KeyError
            left[one.key] = one.new
    order = next((one.keys for one in found if isinstance(one, Reordered)), tuple(left))
    result = [left[key] for key in order]
    for one in sorted((one for one in found if isinstance(one, Added)), key=lambda one: one.place):
        result.insert(one.place, one.row)
    return tuple(result)


def _values(old: object, new: object, name: str) -> Iterator[Value]:
    if is_dataclass(old) and is_dataclass(new) and type(old) is type(new):
        for entry in fields(old):
            inner = f"{name}.{entry.name}" if name else entry.name
            yield from _values(getattr(old, entry.name), getattr(new, entry.name), inner)
    elif _is_rows(old) and _is_rows(new) and len(old) == len(new):  # type: ignore[arg-type]  # both are tuples
        for number, (one, other) in enumerate(zip(old, new, strict=True)):  # type: ignore[call-overload]  # both are tuples
            yield from _values(one, other, f"{name}.{number}")
    elif old != new:
        yield Value(name=name, old=old, new=new)


def _is_rows(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(is_dataclass(one) for one in value)


def _shown(value: object, name: str = "") -> str:
    """For people. `name`: of the field that has this value; no secret is shown, however deep it lies."""
    if name in SECRET:
        return HIDDEN
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    if is_dataclass(value) and not isinstance(value, type) and type(value).__str__ is object.__str__:
        words = (f"{entry.name} {_shown(getattr(value, entry.name), entry.name)}" for entry in fields(value))
        return f"({', '.join(words)})"
    return str(value)
