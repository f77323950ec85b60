"""A bad cable in the kernel: a chain of queueing disciplines below the netem that every cable has at its ends.

    netem  the cable's rate, delay and jitter; everything is lost here while the cable is silent
    tbf    cuts into frames what TCP handed over at once, and drops the frames that are too long
    netem  loss, wrong bits, and packets that come later
    tbf    the rate, if it is less than the cable's
    plug   the queue in front of that; it can hold everything

The chain is there while something stands, and it is changed in place, so that nothing on its way is lost. Frames that
arrive twice do so at the other end (`dxemu.netlink.duplicate`).
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import Protocol

from dxemu.aws.mtu import LONGEST_FRAME
from dxemu.errors import FaultNotApplied
from dxemu.faults.quality import Bursts, Quality
from dxemu.lab.node import LabNode
from dxemu.netlink import duplicate, netem, plug, shape
from dxemu.netlink import traffic_control as tc
from dxemu.plan.model import Cable, Port
from dxemu.units import BitsPerSecond, Seconds

ROOT, FRAMES, CHANCE, RATE, QUEUE = (number << 16 for number in range(1, 6))
FIRST_CHILD = 1
ETHERNET = 14
ROOM = 64_000_000
"""Bytes that wait in front of a cable that is held, or that is not narrow."""
MANY = 1_000_000
"""Packets that can be late at once."""
STEPS = 10_000
"""To a hundredth of a percent."""
TABLE = 2048
PARETO = 3.0
"""The least whole exponent with which a deviation exists."""
MOST_DEVIATION, ROUNDS = 4.0, 20
"""What the kernel's table has room for: the tail is cut there, and the rest made to have mean and deviation again."""
CLOSE = 1e-4


class SendingEnd(Protocol):
    """A `dxemu.lab.cable_end.CableEnd`, which imports this module."""

    cable: Cable
    node: LabNode
    port: Port
    there: tuple[Port, LabNode]

    def profile(self, more_delay_s: float = 0.0) -> netem.Netem:
        """What the netem of the cable itself is, with more delay."""

    def draw(self) -> int:
        """Another seed at each change."""


def _below(handle: int) -> int:
    return handle | FIRST_CHILD


async def write(end: SendingEnd, quality: Quality) -> bool:
    """Make the kernel do it. Gives whether the chain is still there: it waits for what is on its way in it."""
    netlink, name = end.node.netlink, end.port.name
    found = await tc.read_qdiscs(netlink, name)
    await netem.apply(netlink, name, _root(end, quality))
    await _twice(end, quality)
    if quality == Quality() and QUEUE in found and not found[FRAMES].counters.waiting:
        await tc.delete_qdisc(netlink, name, _below(ROOT), FRAMES)
        return False
    if quality == Quality() and QUEUE not in found:
        return False
    await shape.apply(netlink, name, _frames(end, quality), parent=_below(ROOT), handle=FRAMES)
    await netem.apply(netlink, name, _chance(end, quality), parent=_below(FRAMES), handle=CHANCE)
    await shape.apply(netlink, name, _rate(end, quality), parent=_below(CHANCE), handle=RATE)
    valve = plug.Valve.HOLD if quality.held else plug.Valve.RELEASE
    for turn in (plug.Valve.SIZE if QUEUE in found else plug.Valve.HOLD, plug.Valve.SIZE, valve):
        await plug.apply(netlink, name, turn, _room(end, quality), parent=_below(RATE), handle=QUEUE)
    return True


async def _twice(end: SendingEnd, quality: Quality) -> None:
    port, node = end.there
    if quality.twice_percent != await duplicate.read(node.netlink, port.name):
        if quality.twice_percent:
            await duplicate.apply(node.netlink, port.name, quality.twice_percent)
        else:
            await duplicate.delete(node.netlink, port.name)


def _root(end: SendingEnd, quality: Quality) -> netem.Netem:
    root = end.profile(quality.delay_s)
    if quality.jitter is None:
        return root
    table = _table(quality.jitter.distribution)
    return replace(root, jitter_s=quality.jitter.jitter_s, distribution=table, seed=end.draw())


def _frames(end: SendingEnd, quality: Quality) -> shape.Shape:
    longest = LONGEST_FRAME if quality.longest is None else quality.longest + ETHERNET
    return shape.Shape(rate_bps=int(end.cable.bandwidth), bucket=longest, queue=ROOM)


def _chance(end: SendingEnd, quality: Quality) -> netem.Netem:
    late = quality.late
    bursts = quality.bursts
    return netem.Netem(
        rate_bps=0,
        delay_s=0.0,
        jitter_s=late.by_s if late else 0.0,
        distribution=_late(late.percent) if late else (),
        loss_percent=0.0 if bursts else quality.loss_percent,
        loss_model=_model(bursts, quality.loss_percent / 100) if bursts else None,
        corrupt_percent=quality.corrupt_percent,
        limit=MANY,
        seed=end.draw(),
    )


def _model(bursts: Bursts, also: float) -> netem.LossModel:
    """Gilbert's and Elliott's, and `also` by chance: a packet is lost by the one or by the other."""
    within = bursts.within / 100
    bad = bursts.loss_percent / bursts.within
    return netem.LossModel(
        to_bad=bad / (1 - bad) / bursts.length,
        to_good=1 / bursts.length,
        bad_loss=1 - (1 - within) * (1 - also),
        good_loss=also,
    )


def _rate(end: SendingEnd, quality: Quality) -> shape.Shape:
    rate = int(end.cable.bandwidth)
    if quality.narrow is not None:
        rate = min(rate, quality.narrow.rate_bps)
    return shape.Shape(rate_bps=rate, bucket=int(end.cable.mtu) + ETHERNET, queue=ROOM)


def _room(end: SendingEnd, quality: Quality) -> int:
    if quality.held or quality.narrow is None:
        return ROOM
    return max(2 * LONGEST_FRAME, round(_rate(end, quality).rate_bps * quality.narrow.queue_s / 8))


@cache
def _late(percent: float) -> tuple[int, ...]:
    """A delay that this part of the packets has, and the others have none of it.

    The kernel's own `reorder` would let those that are not late pass by the queues below (netem_dequeue).
    """
    late = max(1, round(percent / 100 * STEPS))
    return netem.jitter_table([1.0] * late + [0.0] * (STEPS - late))


@cache
def _table(distribution: str) -> tuple[int, ...]:
    """As deviations with equal chances, in units of the jitter; their mean is 0."""
    chances = [(number + 0.5) / TABLE for number in range(TABLE)]
    if distribution == "uniform":
        return netem.jitter_table([2 * chance - 1 for chance in chances])
    if distribution == "normal":
        return netem.jitter_table([_normal(chance) for chance in chances])
    values = [(1 - chance) ** (-1 / PARETO) for chance in chances]
    for _ in range(ROUNDS):
        mean = math.fsum(values) / TABLE
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / TABLE)
        values = [min(MOST_DEVIATION, (value - mean) / deviation) for value in values]
    return netem.jitter_table(values)


def _normal(chance: float) -> float:
    """The value below which a standard normal one is with this chance, by bisection."""
    low, high = -5.0, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        if math.erf(middle / math.sqrt(2)) / 2 + 0.5 < chance:
            low = middle
        else:
            high = middle
    return low


async def read_back(end: SendingEnd, quality: Quality) -> str:
    """What the kernel says that it does, in words. Raises FaultNotApplied if that is something else."""
    netlink, name = end.node.netlink, end.port.name
    root, chance = await netem.read(netlink, name), await netem.read(netlink, name, handle=CHANCE)
    frames, _ = await shape.read(netlink, name, handle=FRAMES)
    rate, _ = await shape.read(netlink, name, handle=RATE)
    await plug.read(netlink, name, handle=QUEUE)
    twice = await duplicate.read(end.there[1].netlink, end.there[0].name)
    wanted = (*_numbers(_root(end, quality)), *_numbers(_chance(end, quality)), quality.twice_percent)
    found = (*_numbers(root), *_numbers(chance), twice)
    a_tick = frames.rate_bps * tc.TICK_NS / 8e9 + 1
    shapes = abs(frames.bucket - _frames(end, quality).bucket) <= a_tick and (
        rate.rate_bps // 8 == _rate(end, quality).rate_bps // 8
    )
    if not shapes or any(
        abs(one - other) > CLOSE * max(1.0, abs(one)) for one, other in zip(wanted, found, strict=True)
    ):
        said = f"{root}, {frames}, {chance}, {rate}, {twice:g} % twice"
        raise FaultNotApplied(f"{name} on {end.node.name} should do {quality}, the kernel says {said}")
    return f"{end.node.name} sends with {_words(end, root, chance, rate, quality, twice)}"


def _numbers(one: netem.Netem) -> tuple[float, ...]:
    """Times in milliseconds, so that a difference means the same in each."""
    model = one.loss_model
    parts = (model.to_bad, model.to_good, model.bad_loss, model.good_loss) if model else (0.0,) * 4
    return (one.delay_s * 1e3, one.jitter_s * 1e3, one.loss_percent, one.corrupt_percent, *parts)


def _words(
    end: SendingEnd, root: netem.Netem, chance: netem.Netem, rate: shape.Shape, quality: Quality, twice: float
) -> str:
    said = [f"{Seconds(root.delay_s)} of delay"]
    if root.jitter_s:
        said[0] += f" +- {Seconds(root.jitter_s)}"
    if root.loss_percent:
        said.append("everything lost")
    if chance.loss_percent:
        said.append(f"{chance.loss_percent:g} % lost")
    if chance.loss_model and quality.bursts:
        said.append(f"{quality.bursts.loss_percent:g} % lost in bursts of {1 / chance.loss_model.to_good:.3g}")
    if chance.jitter_s and quality.late:
        said.append(f"{quality.late.percent:g} % late by {Seconds(chance.jitter_s)}")
    if twice:
        said.append(f"{twice:g} % twice")
    if chance.corrupt_percent:
        said.append(f"a wrong bit in {chance.corrupt_percent:g} %")
    if rate.rate_bps < int(end.cable.bandwidth):
        said.append(f"{BitsPerSecond(rate.rate_bps)} at most")
    if quality.longest is not None:
        said.append(f"nothing longer than {quality.longest} bytes")
    if quality.held:
        said.append("everything held")
    return ", ".join(said)


async def lost(end: SendingEnd) -> str:
    """How many packets have been lost in the chain since it is there, and how many wait in it."""
    found = (await tc.read_qdiscs(end.node.netlink, end.port.name)).get(FRAMES)
    if found is None:
        return "nothing lost"
    counted = found.counters
    waiting = f", {counted.waiting} waiting" if counted.waiting else ""
    return f"{counted.dropped} of {counted.packets + counted.dropped + counted.waiting} packets lost meanwhile{waiting}"
