"""Routers that never hear of a route, because iBGP does not pass on what iBGP brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design
from dxemu.audit.single_point_of_failure import place_of
from dxemu.aws.direct_connect_gateway import within
from dxemu.bgp.rib import in_order
from dxemu.control.converge import NeverSettles, Settled
from dxemu.control.forward import forwarding
from dxemu.control.not_passed_on import not_passed_on
from dxemu.control.policy import ends_of
from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.predict.predict import Pair
from dxemu.topology.document import tried
from dxemu.units import IPAddress, IPNetwork


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


def remedy(design: Design, pair: Pair) -> str:
    """What lets a host and an instance reach each other that do not for such holes; empty if that is not why."""
    ends = [design.plan.address_of(name, pair.version) for name in (pair.near, pair.far)]
    holes = [hole for hole in _kept(design.plan) if any(_covers(hole[2], address) for address in ends)]
    clients: dict[str, list[str]] = {}
    for says, hears, _ in holes:
        if hears not in clients.setdefault(says, _clients(design, says)):
            clients[says].append(hears)
    plan = _with(design, clients) if clients else None
    if plan is None or not all(forwarding(plan).way(*way).arrives for way in _both_ways(plan, pair)):
        return ""
    words = [f"`route_reflector_clients: [{', '.join(those)}]` of {router}" for router, those in clients.items()]
    return f"Set {' and '.join(words)}: iBGP does not pass on what iBGP brought."


def _both_ways(plan: Plan, pair: Pair) -> Iterator[tuple[str, IPAddress]]:
    for source, target in ((pair.near, pair.far), (pair.far, pair.near)):
        yield source, plan.address_of(target, pair.version)


def _covers(prefix: IPNetwork, address: IPAddress) -> bool:
    return prefix.version == address.version and address in prefix


def _clients(design: Design, router: str) -> list[str]:
    """Those that a router has already."""
    own = next(own for own in design.topology.customer.router_settings if own.router == router)
    return list(own.route_reflector_clients)


def _with(design: Design, clients: Mapping[str, Sequence[str]]) -> Plan | None:
    """The design with other clients of some routers; None if it does not take that, or never settles with it."""
    patch: dict[str, Any] = {}
    for router, those in clients.items():
        at = patch
        for key in place_of(design, "router", router):
            at = at.setdefault(str(key), {})
        at["route_reflector_clients"] = list(those)
    try:
        topology = tried(design.topology, patch)
        if topology is None:
            return None
        plan = make_plan(topology)
        Settled(plan)
    except (InputErrors, NeverSettles):
        return None
    return plan


def _remedy(design: Design, says: str, hears: str) -> str:
    """The clients that the router between them is to have, if the design takes that and the hole is closed by it."""
    joined = f"oin {hears} by a circuit to where the routes come from."
    clients = [*_clients(design, says), hears]
    plan = _with(design, {says: clients})
    mended = plan is not None and (says, hears) not in {kept[:2] for kept in _kept(plan)}
    return f"Set `route_reflector_clients: [{', '.join(clients)}]` of {says}, or j{joined}" if mended else f"J{joined}"


def _kept(plan: Plan) -> Iterator[tuple[str, str, IPNetwork]]:
    """Who does not tell whom of what, though the other one knows no other way and would use or announce it."""
    for says, hears, prefix in not_passed_on(plan, Settled(plan).ribs):
        if _needs(plan, hears, prefix):
            yield says, hears, prefix


def _needs(plan: Plan, speaker: str, prefix: IPNetwork) -> bool:
    """Whether a router sends what hangs on it there, or announces it to AWS; a static route does the same."""
    router = plan.speaker(speaker)
    fixed = (one.destination for one in plan.own_static_routes(router.node))
    if any(within(prefix, one) for one in fixed):
        return False
    outside = (session for session in plan.sessions_of(speaker) if session.external)
    announced = (ends_of(session, speaker)[0].announces for session in outside)
    return bool(router.originates) or any(networks is None or prefix in networks for networks in announced)
