"""What can be asked of a running lab: its kernels and its speakers answer, not its plan."""

from __future__ import annotations

from collections.abc import Collection

from dxemu.errors import LabError
from dxemu.lab.lab import Lab
from dxemu.lab.paths import Watched
from dxemu.netlink import link, route
from dxemu.plan.model import Plan, SessionEnd
from dxemu.run.executor import Values
from dxemu.run.orders import AskPaths, OrderRefused
from dxemu.topology.words import quoted, suggestion

MOST_ROUTES = 10_000
"""Of one node in one answer."""


async def paths(lab: Lab, order: AskPaths) -> Values:
    """`to_aws` and `from_aws` of a probe, `there` and `back` between two nodes: `hops`, and whether `complete`."""
    if bool(order.probe) == bool(order.from_node and order.to_node):
        raise OrderRefused("ask_paths takes `probe`, or `from_node` and `to_node`", "Say which way is meant.")
    if order.probe:
        known = {one.probe: one for one in lab.ways.watched}
        if order.probe not in known:
            nothing = "No probe with a path goes on."
            raise OrderRefused(f"no probe {quoted(order.probe)} goes on", suggestion(order.probe, known, nothing))
        one, words = known[order.probe], ("to_aws", "from_aws")
    else:
        for name in (order.from_node, order.to_node):
            _has_address(lab.plan, name, order.ip_version)
        one, words = Watched("", order.from_node, order.to_node, order.ip_version), ("there", "back")
    found: dict[str, object] = {}
    for word, source, target in zip(words, (one.near, one.far), (one.far, one.near), strict=True):
        hops, complete = await lab.ways.walk(source, target, one.version, one.flow)
        found[word] = {"hops": hops, "complete": complete}
    return found


def _has_address(plan: Plan, name: str, version: int) -> None:
    _known(name, [node.name for node in plan.nodes])
    if not any(address.address.version == version for address in plan.addresses_of(name)):
        raise OrderRefused(f"{quoted(name)} has no IPv{version} address", "Ask for another node, or version.")


def _known(name: str, known: Collection[str]) -> None:
    if name not in known:
        raise OrderRefused(f"there is no node {quoted(name)}", suggestion(name, known))


async def routes(lab: Lab, node: str) -> Values:
    """`routes`, each with `table` (its number), `vrf` (its name), `prefix`, `via` (a list) and `interface`."""
    _known(node, [one.name for one in lab.plan.nodes])
    names = {vrf.table: vrf.name for vrf in lab.plan.vrfs_at(node)}
    found = await route.read_all(lab.node(node).netlink)
    told = [
        {
            "table": table,
            "vrf": names.get(table, ""),
            "prefix": str(one.prefix),
            "via": [str(via) for via in one.shared or ([one.via] if one.via is not None else [])],
            "interface": one.interface,
        }
        for table, one in found
    ]
    return {"routes": told[:MOST_ROUTES], "left_out": max(0, len(told) - MOST_ROUTES)}


async def states(lab: Lab, of: str) -> Values:
    """By name, then by node: `sessions`, `bfd` and `tunnels` whether up; `cables` `carrier` and `loss_percent`."""
    plan = lab.plan
    if of == "tunnels":
        return {
            "tunnels": {
                t.name: {end.node: lab.is_up("tunnel", t.name, end.node) for end in t.ends} for t in plan.tunnels
            }
        }
    if of == "cables":
        return {"cables": {cable.name: await lab.cable(cable.name).state() for cable in plan.cables}}
    if of == "bfd":
        watched = [session for session in plan.sessions if session.has_bfd]
        return {of: {s.name: {end.node: await bfd_is_up(lab, s.name, end) for end in s.ends} for s in watched}}
    return {of: {s.name: {end.node: lab.is_up("bgp", s.name, end.node) for end in s.ends} for s in plan.sessions}}


async def bfd_is_up(lab: Lab, session: str, end: SessionEnd) -> bool:
    """Whether BFD of a session is up at this end.

    Where an interface is switched off, as it is at one end of a cable that lost its light, BIRD forgets its session and
    says nothing (2.0.12: proto/bfd/bfd.c, bfd_neigh_notify), so that its last word may be `up`.
    """
    if not lab.is_up("bfd", session, end.node):
        return False
    try:
        return await link.is_up(lab.node(end.node).netlink, end.interface)
    except LabError:  # it is gone
        return False
