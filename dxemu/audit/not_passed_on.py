"""Routers that never hear of a route, because iBGP does not pass on what iBGP brought."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design
from dxemu.audit.single_point_of_failure import place_of
from dxemu.aws.direct_connect_gateway import within
from dxemu.bgp.policy import NOT_PASSED_ON, NOT_REFLECTED, Withheld, export_route
from dxemu.bgp.rib import in_order
from dxemu.control.converge import NeverSettles, Settled
from dxemu.control.policy import ends_of, export_policy
from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan, Side
from dxemu.topology.document import tried
from dxemu.units import IPNetwork


class NotPassedOn(Rule):
    """A mesh with a hole: two routers that no circuit joins, and no route reflector between them."""

    code: ClassVar[str] = "DX-A018"
    title: ClassVar[str] = "iBGP does not pass it on"
    rule: ClassVar[str] = (
        "A router does not tell one iBGP peer what it heard from another one; all routers of an AS are in a full mesh, "
        "or a route reflector is between them"
    )
    source: ClassVar[str] = "RFC 4271 section 9.2; RFC 4456 section 6"
    paragraph: ClassVar[str] = """\
Two routers of one AS with a third one between them: what the third hears from one of them by iBGP
it does not tell the other one, which so has no route to AWS, or none to announce there. Make the
router between them a route reflector (`route_reflector_clients`), join the two by a circuit, or
give the one that does not hear of it a static route. Source: RFC 4271 section 9.2 and RFC 4456
section 6."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each two neighbours, with all that one of them keeps from the other."""
        kept: dict[tuple[str, str], set[IPNetwork]] = {}
        for says, hears, prefix in _kept(design.plan):
            kept.setdefault((says, hears), set()).add(prefix)
        for (says, hears), prefixes in kept.items():
            others = "" if len(prefixes) == 1 else f" and {len(prefixes) - 1} more"
            yield Finding(
                problem=f"{hears} does not hear of {in_order(prefixes)[0]}{others} from {says}, which has it by iBGP",
                remedy=_remedy(design, says, hears),
                names=(hears,),
                path=place_of(design, "router", says),
            )


def _remedy(design: Design, says: str, hears: str) -> str:
    """The clients that the router between them is to have, if the design takes that and the hole is closed by it."""
    joined = f"oin {hears} by a circuit to where the routes come from."
    own = next(own for own in design.topology.customer.router_settings if own.router == says)
    clients = [*own.route_reflector_clients, hears]
    patch: object = {"route_reflector_clients": clients}
    for key in reversed(place_of(design, "router", says)):
        patch = {key: patch}
    assert isinstance(patch, dict)
    try:
        topology = tried(design.topology, patch)
        mended = topology is not None and (says, hears) not in {kept[:2] for kept in _kept(make_plan(topology))}
    except (InputErrors, NeverSettles):
        mended = False
    return f"Set `route_reflector_clients: [{', '.join(clients)}]` of {says}, or j{joined}" if mended else f"J{joined}"


def _kept(plan: Plan) -> Iterator[tuple[str, str, IPNetwork]]:
    """Who does not tell whom of what, though the other one knows no other way and would use or announce it."""
    ribs = Settled(plan).ribs
    for session in plan.sessions:
        if session.external or not session.in_service or plan.speaker(session.ends[0].speaker).side is Side.AWS:
            continue
        for says, hears in (session.ends, session.ends[::-1]):
            policy = export_policy(plan, session, says.speaker)
            for route in ribs[says.speaker].routes():
                told = export_route(route, policy)
                hidden = isinstance(told, Withheld) and told.reason in (NOT_PASSED_ON, NOT_REFLECTED)
                if (
                    hidden
                    and route.prefix not in ribs[hears.speaker].best
                    and _needs(plan, hears.speaker, route.prefix)
                ):
                    yield says.speaker, hears.speaker, route.prefix


def _needs(plan: Plan, speaker: str, prefix: IPNetwork) -> bool:
    """Whether a router sends what hangs on it there, or announces it to AWS; a static route does the same."""
    router = plan.speaker(speaker)
    fixed = (one.destination for one in plan.own_static_routes(router.node))
    if any(within(prefix, one) for one in fixed):
        return False
    outside = (session for session in plan.sessions_of(speaker) if session.external)
    announced = (ends_of(session, speaker)[0].announces for session in outside)
    return bool(router.originates) or any(networks is None or prefix in networks for networks in announced)
