"""What a router has by iBGP and does not tell another one by iBGP: RFC 4271 section 9.2, RFC 4456 section 6."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dxemu.bgp.policy import NOT_PASSED_ON, NOT_REFLECTED, Withheld, export_route
from dxemu.bgp.rib import LocRib
from dxemu.control.policy import export_policy
from dxemu.plan.model import Plan, Side
from dxemu.units import IPNetwork


def not_passed_on(plan: Plan, ribs: Mapping[str, LocRib]) -> Iterator[tuple[str, str, IPNetwork]]:
    """Which of the customer's speakers does not tell which one of what, though that one knows no other way."""
    for session in plan.sessions:
        if session.external or not session.in_service or plan.speaker(session.ends[0].speaker).side is Side.AWS:
            continue
        for says, hears in (session.ends, session.ends[::-1]):
            policy = export_policy(plan, session, says.speaker)
            for route in ribs[says.speaker].routes():
                told = export_route(route, policy)
                hidden = isinstance(told, Withheld) and told.reason in (NOT_PASSED_ON, NOT_REFLECTED)
                if hidden and route.prefix not in ribs[hears.speaker].best:
                    yield says.speaker, hears.speaker, route.prefix
