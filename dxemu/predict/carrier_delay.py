"""Routers that wait before they take a port that has lost its light for down: for how long, and what they hear then."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from dxemu.plan.model import Plan, Port
from dxemu.predict.impact import Impact
from dxemu.predict.windows import Term, Window

FIRST_RETRANSMISSION_S = 0.2
"""Linux include/net/tcp.h, TCP_RTO_MIN: at the earliest so long after what was sent, and twice as long each time."""
CARRIER_UP_S = 1.0
CARRIER_UP = "Linux net/core/link_watch.c: up to 1 s"
ARP_RETRY_S = 1.0
ARP_RETRY = "net/ipv4/arp.c: retrans_time 1 s"


def waits_s(plan: Plan, impact: Impact, node: str, port: str) -> float:
    """For how long a port waits; 0 if its node acts at once, or has lost its own power."""
    return 0.0 if node in impact.powerless else float(plan.carrier_delay_at(node, port).down)


def lasts_s(impact: Impact) -> float:
    """For how long it is dark; infinite if that never ends."""
    return math.inf if impact.until is None else float(impact.until - impact.at)


def in_time(plan: Plan, impact: Impact, node: str, port: str) -> bool:
    """Whether the light is back before a node that waits has taken its port for down."""
    return lasts_s(impact) < waits_s(plan, impact, node, port)


def _dark(plan: Plan, impact: Impact, cables: Iterable[str]) -> Iterator[Port]:
    """The ports of `cables` that have no light meanwhile."""
    for name in set(cables).intersection(impact.cables):
        cable = plan.cable_named(name)
        for port in () if cable is None else (cable.a, cable.b):
            if port.node in impact.carrier_lost_at:
                yield port


def lit_again(plan: Plan, impact: Impact, cables: Iterable[str]) -> tuple[Term, ...]:
    """What ports of `cables` that were taken for down wait for once they have light."""
    down = [port for port in _dark(plan, impact, cables) if not in_time(plan, impact, port.node, port.name)]
    longest = max((float(plan.carrier_delay_at(port.node, port.name).up) for port in down), default=0.0)
    return (Term("carrier delay, up", longest, longest, "topology: carrier_delay_up"),) if longest else ()


def told_after(impact: Impact, crossing_s: float) -> Window:
    """When a NOTIFICATION arrives that the other end, which did not wait, sent into the dark: it is sent again."""
    lasted = lasts_s(impact)
    source = "RFC 6298 5.5: each time after twice as long"
    return Window((Term("the fault lasts", lasted, lasted, "scenario: for"),)).plus(
        Term("the NOTIFICATION sent again", 0, lasted + FIRST_RETRANSMISSION_S + CARRIER_UP_S + 2 * crossing_s, source)
    )


def back_in_time(plan: Plan, impact: Impact) -> tuple[Term, ...]:
    """What packets wait for, beyond the light, where a router has waited and nothing has changed for it."""
    if not any(in_time(plan, impact, port.node, port.name) for port in _dark(plan, impact, impact.cables)):
        return ()
    return (
        Term("carrier coming up", 0, CARRIER_UP_S, CARRIER_UP),
        Term("ARP for the next router", 0, ARP_RETRY_S, ARP_RETRY),
    )
