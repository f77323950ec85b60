"""Kinds (faults, actions, probes) as JSON has them: their parameters by key, in base units.

What people write (`30 s`, `100/s`) is read outside (`dxemu.story.parameters`); here 30 s are 30, and 100/s are 100.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from dxemu.parameters import Need, Parameter, Takes, parameters_of
from dxemu.probes.between import ENDS
from dxemu.registry import kind_of, member
from dxemu.run.orders import OrderRefused
from dxemu.topology.words import kind_of as what_is
from dxemu.topology.words import listed, quoted, suggestion
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds, address, network

T = TypeVar("T")
Names = Mapping[str, Sequence[str]]


def parameters_written(value: object) -> dict[str, object]:
    """The parameters of a kind that say something."""
    known = ((p, getattr(value, p.attribute)) for p in parameters_of(type(value)))
    return {p.key: _json(given) for p, given in known if given is not None and given != ()}


def kind_read(
    noun: str, kind: str, modules: Mapping[str, str], base: type[T], written: object, names: Names, **also: object
) -> T:
    """The fault, action or probe of this kind. `modules` are those of all kinds, `also` what is no parameter.

    Raises OrderRefused, with all that is wrong.
    """
    if kind not in modules:
        raise OrderRefused(f"unknown {noun} {quoted(kind)}", suggestion(kind, modules))
    if not isinstance(written, dict):
        raise OrderRefused(f"the parameters of {kind} are {what_is(written)}", "Give them by name.")
    made = member(modules[kind], base)
    known = {parameter.key: parameter for parameter in parameters_of(made)}
    wrong: list[tuple[str, str]] = []
    values = {}
    for key, value in written.items():
        if key not in known:
            wrong.append((f"{kind} has no parameter {quoted(key)}", suggestion(key, known, f"{kind} takes none.")))
            continue
        try:
            values[known[key].attribute] = found = _value(known[key], value)
            _named(known[key], found, names)
        except OrderRefused as refused:
            wrong.append((refused.problem, refused.remedy))
    if not wrong:
        wrong += _lacking(kind, tuple(known.values()), written)
    if wrong:
        raise OrderRefused("; ".join(problem for problem, _ in wrong), " ".join(dict.fromkeys(r for _, r in wrong)))
    return made(**also, **values)


def name_of_kind(value: object) -> str:
    """The kind that a fault, an action or a probe is of."""
    return kind_of(type(value))


def _lacking(kind: str, known: Sequence[Parameter], written: Mapping[str, object]) -> list[tuple[str, str]]:
    always = [p.key for p in known if p.need is Need.ALWAYS and p.key not in written]
    wrong = [(f"{kind} lacks {listed(always, 'and')}", f"Give it {listed(always, 'and')}.")] if always else []
    targets = [parameter.key for parameter in known if parameter.need is Need.TARGET]
    given = [key for key in targets if key in written]
    if targets and len(given) != 1:
        problem = f"{kind} strikes one thing, this is {listed(given, 'and')}" if given else f"{kind} needs a target"
        wrong.append((problem, f"Give it {listed(targets)}."))
    choice = [parameter.key for parameter in known if parameter.need is Need.CHOICE]
    if choice and sum(key in written for key in choice) != 1:
        wrong.append((f"{kind} needs {listed(choice)}, one of them", f"Give it {listed(choice)}."))
    return wrong


def _named(parameter: Parameter, value: object, names: Names) -> None:
    nouns = ENDS.get(parameter.noun, (parameter.noun,))
    if parameter.takes is not Takes.NAME or not any(noun in names for noun in nouns):
        return
    known = [name for noun in nouns for name in names.get(noun, ())]
    if value not in known:
        noun = parameter.noun.replace("_", " ")
        raise OrderRefused(f"there is no {noun} {quoted(value)}", suggestion(str(value), known, f"There is no {noun}."))


def _value(parameter: Parameter, value: object) -> object:
    try:
        found = _READERS[parameter.takes](value)
    except (ValueError, TypeError):
        like = f" Write for example {parameter.example}." if parameter.example else ""
        problem = f"{quoted(parameter.key)} is {what_is(value)}"
        raise OrderRefused(problem, f"It takes: {parameter.takes.value}.{like}") from None
    if parameter.choices and found not in parameter.choices:
        choices = [str(choice) for choice in parameter.choices]
        raise OrderRefused(f"{quoted(parameter.key)} is {quoted(value)}", suggestion(str(value), choices))
    if isinstance(found, int | float) and not isinstance(found, bool):
        least, most = parameter.least, parameter.most
        if (least is not None and found < least) or (most is not None and found > most):
            limits = f"from {least:g}" if least is not None else ""
            limits += f" to {most:g}" if most is not None else ""
            raise OrderRefused(f"{quoted(parameter.key)} is {found:g}", f"Use a number {limits.strip()}.")
    return found


def _json(value: object) -> object:
    if isinstance(value, tuple):
        return [_json(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else str(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def _count(value: object) -> int:
    if _whole(value) < 1:
        raise ValueError(value)
    return _whole(value)


def number(value: object) -> float:
    """A number from 0 on that is finite. Raises TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    if not math.isfinite(value) or value < 0:
        raise ValueError(value)
    return float(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _many(read: Callable[[object], object]) -> Callable[[object], tuple[object, ...]]:
    def each(value: object) -> tuple[object, ...]:
        if not isinstance(value, list) or not value:
            raise TypeError(value)
        return tuple(map(read, value))

    return each


_READERS: Mapping[Takes, Callable[[object], object]] = {
    Takes.NAME: _text,
    Takes.NETWORK: lambda value: network(_text(value)),
    Takes.NETWORKS: _many(lambda value: network(_text(value))),
    Takes.COUNT: _count,
    Takes.WHOLE: _whole,
    Takes.DURATION: lambda value: Seconds(number(value)),
    Takes.TIMES: _many(lambda value: Seconds(number(value))),
    Takes.MOMENT: lambda value: value if value in ("start", "end") else Seconds(number(value)),
    Takes.PACKET_RATE: lambda value: PacketsPerSecond(_whole(value)),
    Takes.BIT_RATE: lambda value: BitsPerSecond(_whole(value)),
    Takes.PERCENT: number,
    Takes.WORD: lambda value: value if isinstance(value, int) else _text(value),
    Takes.TRUE: _truth,
    Takes.TRUTH: _truth,
    Takes.ADDRESS: lambda value: address(_text(value)),
    Takes.LABELS: _many(_text),
}
