"""What would be next best: the ways that follow one another as each is lost in turn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.explain.hops import carriers, crossings_of, hops
from dxemu.explain.model import Dropped, Next
from dxemu.explain.names import what
from dxemu.explain.reasons import reason
from dxemu.explain.state import State
from dxemu.units import IPAddress

MOST = 8


def succession(state: State, source: str, address: IPAddress) -> tuple[Next, ...]:
    """The ways from `source` once what the packet crosses is lost, and then what it crosses instead, and so on.

    Everybody knows of each loss. Ends with a way over nothing, or after `MOST`. Where the packet crosses several
    virtual interfaces, as between two sites, the loss of each further one alone comes behind.
    """
    way = state.way(source, address)
    first, *further = _sessions_crossed(state, way, address.version) or [""]
    found = list(_chain(state, source, address, way)) if first else []
    for session in further:
        now = state.without([session])
        found.append(_next(now, (session,), way, now.way(source, address), address))
    return tuple(found)


def _chain(state: State, source: str, address: IPAddress, way: ForwardingPath) -> Iterator[Next]:
    lost: list[str] = []
    now = state
    while way.arrives and len(lost) < MOST:
        crossed = _sessions_crossed(now, way, address.version)
        if not crossed:
            return
        lost.append(crossed[0])
        now = state.without(lost)
        before, way = way, now.way(source, address)
        yield _next(now, tuple(lost), before, way, address)


def _sessions_crossed(state: State, way: ForwardingPath, version: int) -> list[str]:
    """The sessions of the virtual interfaces and tunnels on the way that are up, in order."""
    found = []
    for crossing in crossings_of(state, way) if way.arrives else ():
        for session in state.plan.sessions:
            on_it = crossing.carrier and crossing.carrier in (session.tunnel, session.virtual_interface)
            same = session.tunnel is not None or session.ends[0].address.version == version
            if on_it and same and state.is_up(session):
                found.append(session.name)
    return found


def _next(state: State, lost: tuple[str, ...], before: ForwardingPath, way: ForwardingPath, address: IPAddress) -> Next:
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


def _parting(before: ForwardingPath, after: ForwardingPath) -> int:
    """The index of the last node on `after` before the two ways part."""
    steps = zip_longest(_steps(before), _steps(after))
    same = next((number for number, (old, new) in enumerate(steps) if old != new), 0)
    return min(same, len(after.nodes) - 1)


def _steps(way: ForwardingPath) -> list[tuple[str, object]]:
    """The node that each crossing leads to, with the crossing: two virtual interfaces may join the same nodes."""
    return list(zip(way.nodes[1:], way.crossings, strict=False))
