"""What is lost while the routers go over from one set of routes to another: they do not all hear of it at once.

A packet that has left a router by the old routes may come to one that has new ones already, or the other way round.
Where every such mixture leads to the target, nothing is lost; else at most what is under way in the meantime.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.control.mixed import Mixed
from dxemu.control.wires import tunnel_of
from dxemu.plan.model import BgpSession, Plan
from dxemu.predict.notice import Noticed
from dxemu.predict.outcome import Fate, Flow, View, World
from dxemu.predict.windows import Term

HOP_S = 0.01
"""How long a router may take to hear, decide and tell: computing takes no time where the clock is virtual."""

When = tuple[float, float]
"""The earliest and the latest moment, in seconds."""


def crossing_s(plan: Plan, session: BgpSession) -> float:
    """One-way delay of a session's packets."""
    return float(sum(plan.cable(name).delay for name in session.cables))


@dataclass(frozen=True, slots=True)
class Hearing:
    """When nodes hear of something: each in its window, and after those that it hears it from (`behind`)."""

    when: Mapping[str, When]
    behind: Mapping[str, frozenset[str]]

    @property
    def last_s(self) -> float:
        """When everybody has heard of it, at the latest."""
        return max((when[1] for when in self.when.values()), default=0.0)


def heard_after(plan: Plan, origins: Mapping[str, When]) -> Hearing:
    """When each node hears of what the `origins` know at these moments: BGP tells it on from session to session.

    A gateway hears at once what the devices and endpoints beside it know. Nodes that never hear are left out.
    """
    neighbours: dict[str, list[tuple[str, When]]] = {}
    for session in plan.sessions:
        if session.in_service:
            one, other = (end.node for end in session.ends)
            delay = crossing_s(plan, session)
            for here, there in ((one, other), (other, one)):
                neighbours.setdefault(here, []).append((there, (delay, delay + HOP_S)))
    for gateway in plan.gateways:
        for attachment in gateway.attachments:
            neighbours.setdefault(attachment.device, []).append((gateway.node, (0.0, HOP_S)))
    earliest, latest = (_spread(neighbours, origins, bound) for bound in (0, 1))
    when = {node: (at, latest[node][0]) for node, (at, _) in earliest.items()}
    return Hearing(when, {node: behind for node, (_, behind) in earliest.items()})


def _spread(
    neighbours: Mapping[str, list[tuple[str, When]]], origins: Mapping[str, When], bound: int
) -> dict[str, tuple[float, frozenset[str]]]:
    found: dict[str, tuple[float, frozenset[str]]] = {}
    queue: list[tuple[float, str, tuple[str, ...]]] = [(when[bound], node, ()) for node, when in origins.items()]
    heapq.heapify(queue)
    while queue:
        at, node, behind = heapq.heappop(queue)
        if node not in found:
            found[node] = at, frozenset(behind)
            for there, delay in neighbours.get(node, ()):
                heapq.heappush(queue, (at + delay[bound], there, (*behind, node)))
        elif found[node][0] == at:  # as soon as from the other one: both knew it before
            found[node] = at, found[node][1] | frozenset(behind)
    return found


def under_way(
    before: View,
    after: View,
    flow: Flow,
    dead: AbstractSet[str],
    heard: Hearing,
    delay: Callable[[str], float],
) -> tuple[Term, ...]:
    """What `flow` may lose between two views that both lead it to its target; nothing if no mixture of them loses any.

    `heard` is when nodes go over to the later one, `delay` a cable's.
    """
    old = before.ways(flow)
    if old == after.ways(flow):
        return ()
    found = [_at_most(way, before, after, flow, dead, heard, delay) for way in old if way.arrives]
    outside = {one for way in old for one in _outside(way, before.tables.plan)}
    found += [sum(term.high_s for term in under_way(before, after, one, dead, heard, delay)) for one in outside]
    lost_s = max(found, default=0.0)
    if lost_s <= 0:
        return ()
    source = "one-way delays of the cables; each router tells the next one"
    return (Term("packets under way while one router after the other hears of it", 0, lost_s, source),)


def _outside(way: ForwardingPath, plan: Plan) -> Iterator[Flow]:
    """The packets of the tunnels on a way: routers under a tunnel hear one after the other, too."""
    for here, crossing in zip(way.nodes, way.crossings, strict=False):
        tunnel = tunnel_of(crossing.ways[0][-1])
        if tunnel is not None:
            far = next(end for end in plan.tunnel(tunnel).ends if end.node != here)
            yield Flow(here, far.node, far.outside)


def _at_most(
    way: ForwardingPath,
    before: View,
    after: View,
    flow: Flow,
    dead: AbstractSet[str],
    heard: Hearing,
    delay: Callable[[str], float],
) -> float:
    """The longest that packets on one of the old ways can be lost."""
    last = heard.last_s
    everywhere = frozenset(node.name for node in (*before.tables.plan.nodes, *after.tables.plan.nodes))

    def lost(those: AbstractSet[str]) -> bool:
        ways = Mixed(before.tables, after.tables, those).ways(flow.source, flow.address)
        return any(after.fate_of(one, dead) is Fate.LOST for one in ways)

    worst = 0.0
    differing: list[int] = []
    for index in _differing(way, before, after, flow):
        node, upstream = way.nodes[index], frozenset(way.nodes[:index])
        low = heard.when.get(node, (0.0, last))[0]
        if differing and lost(everywhere - upstream):
            until = min(heard.when.get(way.nodes[j], (0.0, last))[1] + _delay(way, j, index, delay) for j in differing)
            worst = max(worst, until - low)
        if lost(heard.behind.get(node, frozenset()) | {node}):
            worst = max(worst, last - low)
        differing.append(index)
    return worst


def _differing(way: ForwardingPath, before: View, after: View, flow: Flow) -> Iterator[int]:
    for index, node in enumerate(way.nodes[:-1]):
        asked = node, way.incoming[index], flow.address
        if before.tables.lookup(*asked) != after.tables.lookup(*asked):
            yield index


def _delay(way: ForwardingPath, start: int, end: int, delay: Callable[[str], float]) -> float:
    return math.fsum(delay(cable) for crossing in way.crossings[start:end] for cable in crossing.ways[0])


def moving(world: World, steps: Sequence[Noticed], known: View, flow: Flow, dead: AbstractSet[str]) -> tuple[Term, ...]:
    """What is under way while one router after the other hears that routes are gone; `steps` in order of time.

    Where that order is not known, the worst of both.
    """
    orders = [steps, steps[::-1]] if _any_order(steps) else [steps]
    worst: tuple[Term, ...] = ()
    for order in orders:
        view = known
        for one in order:
            before, view = view, world.view(one.changes(view.believed))
            heard = heard_after(world.plan, {one.detection.node: (0.0, HOP_S)})
            worst = max(worst, under_way(before, view, flow, dead, heard, world.delay_s), key=_high)
    return worst


def _any_order(steps: Sequence[Noticed]) -> bool:
    windows = [one.detection.after for one in steps]
    return any(later.low_s < one.high_s for one, later in pairwise(windows))


def _high(terms: Sequence[Term]) -> float:
    return sum(term.high_s for term in terms)
