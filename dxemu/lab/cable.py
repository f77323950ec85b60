"""A cable of the running lab: what faults do to it, and what the kernel then says."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.lab.node import LabNode
from dxemu.netlink import link, netem
from dxemu.plan.model import Cable, Port


class LabCable:
    """Both ends of one cable."""

    def __init__(self, cable: Cable, a: LabNode, b: LabNode) -> None:
        self.name = cable.name
        self._cable = cable
        self._dropped_before = 0
        self._ends: tuple[tuple[Port, LabNode], ...] = ((cable.a, a), (cable.b, b))

    def profile(self, loss_percent: float = 0.0) -> netem.Netem:
        """What each end does to what it sends: the cable's rate and delay, and loss."""
        cable = self._cable
        return netem.Netem(
            rate_bps=int(cable.bandwidth),
            delay_s=float(cable.delay),
            loss_percent=loss_percent,
            limit=queue_limit(cable),
        )

    async def follow(self, cable: Cable) -> None:
        """From now on it is so long, and so fast. What faults have done to it stays."""
        self._cable = cable
        for port, node in self._ends:
            lost = (await netem.read(node.netlink, port.name)).loss_percent
            await netem.apply(node.netlink, port.name, self.profile(lost))

    async def connect(self) -> None:
        """Give both ends the cable's rate and delay."""
        for port, node in self._ends:
            await netem.apply(node.netlink, port.name, self.profile())

    async def set_loss(self, percent: float) -> Mapping[str, float]:
        """Drop this part of the packets at both ends from now on. Gives what the kernel says, by node."""
        self._dropped_before += await self.dropped()
        read = {}
        for port, node in self._ends:
            await netem.apply(node.netlink, port.name, self.profile(percent))
            read[node.name] = (await netem.read(node.netlink, port.name)).loss_percent
        return read

    async def dropped(self) -> int:
        """Packets that netem has dropped at both ends since the loss was last set."""
        counts = [(await netem.read(node.netlink, port.name)).dropped for port, node in self._ends]
        return sum(counts) - self._dropped_before

    async def state(self) -> Mapping[str, Mapping[str, bool | float]]:
        """What the kernel says of both ends, by node: `carrier`, and the `loss_percent` of what it sends."""
        return {
            node.name: {
                "carrier": (await link.read(node.netlink, port.name)).carrier,
                "loss_percent": (await netem.read(node.netlink, port.name)).loss_percent,
            }
            for port, node in self._ends
        }

    async def set_carrier(self, *, up: bool) -> Mapping[str, bool]:
        """Take the light away from both ends, or give it back. Gives what the kernel says, by node.

        A veth pair has light while both its ends are up: the far end (AWS's) is switched, and the
        near end sees it lose or gain carrier, as a router does.
        """
        (near_port, near), (far_port, far) = self._ends
        await link.set_up(far.netlink, far_port.name, up=up)
        read = {}
        for port, node in ((near_port, near), (far_port, far)):
            read[node.name] = (await link.read(node.netlink, port.name)).carrier
        return read


def queue_limit(cable: Cable) -> int:
    """Packets that the cable's queue holds: what is on the way (smallest frames), and 10 ms of full frames waiting."""
    in_flight = float(cable.bandwidth) * float(cable.delay) / (64 * 8)
    waiting = float(cable.bandwidth) * 0.01 / (1500 * 8)
    return max(1000, round(in_flight + waiting))
