"""Where AWS's quota of propagated routes keeps a VPC's answers back, and what was tried to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dxemu.audit.base import listed
from dxemu.audit.design import Design
from dxemu.aws.quotas import PROPAGATED_ROUTES
from dxemu.control.converge import gateway_rib
from dxemu.control.forward import forwarding
from dxemu.control.route_tables import not_installed
from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.plan.model import MAIN_TABLE, Gateway, Plan
from dxemu.predict.predict import Pair
from dxemu.topology.document import tried

DEFAULT_ROUTE = {4: "0.0.0.0/0", 6: "::/0"}


def remedy(design: Design, pair: Pair) -> str:
    """What to do where the route back was left out for the quota; empty if that is not what is in the way."""
    flow = design.world.flow(pair.far, pair.near, pair.version)
    back = design.world.unbroken.way(flow)
    gateway = design.plan.gateway_at(back.nodes[-1])
    if back.arrives or gateway is None or not _is_left_out(design, gateway, pair):
        return ""
    most = f"a VPC's route table takes {PROPAGATED_ROUTES.most} propagated routes, and AWS raises that for nobody"
    ways = design.ways.get(gateway.node, ())
    default = [DEFAULT_ROUTE[version] for version in sorted({each.version for each in design.pairs})]
    patch: dict[str, dict[str, object]] = {way.path[0]: {} for way in ways}
    for way in ways:
        patch[way.path[0]][way.name] = {"customer": {"announce": default}}
    if _mends(design, patch, pair):
        return f"Give {listed(way.name for way in ways)} `announce: [{', '.join(default)}]` under `customer`: {most}."
    return f"Announce fewer prefixes to {gateway.node}, summaries or a default route: {most}."


def _is_left_out(design: Design, gateway: Gateway, pair: Pair) -> bool:
    ribs = forwarding(design.plan).ribs
    address = design.plan.address_of(pair.near, pair.version)
    tables = {MAIN_TABLE, *(() if gateway.vpc_table is None else (gateway.vpc_table,))}
    beyond = (
        prefix
        for table in tables
        for prefix in not_installed(gateway, table, gateway_rib(design.plan, gateway, ribs, table, frozenset()))
    )
    return any(prefix.version == address.version and address in prefix for prefix in beyond)


def _mends(design: Design, patch: Mapping[str, object], pair: Pair) -> bool:
    """Whether the design takes a patch, and both ends of the pair then reach each other, as do all that did before."""
    try:
        other = tried(design.topology, patch)
    except InputErrors:
        return False
    return other is not None and _reached(design.plan, design.pairs) | {pair} <= _reached(
        make_plan(other), design.pairs
    )


def _reached(plan: Plan, pairs: Sequence[Pair]) -> frozenset[Pair]:
    """Those of which both ends reach each other."""
    tables = forwarding(plan)
    return frozenset(
        pair
        for pair in pairs
        if all(
            tables.way(source, plan.address_of(target, pair.version)).arrives
            for source, target in ((pair.near, pair.far), (pair.far, pair.near))
        )
    )
