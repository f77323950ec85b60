"""What one end of a session that carried nothing tells the other when it does again: one thing after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from dxemu.control.tables import Believed
from dxemu.faults.effects import Protocol
from dxemu.plan.model import BgpSession
from dxemu.predict import unheard
from dxemu.predict.impact import Impact
from dxemu.predict.notice import crosses, is_dead, notices
from dxemu.predict.outcome import Fate, Flow, View, World
from dxemu.predict.passing import HOP_S, crossing_s
from dxemu.predict.restarts import DELAYED_ACK_S
from dxemu.predict.standing import ends_s, knowing, together
from dxemu.predict.windows import Term

SOURCE = "RFC 6298 5.5; RFC 5681 3.1: after a timeout one segment, and the next when that is acknowledged"


def told_late(
    world: World, silent: Impact, others: Sequence[Impact], dead: AbstractSet[str], whole: View, flow: Flow
) -> tuple[Term, ...]:
    """What `flow` loses after the heal of `silent`, if routes went and came back meanwhile because of `others`.

    The session that carried nothing is still up: TCP delivers first that they went, and then that they came back.
    `whole` is what is so afterwards.
    """
    way = whole.way(flow)
    if whole.fate(flow, dead) is not Fate.ARRIVES:
        return ()
    lost = (_lost(world, other, whole.believed, flow, dead) for other in others if _came_and_went(other, silent))
    on_way = [session for session in _kept(world, silent, dead) if {end.node for end in session.ends} <= set(way.nodes)]
    if not on_way or not any(lost):
        return ()
    slowest = max(2 * crossing_s(world.plan, session) for session in on_way)
    return (Term("updates that had waited arriving one by one", 0, slowest + DELAYED_ACK_S + HOP_S, SOURCE),)


def _came_and_went(other: Impact, silent: Impact) -> bool:
    return other is not silent and silent.at <= other.at and ends_s(other) < ends_s(silent)


def _lost(world: World, other: Impact, believed: Believed, flow: Flow, dead: AbstractSet[str]) -> bool:
    without = world.view(together(believed, knowing(world.plan, (other,))))
    return without.fate(flow, dead) is Fate.LOST


def _kept(world: World, silent: Impact, dead: AbstractSet[str]) -> Iterator[BgpSession]:
    """The sessions over which nothing passed, and of which an end may not have noticed that."""
    lasted = ends_s(silent) - float(silent.at)
    cut = dead | set(silent.cables)
    noticed = {one.session for one in notices(world.plan, silent, cut) if one.detection.after.high_s <= lasted}
    for session in world.plan.sessions:
        if not session.in_service or session.name in noticed:
            continue
        passes = not crosses(silent, session) or not is_dead(world.plan, session, cut)
        if session.name in unheard.on(silent, Protocol.BGP) or not passes:
            yield session
