"""Packets that a router no longer sends on, as its MTU is smaller than it was: until their sender has heard of it."""

from __future__ import annotations

from dxemu.plan.model import Plan, Side
from dxemu.predict.in_flight import delay_between
from dxemu.predict.outcome import Fate, Flow, View, World
from dxemu.predict.windows import Term

SOURCE = "RFC 1191 3, RFC 8201 4; Linux net/ipv4/udp.c, __udp4_lib_err: the next packet is not sent, but told of it"


def too_long(before: Plan, world: World, after: View, flow: Flow, gap_s: float) -> tuple[Term, ...]:
    """What `flow` loses when a router of the customer sends less in a packet than in the design of `before`.

    It tells the sender, which sends shorter ones, or fragments, from then on; the packet `gap_s` after the one that it
    is told of stays away, too. What such a router takes in that is too long vanishes without a word: that is `LOST`.
    """
    way = after.way(flow)
    if not flow.size or after.fate(flow, frozenset()) is Fate.LOST:
        return ()
    for drop in world.plan.silent_drops:
        if drop in before.silent_drops or world.plan.node(drop.node).side is not Side.CUSTOMER:
            continue
        if flow.size > drop.longer_than and drop.node in way.nodes:
            there = 2 * delay_between(world, way, 0, way.nodes.index(drop.node))
            return (Term("the sender hearing of the smaller MTU", 0, there + gap_s, SOURCE),)
    return ()
