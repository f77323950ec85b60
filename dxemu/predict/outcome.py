"""Whether packets arrive, given what is really dead and what the routers believe; and when that becomes true again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from dxemu.control.forward import Asked, Believed, Forwarding, TableLayout
from dxemu.control.forwarding_path import ForwardingPath
from dxemu.plan.model import Plan
from dxemu.predict.notice import Noticed
from dxemu.units import IPAddress


class Fate(IntEnum):
    """What becomes of a packet. `MAYBE`: the hash of its flow decides, since some members of a LAG are dead.

    Or some of the routes that share the flows lead into nothing.
    """

    LOST = 0
    MAYBE = 1
    ARRIVES = 2


@dataclass(frozen=True, slots=True)
class Flow:
    """Packets of a probe in one direction: from `source` to `target`, which has `address`. Each has `size` bytes."""

    source: str
    target: str
    address: IPAddress
    size: int = 0

    def __hash__(self) -> int:
        return hash((self.source, self.target))  # to hash an address takes ten times as long


class View:
    """What is so while one thing is believed: each flow's way through the tables."""

    def __init__(self, world: World, believed: Believed) -> None:
        self.believed = believed
        self._world = world
        self.tables = Forwarding(world.layout, believed)
        self._ways: dict[Flow, tuple[ForwardingPath, ...]] = {}
        self._traced: dict[Flow, Asked] = {}

    def way(self, flow: Flow) -> ForwardingPath:
        """The way that the tables give; where routes share the flows, the first."""
        return self.ways(flow)[0]

    def ways(self, flow: Flow) -> tuple[ForwardingPath, ...]:
        """All ways that the tables give, of which a flow takes one."""
        found = self._ways.get(flow)
        if found is None:
            found = self._ways[flow] = self._found(flow)
        return found

    def _found(self, flow: Flow) -> tuple[ForwardingPath, ...]:
        """Those of while nothing is broken, if the tables say the same to whoever goes them."""
        unbroken = self._world.unbroken
        if unbroken is self:
            ways, self._traced[flow] = self.tables.traced(flow.source, flow.address)
            return ways
        ways = unbroken.ways(flow)
        if self.tables.agrees(unbroken._traced[flow]):
            return ways
        return self.tables.ways(flow.source, flow.address)

    def fate(self, flow: Flow, dead: AbstractSet[str]) -> Fate:
        """What becomes of packets of `flow` while the cables in `dead` carry nothing."""
        ways = self.ways(flow)
        if len(ways) == 1:
            return self._fate_on(flow, ways[0], dead)
        fates = {self._fate_on(flow, way, dead) for way in ways}
        return fates.pop() if len(fates) == 1 else Fate.MAYBE

    def _fate_on(self, flow: Flow, way: ForwardingPath, dead: AbstractSet[str]) -> Fate:
        if flow.size and self._too_long(flow, way):
            return Fate.LOST
        return self.fate_of(way, dead)

    def _too_long(self, flow: Flow, way: ForwardingPath) -> bool:
        """Whether a node on the way drops packets of that size where they come in, and tells nobody."""
        too_short = {(d.node, d.interface) for d in self.tables.plan.silent_drops if flow.size > d.longer_than}
        return not too_short.isdisjoint(zip(way.nodes, way.incoming, strict=False))

    def fate_of(self, way: ForwardingPath, dead: AbstractSet[str]) -> Fate:
        """What becomes of packets that go this way."""
        if not way.arrives:
            return Fate.LOST
        if not self.believed.out and dead.isdisjoint(way.cables()):
            return Fate.ARRIVES
        fate = Fate.ARRIVES
        for node, crossing in zip(way.nodes, way.crossings, strict=False):
            used = [w for w in crossing.ways if len(crossing.ways) == 1 or not self._out(node, w)]
            alive = [w for w in used if dead.isdisjoint(w)]
            if not alive:
                return Fate.LOST
            if len(alive) < len(used):
                fate = Fate.MAYBE
        return fate

    def _out(self, node: str, way: Sequence[str]) -> bool:
        return any((node, cable) in self.believed.out for cable in way)


class World:
    """One plan's tables for everything that may be believed. The last `KEPT` views are kept for who asks again."""

    KEPT = 128

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.layout = TableLayout(plan)
        self._delays = {cable.name: float(cable.delay) for cable in plan.cables}
        self._flows: dict[tuple[str, str, int, int], Flow] = {}
        self._views: dict[Believed, View] = {}

    @cached_property
    def unbroken(self) -> View:
        """While nothing is broken."""
        return View(self, Believed())

    def view(self, believed: Believed) -> View:
        """While that is believed."""
        if believed == self.unbroken.believed:
            return self.unbroken
        found = self._views.pop(believed, None) or View(self, believed)
        self._views[believed] = found
        if len(self._views) > self.KEPT:
            del self._views[next(iter(self._views))]
        return found

    def flow(self, source: str, target: str, version: int = 4, size: int = 0) -> Flow:
        """Packets of `size` bytes from node to node, to the first address that the target has in that IP version."""
        key = source, target, version, size
        if key not in self._flows:
            self._flows[key] = Flow(source, target, self.plan.address_of(target, version), size)
        return self._flows[key]

    def delay_s(self, cable: str) -> float:
        """One-way delay of a cable; a VLAN has none of its own."""
        return self._delays.get(cable, 0.0)


@dataclass(frozen=True, slots=True)
class Turn:
    """The moment at which packets arrive again, in seconds after the fault, and what was noticed then.

    `view` is of what is believed from then on; `decisive` is None if they arrive all the time.
    """

    at_s: float
    decisive: Noticed | None
    view: View


class Course:
    """What is believed after each thing that is noticed, in the order of when that is at the earliest, or the latest.

    It is the same for every flow, and so are the cables in `dead`, which carry nothing all the time.
    """

    def __init__(
        self, world: World, noticed: Sequence[Noticed], believed: Believed, dead: AbstractSet[str], *, earliest: bool
    ) -> None:
        self._world = world
        self._dead = dead
        self._enough = Fate.MAYBE if earliest else Fate.ARRIVES
        moments = [(one.detection.after.low_s if earliest else one.detection.after.high_s, one) for one in noticed]
        self._left = sorted(moments, key=lambda moment: moment[0])
        self._turns = [Turn(0.0, None, world.view(believed))]

    def turn(self, flow: Flow) -> Turn | None:
        """When packets arrive again. None: never, be it because no cable leads there any more."""
        for number in range(len(self._left) + 1):
            turn = self._at(number)
            if turn.view.fate(flow, self._dead) >= self._enough:
                return turn
            if number == 0 and self._parts[flow.source] != self._parts[flow.target]:
                break
        return None

    @cached_property
    def _parts(self) -> Mapping[str, str]:
        return self._world.layout.wires.parts(self._dead)

    def _at(self, number: int) -> Turn:
        if number == len(self._turns):
            at_s, one = self._left[number - 1]
            believed = one.changes(self._turns[-1].view.believed)
            self._turns.append(Turn(at_s, one, self._world.view(believed)))
        return self._turns[number]
