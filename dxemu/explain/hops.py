"""A packet's way as hops: at each node what its table said, and what is crossed to the next one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.control.wires import Crossing as Wired
from dxemu.control.wires import is_cable, is_vlan, vlan_of
from dxemu.explain.model import Dropped, Hop, HopLink
from dxemu.explain.names import what
from dxemu.explain.reasons import reason
from dxemu.explain.state import State
from dxemu.explain.vpc_tables import vpc_reason
from dxemu.units import IPAddress


def hops(state: State, way: ForwardingPath, address: IPAddress) -> tuple[tuple[Hop, ...], str]:
    """The hops of `way`, and why it ends where it does; empty if it arrives."""
    crossings = crossings_of(state, way)
    found, end = [], ""
    for number, node in enumerate(way.nodes):
        arrived = way.arrives and number == len(way.nodes) - 1
        asked = not arrived and node not in state.dead
        vpc = vpc_reason(state, node, way.incoming[number], address) if asked else None
        why = reason(state, node, way.incoming[number], address) if asked else None
        if isinstance(vpc, Dropped):
            why, vpc = vpc, None
        crossing = crossings[number] if number < len(crossings) else None
        if isinstance(why, Dropped):
            end = why.why
        known = None if isinstance(why, Dropped) else why
        found.append(Hop(node=node, what=what(state, node), reason=known, crossing=crossing, vpc=vpc))
    last = way.nodes[-1]
    if way.arrives:
        return tuple(found), ""
    if last in state.dead:
        return tuple(found), f"{what(state, last)} has no power"
    gone = state.awaits(last, way.incoming[len(way.nodes) - 1], address)
    if gone is not None:
        return tuple(found), f"no router has the hosts' gateway address {gone} (VRRP)"
    if way.dropped:
        return tuple(found), f"{found[-1].node} drops it: {way.dropped}"
    return tuple(found), end or _stuck(state, found[-1], address)


def _stuck(state: State, last: Hop, address: IPAddress) -> str:
    """An entry that leads nowhere: nobody has the address, or a tunnel's outer packets do not arrive."""
    if last.reason is not None and last.reason.how in ("connected", "local"):
        return f"{last.what} would deliver it, but nothing in {state.plan.topology} has {address}"
    tunnels = state.plan.tunnels_at(last.node)
    if last.reason is not None and any(t.name in last.reason.how for t in tunnels):
        return f"the tunnel's own packets from {last.what} do not arrive"
    return f"{last.what} sends it where nothing answers"


def crossings_of(state: State, way: ForwardingPath) -> tuple[HopLink, ...]:
    """What is crossed from each node to the next."""
    return tuple(
        _crossing(state, here, there, wired)
        for (here, there), wired in zip(pairwise(way.nodes), way.crossings, strict=False)
    )


def _crossing(state: State, here: str, there: str, wired: Wired) -> HopLink:
    ways = tuple(tuple(name for name in way if is_cable(name)) for way in wired.ways)
    tunnel = state.tunnel_between(here, there)
    if tunnel is not None:
        near, far = sorted(tunnel.ends, key=lambda end: end.node != here)
        under = state.way(near.node, far.outside)
        over = carriers(crossings_of(state, under))
        return HopLink(cables=ways[0], ways=ways, through=under.nodes[1:-1], tunnel=tunnel.name, underlay=tuple(over))
    crossing = HopLink(cables=ways[0], ways=ways, through=wired.through)
    vif = next((name for name in wired.ways[0] if is_vlan(name)), None)
    if vif is None:
        return crossing
    session = next(
        s for s in state.plan.sessions if s.virtual_interface is not None and vlan_of(s.virtual_interface) == vif
    )
    vlan = state.plan.vlan_at(session.ends[0].node, session.ends[0].interface)
    return replace(
        crossing,
        connection=session.connection or "",
        virtual_interface=session.virtual_interface or "",
        vlan_id=int(vlan.vlan_id),
    )


def carriers(crossings: Iterable[HopLink]) -> list[str]:
    """The virtual interfaces and tunnels that are crossed, in order."""
    return [crossing.carrier for crossing in crossings if crossing.carrier]
