"""What differs between two designs as they are written: by path, with the values that hold, defaults among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from dxemu.topology.file import TopologyFile
from dxemu.topology.invalid import fields_by_key
from dxemu.topology.marks import KeyPath
from dxemu.topology.secrets import HIDDEN, is_secret


class DifferenceKind(StrEnum):
    """What became of what stands at a path."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is another one, or one element that came or went. `old` and `new` are words for people.

    A list's entries are numbered from 0 in `path`, and from 1 in words. Secrets are not told.
    """

    path: KeyPath
    kind: DifferenceKind
    old: str = ""
    new: str = ""

    @property
    def name(self) -> str:
        """`virtual_interfaces.backup.mtu`."""
        return ".".join(str(key + 1) if isinstance(key, int) else key for key in self.path)

    def __str__(self) -> str:
        return (
            f"{self.name} {self.old} -> {self.new}"
            if self.kind is DifferenceKind.CHANGED
            else f"{self.name} {self.kind}"
        )


def differences(old: TopologyFile, new: TopologyFile) -> tuple[Difference, ...]:
    """All of them, in the order of the file's keys. The story is for people and makes none."""
    return tuple(found for found in _models(old, new, ()) if found.path != ("story",))


def _models(old: BaseModel, new: BaseModel, path: KeyPath) -> Iterator[Difference]:
    for key, field in fields_by_key(type(old)).items():
        name = next(name for name, known in type(old).model_fields.items() if known is field)
        yield from _values(getattr(old, name), getattr(new, name), (*path, key))


def _values(old: object, new: object, path: KeyPath) -> Iterator[Difference]:
    if isinstance(old, BaseModel) and isinstance(new, BaseModel):
        yield from _models(old, new, path)
    elif isinstance(old, dict) and isinstance(new, dict):
        yield from _entries(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and any(isinstance(one, BaseModel) for one in (*old, *new)):
        yield from _entries(dict(enumerate(old)), dict(enumerate(new)), path)
    elif old != new:
        yield _changed(old, new, path)


def _entries(old: Mapping[str | int, object], new: Mapping[str | int, object], path: KeyPath) -> Iterator[Difference]:
    for key in dict.fromkeys((*old, *new)):
        here = (*path, key)
        if key in old and key in new:
            yield from _values(old[key], new[key], here)
        elif isinstance(key, int):  # an entry of a list that nobody wrote is there with its defaults
            yield from _models(*_beside(old.get(key), new.get(key)), here)
        else:
            yield Difference(path=here, kind=DifferenceKind.ADDED if key in new else DifferenceKind.REMOVED)


def _beside(old: object, new: object) -> tuple[BaseModel, BaseModel]:
    """Both, the one that is missing with all its defaults."""
    there = old if isinstance(old, BaseModel) else new
    assert isinstance(there, BaseModel)
    empty = type(there)()
    return (old if isinstance(old, BaseModel) else empty), (new if isinstance(new, BaseModel) else empty)


def _changed(old: object, new: object, path: KeyPath) -> Difference:
    if is_secret(str(path[-1])):
        return Difference(path=path, kind=DifferenceKind.CHANGED, old=HIDDEN, new=HIDDEN)
    return Difference(path=path, kind=DifferenceKind.CHANGED, old=_shown(old, path), new=_shown(new, path))


def _shown(value: object, path: KeyPath) -> str:
    if value is None:
        return "off" if path[-1] == "bfd" else "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_shown(one, path) for one in value)}]"
    return "a block" if isinstance(value, BaseModel | dict) else str(value)
