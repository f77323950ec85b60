"""How the values of probes, faults and actions are read: one reader for each that a parameter can take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from dxemu.forms import Form
from dxemu.parameters import Need, Parameter, Takes
from dxemu.topology.fields import Wrong, quantity, read_duration, read_network
from dxemu.topology.words import kind_of, quoted, suggestion
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds

_PERCENT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*\Z")
_ALL_PERCENT = 100.0


def read_value(parameter: Parameter, value: object, form: Form) -> object:
    """The value of a parameter of a probe, a fault or an action, written in this form. Raises Wrong."""
    if value is None and parameter.need is not Need.ALWAYS and parameter.default is None:
        return None
    return READERS[parameter.takes](parameter, value, form)


def _name(parameter: Parameter, value: object, form: Form) -> str:
    if isinstance(value, str):
        return value
    remedy = f"Write for example `{form.value(parameter.key, parameter.example)}`."
    if isinstance(value, int | float) and not isinstance(value, bool):
        remedy = f'Put it in quotes: "{value}".'
    raise Wrong("DX-F007", f"{_is(parameter, value)}, not text", remedy)


def _whole(parameter: Parameter, value: object, form: Form) -> int:
    name, least, most = f"'{parameter.key}'", parameter.least, parameter.most
    if not isinstance(value, int) or isinstance(value, bool):
        remedy = f"Write for example `{form.value(parameter.key, parameter.example)}`."
        if isinstance(value, str) and value.strip().isdigit():
            remedy = f"Write it without quotes: {value.strip()}."
        raise Wrong("DX-F007", f"{_is(parameter, value)}, not a whole number", remedy)
    least = 1 if parameter.takes is Takes.COUNT else least
    if least is not None and value < least:
        raise Wrong("DX-F009", f"{name} is {value}; it must be at least {least}", "Correct the number.")
    if most is not None and value > most:
        raise Wrong("DX-F009", f"{name} is {value}; it must be at most {most}", "Correct the number.")
    return value


def _word(parameter: Parameter, value: object, _: Form) -> str | int:
    for choice in parameter.choices:
        if type(choice) is type(value) and choice == value:
            return choice
    known = [str(choice) for choice in parameter.choices]
    raise Wrong("DX-F009", f"'{parameter.key}' cannot be {quoted(value)}", suggestion(str(value), known))


def _truth(parameter: Parameter, value: object, form: Form) -> bool:
    if isinstance(value, bool):
        return value
    remedy = f"Write for example `{form.value(parameter.key, parameter.example)}`."
    raise Wrong("DX-F007", f"{_is(parameter, value)}, not true or false", remedy)


def _times(_: Parameter, value: object, __: Form) -> tuple[Seconds, ...]:
    values = value if isinstance(value, list) else [value]
    if not values:
        raise Wrong("DX-F010", "there is no time in the list", "Write for example [2 s, 20 s].")
    return tuple(sorted(dict.fromkeys(read_duration(item) for item in values)))


def _percent(parameter: Parameter, value: object, form: Form) -> float:
    """More than nothing, and 100 % at most."""
    match = _PERCENT.match(value) if isinstance(value, str) else None
    if match is None or not 0 < float(match[1]) <= _ALL_PERCENT:
        what = quoted(value) if isinstance(value, str) else kind_of(value)
        remedy = f"Write for example `{form.value(parameter.key, parameter.example or '20 %')}`."
        raise Wrong("DX-F009", f"'{parameter.key}' is {what}, not a part of all", remedy)
    return float(match[1])


def _duration(parameter: Parameter, value: object, _: Form) -> Seconds:
    found, least, most = read_duration(value), parameter.least, parameter.most
    if (least is not None and found < least) or (most is not None and found > most):
        limits = f" from {Seconds(least)}" if least is not None else ""
        limits += f" to {Seconds(most)}" if most is not None else ""
        raise Wrong("DX-F009", f"'{parameter.key}' cannot be {found}", f"Use a time{limits}.")
    return found


_packet_rate = quantity(PacketsPerSecond.parse, "100/s", ("/s",))
_bit_rate = quantity(BitsPerSecond.parse, "10 Gbps", (" Gbps", " Mbps"))

READERS: Mapping[Takes, Callable[[Parameter, object, Form], object]] = {
    Takes.NAME: _name,
    Takes.NETWORK: lambda _, value, __: read_network(value),
    Takes.COUNT: _whole,
    Takes.WHOLE: _whole,
    Takes.DURATION: _duration,
    Takes.PERCENT: _percent,
    Takes.TIMES: _times,
    Takes.PACKET_RATE: lambda _, value, __: _packet_rate(value),
    Takes.BIT_RATE: lambda _, value, __: _bit_rate(value),
    Takes.TRUTH: _truth,
    Takes.WORD: _word,
}
"""What a parameter can take."""


def _is(parameter: Parameter, value: object) -> str:
    return f"'{parameter.key}' is {kind_of(value)}"
