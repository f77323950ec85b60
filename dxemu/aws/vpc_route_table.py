"""A VPC's route table: which entry a packet takes.

Source: VPC User Guide, "Route priority"; Site-to-Site VPN User Guide, "Route tables and VPN route priority"; read
2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from dxemu.units import IPAddress, IPNetwork


class RouteOrigin(IntEnum):
    """Where an entry is from; of entries for the same prefix the lower wins."""

    LOCAL = 0
    STATIC = 1
    PREFIX_LIST = 2
    PROPAGATED = 3


ORIGIN_WORDS = {
    RouteOrigin.LOCAL: "local",
    RouteOrigin.STATIC: "static",
    RouteOrigin.PREFIX_LIST: "prefix list",
    RouteOrigin.PROPAGATED: "propagated",
}
"""dxemu's own words."""


@dataclass(frozen=True, slots=True)
class VpcRoute:
    """A route of the table. `target` is `local`, or the name of a gateway."""

    prefix: IPNetwork
    target: str
    origin: RouteOrigin


@dataclass(frozen=True, slots=True)
class Decision:
    """The entry that a packet takes (None: it is dropped), the rule that decided, and the others with why not."""

    entry: VpcRoute | None
    rule: str
    losers: tuple[tuple[VpcRoute, str], ...] = ()


def look_up(entries: Iterable[VpcRoute], destination: IPAddress) -> Decision:
    """Choose among the entries that match `destination`.

    `local` wins over any propagated route, even over a more specific one; only a static one may be more specific.
    Then the longest prefix; for the same prefix a static route, one of a prefix list, a propagated one.
    """
    left = [e for e in entries if e.prefix.version == destination.version and destination in e.prefix]
    if not left:
        return Decision(None, "no route matches: the packet is dropped")
    losers: list[tuple[VpcRoute, str]] = []
    if any(e.origin is RouteOrigin.LOCAL for e in left):
        losers += [(e, "local wins over propagated routes") for e in left if e.origin is RouteOrigin.PROPAGATED]
        left = [e for e in left if e.origin is not RouteOrigin.PROPAGATED]
    rule = losers[-1][1] if losers else "only match"
    longest = max(e.prefix.prefixlen for e in left)
    shorter = [e for e in left if e.prefix.prefixlen < longest]
    if shorter:
        rule = f"longest prefix (/{longest} over /{max(e.prefix.prefixlen for e in shorter)})"
        losers += [(e, f"longest prefix (/{longest} over /{e.prefix.prefixlen})") for e in shorter]
        left = [e for e in left if e not in shorter]
    winner = min(left, key=lambda e: (e.origin, e.target))
    for other in left:
        if other is not winner:
            rule = f"{ORIGIN_WORDS[winner.origin]} over {ORIGIN_WORDS[other.origin]}"
            losers.append((other, rule))
    return Decision(winner, rule, tuple(losers))
