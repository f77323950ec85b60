"""Tunnels that nothing of a fault touches, and whose packets have no way while it lasts: they follow other sessions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from dxemu.control.tables import Believed
from dxemu.plan.model import BgpSession, IpsecTunnel
from dxemu.predict.impact import Impact
from dxemu.predict.notice import touches
from dxemu.predict.outcome import Fate, Flow, World
from dxemu.predict.tunnels import tunnel_back
from dxemu.predict.windows import Window


def followers(
    world: World, healed: Sequence[Impact], before: Believed, after: Believed
) -> Iterator[tuple[BgpSession, Window]]:
    """Sessions in tunnels that have a way again, and when each is back, from the moment at which it has.

    `before` and `after` are what is believed before the faults in `healed` end, and once all is back.
    """
    longest = min(healed, key=lambda impact: impact.at, default=None)
    if longest is None:
        return
    plan = world.plan
    for session in plan.sessions:
        if session.tunnel is None or not session.in_service or any(touches(impact, session) for impact in healed):
            continue
        tunnel = plan.tunnel(session.tunnel)
        if not has_way(world, tunnel, before) and has_way(world, tunnel, after):
            window = tunnel_back(plan, longest, session)
            if window.high_s > 0:
                yield session, window


def has_way(world: World, tunnel: IpsecTunnel, believed: Believed, dead: AbstractSet[str] = frozenset()) -> bool:
    """Whether the tables lead its packets to its other end, both ways, by cables that are not `dead`."""
    view = world.view(believed)
    flows = (Flow(one.node, far.node, far.outside) for one, far in (tunnel.ends, tunnel.ends[::-1]))
    return all(view.fate(flow, dead) is not Fate.LOST for flow in flows)
