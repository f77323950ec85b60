"""How the values of an expectation are read: one reader for each that a parameter can take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network

from dxemu.events.frames import PROTOCOLS, is_label
from dxemu.parameters import Parameter, Takes
from dxemu.topology.fields import Wrong, quantity, read_duration
from dxemu.topology.words import kind_of, quoted, suggestion
from dxemu.units import BitsPerSecond, IPNetwork, Seconds

CODE = "DX-S012"
_TIME = re.compile(r"\s*[0-9]")
_PERCENT = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*\Z")
_ALL_PERCENT = 100.0

_read_bit_rate = quantity(BitsPerSecond.parse, "940 Mbps", (" Mbps", " Gbps"))


def _duration(value: object, _: Parameter) -> Seconds:
    return read_duration(value)


def _bit_rate(value: object, _: Parameter) -> BitsPerSecond:
    return _read_bit_rate(value)


def _percent(value: object, _: Parameter) -> float:
    match = _PERCENT.match(value) if isinstance(value, str) else None
    if match is None or float(match[1]) > _ALL_PERCENT:
        raise Wrong(CODE, f"{kind_of(value)} is not a part of the packets", "Write for example 30 %.")
    return float(match[1])


def _true(value: object, _: Parameter) -> bool:
    if value is not True and value != "on":
        raise Wrong(CODE, f"{kind_of(value)} cannot be expected", "Write true, or leave the line out.")
    return True


def _truth(value: object, _: Parameter) -> bool:
    if not isinstance(value, bool):
        raise Wrong(CODE, f"{kind_of(value)} is neither true nor false", "Write true or false.")
    return value


def _whole(value: object, parameter: Parameter) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        remedy = f"Write for example {parameter.example or f'{parameter.key}: 1'}."
        raise Wrong(CODE, f"{kind_of(value)} is not a number of {parameter.noun}", remedy)
    return value


def _address(value: object, _: Parameter) -> str:
    try:
        return str(ip_address(str(value)))
    except ValueError:
        raise Wrong(CODE, f"{kind_of(value)} is not an address", "Write for example 203.0.113.1.") from None


def _prefix(value: object, _: Parameter) -> IPNetwork:
    try:
        return ip_network(str(value))
    except ValueError:
        raise Wrong(CODE, f"{kind_of(value)} is not a prefix", "Write for example 10.0.0.0/16.") from None


def _labels(value: object, _: Parameter) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    for item in values:
        if not is_label(str(item)):
            remedy = suggestion(str(item), (*PROTOCOLS, "ipv6", "vlan 101"))
            raise Wrong(CODE, f"{kind_of(item)} is no protocol that a capture counts", remedy)
    return tuple(str(item) for item in values)


def _word(value: object, parameter: Parameter) -> str:
    if value not in parameter.choices:
        remedy = suggestion(str(value), map(str, parameter.choices))
        raise Wrong(CODE, f"{kind_of(value)} is not expected here", remedy)
    return str(value)


def _moment(value: object, _: Parameter) -> Seconds | str:
    if isinstance(value, str) and not _TIME.match(value):
        if value not in ("start", "end"):
            raise Wrong(CODE, f"{quoted(value)} is no time", "Write start, end or a time such as 30 s.")
        return value
    return read_duration(value)


READERS: Mapping[Takes, Callable[[object, Parameter], object]] = {
    Takes.DURATION: _duration,
    Takes.MOMENT: _moment,
    Takes.BIT_RATE: _bit_rate,
    Takes.PERCENT: _percent,
    Takes.TRUE: _true,
    Takes.TRUTH: _truth,
    Takes.WHOLE: _whole,
    Takes.ADDRESS: _address,
    Takes.NETWORK: _prefix,
    Takes.LABELS: _labels,
    Takes.WORD: _word,
}
"""Names are looked up by who knows them."""
