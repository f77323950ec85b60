"""Quantities of the field. Text always carries a unit; SI only; case matters (`M` is 10^6, `m` is 10^-3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_network,
)
from math import log10
from typing import Self

IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface
IPNetwork = IPv4Network | IPv6Network

KNOWN = 1 << 16
"""So many texts are kept: to read one takes 3 us, longer than all that becomes of a route."""


@lru_cache(KNOWN)
def network(text: str) -> IPNetwork:
    """`10.0.0.0/16`. The same text gives the same object. Raises ValueError."""
    return ip_network(text)


@lru_cache(KNOWN)
def address(text: str) -> IPAddress:
    """`10.0.0.1`. The same text gives the same object. Raises ValueError."""
    return ip_address(text)


_QUANTITY = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z/%]+)\s*\Z")

WELL_KNOWN_COMMUNITIES: Mapping[str, str] = {
    "no-export": "65535:65281",
    "no-advertise": "65535:65282",
    "no-export-subconfed": "65535:65283",
    "no-peer": "65535:65284",
}
"""BGP communities with a meaning of their own, by name (RFC 1997, RFC 3765), in ExaBGP's spelling."""

MAX_ASN = 4_294_967_294
MAX_VLAN_ID = 4094


def _parse(text: object, units: Mapping[str, float], example: str) -> float:
    """The number that `text` states in the base unit; ValueError says what to write instead."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError(f"expected text such as {example}")  # noqa: TRY004 - callers turn ValueError into a Problem
    if not isinstance(text, str):
        raise ValueError(f"cannot tell {text} what; write it with a unit, for example {example}")  # noqa: TRY004
    match = _QUANTITY.match(text)
    if match is None:
        if text.strip().replace(".", "", 1).isdigit():
            raise ValueError(f"cannot tell {text} what; write it with a unit, for example {example}")
        raise ValueError(f"'{text}' is not a quantity; write for example {example}")
    number, unit = match.groups()
    if unit not in units:
        raise ValueError(f"unknown unit '{unit}'; known are {', '.join(units)}; write for example {example}")
    return float(number) * units[unit]


def _decimal(number: float, places: int) -> str:
    """With so many places at most, and no zeros at their end."""
    return f"{number:.{places}f}".rstrip("0").rstrip(".")


class Seconds(float):
    """A duration, or a time since the run's start, in seconds."""

    UNITS: Mapping[str, float] = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}

    @classmethod
    def parse(cls, text: object) -> Self:
        """`300 ms`, `90 s`, `2 min`. Raises ValueError with a remedy."""
        return cls(round(_parse(text, cls.UNITS, "30 s or 300 ms"), 9))

    def __str__(self) -> str:
        """To the nanosecond: what `parse` reads it as is what it was."""
        if float(self) == 0 or self >= 1:
            return f"{_decimal(float(self), 9)} s"
        if self >= self.UNITS["ms"]:
            return f"{_decimal(float(self) * 1e3, 6)} ms"
        return f"{_decimal(float(self) * 1e6, 3)} us"


class BitsPerSecond(int):
    """A bit rate. `10 Gbps` is 10^10."""

    UNITS: Mapping[str, float] = {"kbps": 1e3, "Mbps": 1e6, "Gbps": 1e9, "Tbps": 1e12}

    @classmethod
    def parse(cls, text: object) -> Self:
        """`500 Mbps`, `10 Gbps` (AWS writes `10Gbps`: also read). Raises ValueError with a remedy."""
        return cls(round(_parse(text, cls.UNITS, "10 Gbps")))

    def __str__(self) -> str:
        """To the bit: what `parse` reads it as is what it was."""
        for name, size in reversed(list(self.UNITS.items())):
            if self >= size:
                return f"{_decimal(self / size, round(log10(size)))} {name}"
        return f"{int(self)} bps"


class PacketsPerSecond(int):
    """A packet rate. `100/s` is one packet every 10 ms."""

    @classmethod
    def parse(cls, text: object) -> Self:
        """`100/s`, `1000/s`. Raises ValueError with a remedy."""
        return cls(round(_parse(text, {"/s": 1.0}, "100/s")))

    @property
    def interval(self) -> Seconds:
        """Time between two packets."""
        return Seconds(1 / self)

    def __str__(self) -> str:
        return f"{int(self)}/s"


class Asn(int):
    """An autonomous system number, 1 to 4294967294 (RFC 6793; AWS `asnLong`)."""

    def __new__(cls, number: int) -> Self:
        """Raises ValueError outside 1 to 4294967294."""
        if not 1 <= number <= MAX_ASN:
            raise ValueError(f"{number} is not an autonomous system number: 1 to {MAX_ASN}")
        return super().__new__(cls, number)


class VlanId(int):
    """An 802.1Q VLAN identifier, 1 to 4094."""

    def __new__(cls, number: int) -> Self:
        """Raises ValueError outside 1 to 4094."""
        if not 1 <= number <= MAX_VLAN_ID:
            raise ValueError(f"{number} is not a VLAN: AWS needs 1 to {MAX_VLAN_ID}")
        return super().__new__(cls, number)


def community(text: str) -> str:
    """The one spelling of a BGP community, `ASN:value`: `no-export` is 65535:65281."""
    return WELL_KNOWN_COMMUNITIES.get(text, text)
