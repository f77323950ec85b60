"""The small parts of a topology: machines, circuits and lines. `dxemu.topology.model` has them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address

from dxemu.bgp.prefix_policy import PrefixPolicy
from dxemu.units import BitsPerSecond, IPAddress, Seconds

HOLD_TIME, KEEPALIVE = Seconds(90), Seconds(30)
"""Of BGP, as most routers have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bfd:
    """Asynchronous BFD, `300 ms x 3`: both intervals and the multiplier (RFC 5880)."""

    interval: Seconds
    detect_mult: int

    def __str__(self) -> str:
        return f"{self.interval} x {self.detect_mult}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine that sends and receives: in the data centre, or an instance in a VPC. One address per IP version."""

    name: str
    addresses: tuple[IPAddress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vrrp:
    """First-hop redundancy of the data centre's routers (RFC 5798): the highest of `priorities` has the address."""

    priorities: Mapping[str, int]
    advertisement_interval: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """A circuit of a `carrier`: between two of the customer's routers, or to a connection (layer 2 extension).

    `policies` are by router what it does with some prefixes on the session over it, whose timers are `bfd`, `hold_time`
    and `keepalive`. `cost` is what its other end costs as a next hop (the IGP's).
    """

    name: str
    from_router: str
    to: str
    bandwidth: BitsPerSecond
    delay: Seconds
    carrier: str | None = None
    policies: tuple[tuple[str, tuple[PrefixPolicy, ...]], ...] = ()
    bfd: Bfd | None = None
    hold_time: Seconds = HOLD_TIME
    keepalive: Seconds = KEEPALIVE
    cost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetAccess:
    """A router's line to the Internet: its public address there. `delay` is one way, as far as AWS's Region."""

    router: str
    address: IPv4Address
    bandwidth: BitsPerSecond
    delay: Seconds
