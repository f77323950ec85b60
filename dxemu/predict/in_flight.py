"""Packets on their way between a router that turns to another way and the cut in the old one."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from dxemu.control.forwarding_path import ForwardingPath, shared_until
from dxemu.control.wires import Crossing
from dxemu.plan.model import Side
from dxemu.predict.detect import Detection
from dxemu.predict.outcome import World
from dxemu.predict.windows import Term


def in_flight(
    world: World, struck: AbstractSet[str], way: ForwardingPath, other: ForwardingPath, found: Detection
) -> tuple[Term, ...]:
    """Packets that had passed the deciding router when the cables `struck` died are lost though they were sent before.

    `found` is what has it turn from `way` to the `other` one.
    """
    cuts = [i for i, c in enumerate(way.crossings) if any(set(w) & struck for w in c.ways)]
    if not cuts:
        return ()
    cut = cuts[-1]
    router = way.nodes.index(found.node) if found.node in way.nodes else cuts[0]
    turning = min(shared_until(way, other), router)
    before, through = _inside(world, struck, way.crossings[cut])
    aws = world.plan.node(found.node).side is Side.AWS  # whose gateways hear at once
    hearing = 0.0 if aws else delay_between(world, way, turning, router)
    return (
        Term(f"{way.nodes[turning]} hearing of it", 0, hearing, "one-way delays of the cables"),
        Term(
            "packets between the router and the cut",
            delay_between(world, way, router, cut) + before,
            delay_between(world, way, turning, cut) + through,
            "one-way delays of the cables",
        ),
    )


def _inside(world: World, struck: AbstractSet[str], crossing: Crossing) -> tuple[float, float]:
    """One-way delay in a crossing until the first cable that is hit, and until the end of the last one."""
    cables = next(way for way in crossing.ways if set(way) & struck)
    hit = [i for i, cable in enumerate(cables) if cable in struck]
    delays = [world.delay_s(cable) for cable in cables]
    return sum(delays[: hit[0]]), sum(delays[: hit[-1] + 1])


def delay_between(world: World, way: ForwardingPath, start: int, end: int) -> float:
    """One-way delay from `way.nodes[start]` to `way.nodes[end]`."""
    cables = [cable for crossing in way.crossings[start:end] for cable in crossing.ways[0]]
    return sum(world.delay_s(name) for name in cables)
