"""A cable of the running lab: what faults do to it, and what the kernel then says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dxemu.errors import FaultNotApplied
from dxemu.faults.breakable_cable import IN_ONE_PIECE
from dxemu.faults.quality import DIRECTIONS, Quality
from dxemu.lab.cable_end import CableEnd
from dxemu.lab.node import LabNode
from dxemu.netlink import netem
from dxemu.plan.model import Cable

if TYPE_CHECKING:  # few labs need it
    from dxemu.lab.middle_piece import MiddlePiece


class LabCable:
    """Both ends of one cable: the customer's, which sends `to_aws`, and the other one."""

    def __init__(self, cable: Cable, a: LabNode, b: LabNode, seed: int = 1, middle: MiddlePiece | None = None) -> None:
        self.name = cable.name
        self._middle = middle
        self._dropped_before = 0
        here, there = (cable.a, a), (cable.b, b)
        self._ends = (CableEnd(cable, here, there, seed), CableEnd(cable, there, here, seed))

    async def follow(self, cable: Cable) -> None:
        """From now on it is so long, and so fast. What faults have done to it stays."""
        for end in self._ends:
            end.cable = cable
            await end.write()

    async def connect(self) -> None:
        """Give both ends the cable's rate and delay."""
        for end in self._ends:
            await end.write()

    async def silence(self, *, silent: bool, directions: Sequence[str] = DIRECTIONS) -> Mapping[str, float]:
        """Drop everything in these directions from now on, or no longer, as far as nothing else silences it.

        Gives what part the kernel says is lost, in percent, by node. Raises FaultNotApplied if that is something else.
        """
        self._dropped_before += await self.dropped()
        read = {}
        for end in self._sending(directions):
            await end.silence(silent=silent)
            read[end.node.name] = lost = await end.lost_percent()
            if not end.is_right(lost):
                raise FaultNotApplied(f"cable {self.name} at {end.node.name}: the kernel says that {lost:g} % are lost")
        return read

    async def shut_port(self, node: str, *, shut: bool) -> None:
        """The router at one end takes its port for down, whatever light is there, or no longer. Raises LabError."""
        for end in self._ends:
            await end.shut_port(node, shut=shut)

    async def dropped(self) -> int:
        """Packets that netem has dropped at both ends since the cable was last silenced, or spoke again."""
        counts = [(await netem.read(end.node.netlink, end.port.name)).dropped for end in self._ends]
        return sum(counts) - self._dropped_before

    async def worsen(self, quality: Quality, directions: Sequence[str]) -> str:
        """Do this to packets too, in these directions. Gives what the kernels then say; raises FaultNotApplied."""
        return "; ".join([await end.worsen(quality) for end in self._sending(directions)])

    async def mend(self, quality: Quality, directions: Sequence[str]) -> str:
        """Do this no longer; what else is done stays. Gives what the kernels then say; raises FaultNotApplied."""
        return "; ".join([await end.mend(quality) for end in self._sending(directions)])

    def _sending(self, directions: Sequence[str]) -> list[CableEnd]:
        return [end for direction, end in zip(DIRECTIONS, self._ends, strict=True) if direction in directions]

    async def state(self) -> Mapping[str, Mapping[str, bool | float | str]]:
        """What the kernel says of both ends, by node: `carrier`, and the `loss_percent` of what it sends while silent.

        `bad` says in words what else becomes of it; empty where that is nothing.
        """
        return {end.node.name: await end.state() for end in self._ends}

    async def whole(self) -> str:
        """What of it is not as the plan says, once what was on its way in a bad cable has arrived; "" if all is."""
        return "; ".join(filter(None, [await end.whole() for end in self._ends]))

    async def set_carrier(self, *, up: bool) -> Mapping[str, bool]:
        """Take the light away from both ends, or give it back, as far as nothing else cuts it.

        Gives what the kernel says, by node. Raises FaultNotApplied if that is something else.

        A veth pair has light while both its ends are up: the far end (AWS's) is switched, and the
        near end sees it lose or gain carrier, as a router does. Where the far end alone waits for light that is gone,
        the near one is switched, whose kernel forgets its routes. Nor has it light while a node at an end is without
        power.
        """
        near, far = self._ends
        if far.port.carrier_delay.down and not near.port.carrier_delay.down:
            near, far = far, near
        far.node.hold(far.port.name, down=not up)
        await far.node.switch(far.port.name)
        return await self._light()

    async def lose_light(self, node: str, *, lost: bool) -> Mapping[str, bool]:
        """Take the light from the end at `node` alone, or give it back, as far as nothing else takes it.

        Gives what the kernel says, by node. Raises FaultNotApplied if that is something else, or the cable is whole.
        """
        if self._middle is None:
            raise FaultNotApplied(f"{self.name} has its light: {IN_ONE_PIECE}")
        await self._middle.darken([end.node.name for end in self._ends].index(node), dark=lost)
        return await self._light()

    async def _light(self) -> Mapping[str, bool]:
        """What the kernel says, by node. Raises FaultNotApplied if that is not as it should be."""
        dark = any(end.node.is_held(end.port.name) for end in self._ends)
        read = {end.node.name: await end.has_light() for end in self._ends}
        for side, (node, lit) in enumerate(read.items()):
            if lit is (dark or (self._middle is not None and self._middle.is_dark(side))):
                wanted = f"carrier on cable {self.name} at {node} should be {'down' if lit else 'up'}"
                raise FaultNotApplied(f"{wanted}, the kernel says {read}")
        return read
