"""What would be next best: the ways that follow one another as each is lost in turn."""

from __future__ import annotations

from itertools import zip_longest

from dxemu.plan.explain.hops import carriers, crossings_of, hops
from dxemu.plan.explain.model import Next
from dxemu.plan.explain.names import what
from dxemu.plan.explain.reasons import Dropped, reason
from dxemu.plan.explain.state import State
from dxemu.plan.forward import Way
from dxemu.units import IPAddress

MOST = 8


def succession(state: State, source: str, address: IPAddress) -> tuple[Next, ...]:
    """The ways from `source` once what the packet crosses is lost, and then what it crosses instead, and so on.

    Everybody knows of each loss. Ends with a way over nothing, or after `MOST`.
    """
    way = state.way(source, address)
    lost: list[str] = []
    found: list[Next] = []
    now = state
    while way.arrives and len(found) < MOST:
        session = _session_crossed(now, way, address.version)
        if session is None:
            break
        lost.append(session)
        now = state.without(lost)
        before, way = way, now.way(source, address)
        found.append(_next(now, tuple(lost), before, way, address))
    return tuple(found)


def _session_crossed(state: State, way: Way, version: int) -> str | None:
    """The session of the first virtual interface or tunnel on the way that is still up."""
    for crossing in crossings_of(state, way):
        for session in state.plan.sessions:
            on_it = crossing.carrier and crossing.carrier in (session.tunnel, session.virtual_interface)
            same = session.tunnel is not None or session.ends[0].address.version == version
            if on_it and same and state.is_up(session):
                return session.name
    return None


def _next(state: State, lost: tuple[str, ...], before: Way, way: Way, address: IPAddress) -> Next:
    if not way.arrives:
        return Next(lost=lost, over=(), hops=way.nodes, rule=hops(state, way, address)[1])
    at = _parting(before, way)
    why = reason(state, way.nodes[at], way.incoming[at], address)
    assert not isinstance(why, Dropped), "it arrives"
    return Next(
        lost=lost,
        over=tuple(carriers(crossings_of(state, way))),
        hops=way.nodes,
        at=what(state, way.nodes[at]),
        how=why.how,
        rule=why.rule,
    )


def _parting(before: Way, after: Way) -> int:
    """The index of the last node on `after` before the two ways part."""
    steps = zip_longest(_steps(before), _steps(after))
    same = next((number for number, (old, new) in enumerate(steps) if old != new), 0)
    return min(same, len(after.nodes) - 1)


def _steps(way: Way) -> list[tuple[str, object]]:
    """The node that each crossing leads to, with the crossing: two virtual interfaces may join the same nodes."""
    return list(zip(way.nodes[1:], way.crossings, strict=False))
