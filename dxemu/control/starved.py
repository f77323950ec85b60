"""Tunnels that cannot come up by design: their own packets have no way while nothing is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxemu.control.forward import Forwarding, forwarding
from dxemu.plan.model import Plan, TunnelEnd


@dataclass(frozen=True, slots=True)
class Starved:
    """Of `tunnel` the packets from node `source` to outside address `to` end at `node`, for the reason `why`."""

    tunnel: str
    source: str
    to: str
    node: str
    why: str

    def __str__(self) -> str:
        ends = f"its own packets from {self.source} to {self.to} end at {self.node}"
        return f"{self.tunnel} cannot come up: {ends}, {self.why}"


def starved(plan: Plan) -> Iterator[Starved]:
    """Those that both ends have set up, so that a lab would wait for them."""
    names = {session.tunnel: session.name for session in plan.sessions if session.tunnel and session.in_service}
    if not names:
        return
    tables = forwarding(plan, frozenset(names.values()))
    for tunnel in plan.tunnels:
        if tunnel.name in names:
            found = (_ends(plan, tables, tunnel.name, *ends) for ends in (tunnel.ends, tunnel.ends[::-1]))
            yield from [one for one in found if one is not None][:1]


def _ends(plan: Plan, tables: Forwarding, tunnel: str, near: TunnelEnd, far: TunnelEnd) -> Starved | None:
    way = tables.way(near.node, far.outside, near.outside)
    if way.arrives:
        return None
    off = [f"{session.name} is {session.switched_off}" for session in plan.sessions if session.switched_off]
    why = way.dropped or (f"which has no route; {' and '.join(off)}" if off else "which has no route")
    return Starved(tunnel, near.node, str(far.outside), way.nodes[-1], why)
