"""Orders and answers as JSON: one object a line.

An order:  {"protocol": 1, "number": 7, "order": "advance", "to": 5.0}
           {"protocol": 1, "number": 8, "order": "inject", "id": "cut", "kind": "cable_cut",
            "parameters": {"connection": "primary"}}
An answer: {"answer": 7, "t": 5.0, "done": {...}} or {"answer": 7, "t": 5.0, "refused": {"problem": ..., "remedy": ...}}

Answers and events come on one line of communication: an event has no `answer`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dxemu.actions.base import Action
from dxemu.faults.base import Fault
from dxemu.host.channel import NUMBER
from dxemu.probes.base import Probe
from dxemu.run.job import Served
from dxemu.run.kind_values import kind_read, name_of_kind, number, parameters_written
from dxemu.run.orders import ORDERS, PROTOCOL, STATES, Act, Inject, Order, OrderRefused, StartProbe
from dxemu.topology.words import kind_of, quoted, suggestion
from dxemu.units import Seconds

MOST_ROWS = 65535
"""Or columns, of a terminal: more has no place in its struct winsize."""


def encoded(order: Order, number: int) -> dict[str, object]:
    """An order as JSON has it."""
    about: dict[str, object] = {"protocol": PROTOCOL, NUMBER: number, "order": order.word}
    match order:
        case Inject(id=name, fault=fault, lasts=lasts):
            until = {} if lasts is None else {"lasts": lasts}
            return {**about, "id": name, **until, "kind": name_of_kind(fault), "parameters": parameters_written(fault)}
        case Act(id=name, action=kind):
            after = {"design": order.design, "topology": order.topology} if order.design else {}
            return {**about, "id": name, **after, "kind": name_of_kind(kind), "parameters": parameters_written(kind)}
        case StartProbe(probe=probe):
            return {**about, "name": probe.name, "kind": probe.kind, "parameters": parameters_written(probe)}
    given = {f.name: getattr(order, f.name) for f in dataclasses.fields(order)}
    return {**about, **{name: value for name, value in given.items() if value not in (None, "", ())}}


def number_of(written: object) -> int | None:
    """The number that an answer to this carries; None if it has none."""
    found = written.get(NUMBER) if isinstance(written, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def decoded(written: object, served: Served) -> Order:
    """The order that this is. Raises OrderRefused."""
    if not isinstance(written, dict):
        raise OrderRefused(f"an order is a JSON object, this is {kind_of(written)}", "Send one object a line.")
    if written.get("protocol") != PROTOCOL:
        problem = f"this lab takes orders of protocol {PROTOCOL}, and this one is of {quoted(written.get('protocol'))}"
        raise OrderRefused(problem, "Use the dxemu that started the lab.")
    if number_of(written) is None:
        raise OrderRefused("an order without a number", "Number the orders: the answer has the same number.")
    word = written.get("order")
    if not isinstance(word, str) or word not in ORDERS:
        raise OrderRefused(f"unknown order {quoted(word)}", suggestion(str(word), ORDERS))
    rest = {key: value for key, value in written.items() if key not in ("protocol", "number", "order")}
    reader = _OF_KINDS.get(word)
    return _plain(ORDERS[word], rest) if reader is None else reader(rest, served)


def _inject(rest: Mapping[str, object], served: Served) -> Order:
    values = _fields("inject", rest, {**_KIND_FIELDS, "lasts": _SECONDS}, {"lasts"})
    kind, parameters = str(values["kind"]), values["parameters"]
    fault = kind_read("fault", kind, served.kinds["fault"], Fault, parameters, served.names)  # type: ignore[type-abstract]  # never made
    for wrong in fault.contradictions():
        raise OrderRefused(wrong.problem, wrong.remedy)
    lasts = values.get("lasts")
    return Inject(id=str(values["id"]), fault=fault, lasts=lasts if isinstance(lasts, Seconds) else None)


def _act(rest: Mapping[str, object], served: Served) -> Order:
    after = ("design", "topology")
    values = _fields("act", rest, {**_KIND_FIELDS, **dict.fromkeys(after, _NAME)}, frozenset(after))
    kind, parameters = str(values["kind"]), values["parameters"]
    action = kind_read("action", kind, served.kinds["action"], Action, parameters, served.names)  # type: ignore[type-abstract]  # never made
    design, topology = (str(values.get(name, "")) for name in after)
    return Act(id=str(values["id"]), action=action, design=design, topology=topology)


def _start_probe(rest: Mapping[str, object], served: Served) -> Order:
    values = _fields("start_probe", rest, {"name": _NAME, "kind": _NAME, "parameters": _NAMED})
    kind, parameters = str(values["kind"]), values["parameters"]
    modules, name = served.kinds["probe"], str(values["name"])
    probe = kind_read("probe", kind, modules, Probe, parameters, served.names, name=name)
    for wrong in probe.contradictions():
        raise OrderRefused(wrong.problem, wrong.remedy)
    return StartProbe(probe=probe)


def _plain(order: type[Order], rest: Mapping[str, object]) -> Order:
    known = {f.name: _BY_NAME.get(f.name) or _FIELDS[str(f.type)] for f in dataclasses.fields(order)}
    optional = {f.name for f in dataclasses.fields(order) if f.default is not dataclasses.MISSING}
    optional |= {f.name for f in dataclasses.fields(order) if f.default_factory is not dataclasses.MISSING}
    values = _fields(order.word, rest, known, optional)
    if order.word == "ask_states" and values["of"] not in STATES:
        raise OrderRefused(f"there are no states of {quoted(values['of'])}", suggestion(str(values["of"]), STATES))
    if order.word == "advance" and len(values) != 1:
        raise OrderRefused("advance takes `to` or `by`, one of them", "Say how far the time shall go.")
    return order(**values)


@dataclass(frozen=True, slots=True)
class _Field:
    """`words` say what it takes. `read` raises TypeError or ValueError."""

    words: str
    read: Callable[[object], object]


def _fields(
    word: str,
    rest: Mapping[str, object],
    known: Mapping[str, _Field],
    optional: set[str] | frozenset[str] = frozenset(),
) -> dict[str, object]:
    for key in rest:
        if key not in known:
            raise OrderRefused(f"{word} has no {quoted(key)}", suggestion(key, known, f"{word} takes nothing."))
    values = {}
    for key, field in known.items():
        if key not in rest:
            if key not in optional:
                raise OrderRefused(f"{word} lacks {quoted(key)}", f"It takes {field.words}.")
            continue
        try:
            values[key] = field.read(rest[key])
        except (TypeError, ValueError):
            problem = f"{quoted(key)} of {word} is {kind_of(rest[key])}"
            raise OrderRefused(problem, f"It takes {field.words}.") from None
    return values


def _name(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(value)
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise TypeError(value)
    return tuple(map(_name, value))


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _whole(value: object) -> int:
    found = number(value)
    if not 0 < found <= MOST_ROWS or found != int(found):
        raise ValueError(value)
    return int(found)


def _version(value: object) -> int:
    if value not in (4, 6):
        raise ValueError(value)
    return 4 if value == 4 else 6  # noqa: PLR2004 - IP versions


_NAME = _Field("a text", _name)
_NAMED = _Field("a mapping", _mapping)
_SECONDS = _Field("a number of seconds", lambda value: Seconds(number(value)))
_KIND_FIELDS = {"id": _NAME, "kind": _NAME, "parameters": _NAMED}
_FIELDS: Mapping[str, _Field] = {
    "str": _NAME,
    "bool": _Field("true or false", _truth),
    "int": _Field("4 or 6", _version),
    "Seconds": _SECONDS,
    "Seconds | None": _SECONDS,
    "tuple[str, ...]": _Field("a list of texts", _words),
    "Mapping[str, object]": _NAMED,
}
"""By the type of an order's field."""
_BY_NAME = {"rows": _Field("a number of rows", _whole), "columns": _Field("a number of columns", _whole)}
_OF_KINDS: Mapping[str, Callable[[Mapping[str, object], Served], Order]] = {
    "inject": _inject,
    "act": _act,
    "start_probe": _start_probe,
}


def done(number: int | None, t: float, values: Mapping[str, object]) -> dict[str, object]:
    """The answer to an order that was carried out, at `t`."""
    return {"answer": number, "t": round(t, 9), "done": dict(values)}


def refused(number: int | None, t: float, problem: str, remedy: str) -> dict[str, object]:
    """The answer to one that was not."""
    return {"answer": number, "t": round(t, 9), "refused": {"problem": problem, "remedy": remedy}}


def values_of_answer(answer: Mapping[str, object]) -> Mapping[str, object]:
    """What an order gave, with `t`. Raises OrderRefused."""
    found = answer.get("refused")
    if isinstance(found, dict):
        raise OrderRefused(str(found.get("problem")), str(found.get("remedy")))
    values = answer.get("done")
    return {"t": answer.get("t"), **(values if isinstance(values, dict) else {})}
