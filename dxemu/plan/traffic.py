"""Which nodes and cables a direction's traffic crosses, given the cables that are dead and known to be."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dxemu.plan.model import BgpSession, Cable, Plan, Role, Side
from dxemu.plan.paths import Direction, best_connection


@dataclass(frozen=True, slots=True)
class Traffic:
    """The way of one direction: `cables[i]` joins `nodes[i]` and `nodes[i + 1]`.

    `session` is the eBGP session whose routes it follows.
    """

    nodes: tuple[str, ...]
    cables: tuple[Cable, ...]
    session: BgpSession

    def delay_s(self, start: int, end: int) -> float:
        """One-way delay from `nodes[start]` to `nodes[end]`."""
        return float(sum(c.delay for c in self.cables[start:end]))

    def shared_with(self, other: Traffic) -> int:
        """Index of the last node until which both ways are the same: there the traffic changes over."""
        last = 0
        for index, (mine, theirs) in enumerate(zip(self.cables, other.cables, strict=False)):
            if mine.name != theirs.name:
                break
            last = index + 1
        return last


def traffic(plan: Plan, direction: Direction, dead: Collection[str]) -> Traffic | None:
    """The way that the routers choose when every cable in `dead` is known to be dead; None if none is left."""
    to_aws = direction == "to_aws"
    ends = _ends(plan, to_aws=to_aws)
    if ends is None:
        return None
    sender, receiver = ends
    sessions = {s.name: s for s in plan.sessions}
    across = {name for s in plan.sessions if s.external for name in s.cables}
    inside = [c for c in plan.cables if c.name not in dead and c.name not in across]
    down = {s.name for s in plan.sessions if not set(s.cables).isdisjoint(dead)}
    while (chosen := best_connection(plan, frozenset(down), direction)) is not None:
        session = sessions[chosen]
        near, far = session.ends if to_aws else session.ends[::-1]
        own = [plan.cable(name) for name in session.cables]
        legs = (walk(sender, near.node, inside), walk(near.node, far.node, own), walk(far.node, receiver, inside))
        if all(leg is not None for leg in legs):
            cables = [cable for leg in legs if leg is not None for cable in leg]
            return Traffic(_nodes(sender, cables), tuple(cables), session)
        down.add(chosen)
    return None


def walk(start: str, goal: str, cables: Iterable[Cable]) -> list[Cable] | None:
    """The fewest cables from one node to another, or None."""
    near: dict[str, list[tuple[str, Cable]]] = {}
    for cable in cables:
        near.setdefault(cable.a.node, []).append((cable.b.node, cable))
        near.setdefault(cable.b.node, []).append((cable.a.node, cable))
    came: dict[str, list[Cable]] = {start: []}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        if node == goal:
            return came[node]
        for neighbour, cable in near.get(node, ()):
            if neighbour not in came:
                came[neighbour] = [*came[node], cable]
                queue.append(neighbour)
    return None


def _ends(plan: Plan, *, to_aws: bool) -> tuple[str, str] | None:
    """The first host and the first instance, in the direction's order; None if the plan lacks one of them."""
    host = next((n.name for n in plan.nodes if n.role is Role.HOST and n.side is Side.CUSTOMER), None)
    instance = next((n.name for n in plan.nodes if n.role is Role.INSTANCE), None)
    if host is None or instance is None:
        return None
    return (host, instance) if to_aws else (instance, host)


def _nodes(start: str, cables: Iterable[Cable]) -> tuple[str, ...]:
    nodes = [start]
    for cable in cables:
        nodes.append(cable.b.node if cable.a.node == nodes[-1] else cable.a.node)
    return tuple(nodes)
