"""Whether packets arrive, given what is really dead and what the routers believe; and when that becomes true again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import IntEnum

from dxemu.bgp.route import Announcement
from dxemu.control.converge import End, announcements
from dxemu.control.forward import Believed, Forwarding, Way
from dxemu.control.wires import Wires
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
    """Packets of a probe in one direction: from `source` to `target`, which has `address`."""

    source: str
    target: str
    address: IPAddress


@dataclass
class World:
    """One plan's tables for every belief that has been asked for, and each flow's way through them."""

    plan: Plan
    wires: Wires = field(init=False)
    before: Mapping[End, tuple[Announcement, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.wires = Wires(self.plan)
        self.before = announcements(self.plan)
        self._delays = {cable.name: float(cable.delay) for cable in self.plan.cables}
        self._tables: dict[Believed, Forwarding] = {}
        self._ways: dict[tuple[Believed, Flow], tuple[Way, ...]] = {}

    def delay_s(self, cable: str) -> float:
        """One-way delay of a cable; a VLAN has none of its own."""
        return self._delays.get(cable, 0.0)

    def way(self, flow: Flow, believed: Believed) -> Way:
        """The way that the tables give; where routes share the flows, the first."""
        return self.ways(flow, believed)[0]

    def ways(self, flow: Flow, believed: Believed) -> tuple[Way, ...]:
        """All ways that the tables give, of which a flow takes one."""
        if (believed, flow) not in self._ways:
            if believed not in self._tables:
                self._tables[believed] = Forwarding(self.plan, self.wires, believed, self.before)
            self._ways[believed, flow] = self._tables[believed].ways(flow.source, flow.address)
        return self._ways[believed, flow]

    def fate(self, flow: Flow, believed: Believed, dead: AbstractSet[str]) -> Fate:
        """What becomes of packets of `flow` while the cables in `dead` carry nothing."""
        fates = {self._fate(way, believed, dead) for way in self.ways(flow, believed)}
        return fates.pop() if len(fates) == 1 else Fate.MAYBE

    def _fate(self, way: Way, believed: Believed, dead: AbstractSet[str]) -> Fate:
        if not way.arrives:
            return Fate.LOST
        fate = Fate.ARRIVES
        for node, crossing in zip(way.nodes, way.crossings, strict=False):
            used = [w for w in crossing.ways if len(crossing.ways) == 1 or not self._out(node, w, believed)]
            alive = [w for w in used if dead.isdisjoint(w)]
            if not alive:
                return Fate.LOST
            if len(alive) < len(used):
                fate = Fate.MAYBE
        return fate

    @staticmethod
    def _out(node: str, way: Sequence[str], believed: Believed) -> bool:
        return any((node, cable) in believed.out for cable in way)


@dataclass(frozen=True, slots=True)
class Turn:
    """The moment at which packets arrive again, in seconds after the fault, and what was noticed then.

    `believed` is what holds from then on; `decisive` is None if they arrive all the time.
    """

    at_s: float
    decisive: Noticed | None
    believed: Believed


def turn(
    world: World,
    flow: Flow,
    noticed: Sequence[Noticed],
    believed: Believed,
    dead: AbstractSet[str],
    *,
    earliest: bool,
) -> Turn | None:
    """When packets arrive again if everything is noticed as early as it can be, or as late. None: never."""
    enough = Fate.MAYBE if earliest else Fate.ARRIVES
    if world.fate(flow, believed, dead) >= enough:
        return Turn(0.0, None, believed)

    def moment(one: Noticed) -> float:
        return one.detection.after.low_s if earliest else one.detection.after.high_s

    for one in sorted(noticed, key=moment):
        believed = one.changes(believed)
        if world.fate(flow, believed, dead) >= enough:
            return Turn(moment(one), one, believed)
    return None
