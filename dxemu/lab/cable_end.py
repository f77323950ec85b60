"""One end of a cable: what it does to what it sends. Whatever worsens it does so here, and nothing wipes another."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from dxemu.errors import FaultNotApplied
from dxemu.faults.quality import Quality, together
from dxemu.lab.node import LabNode
from dxemu.netlink import link, netem
from dxemu.plan.model import Cable, Port

NOTHING, ALL = 0.0, 100.0


class CableEnd:
    """A port, the node that it is of, and the port `there` at the other end. What is lost is drawn from `seed`."""

    def __init__(self, cable: Cable, here: tuple[Port, LabNode], there: tuple[Port, LabNode], seed: int) -> None:
        self.port, self.node = here
        self.there = there
        self.cable = cable
        self._seed = seed
        self._writes = 0
        self._silences = 0
        self._shut_by: set[str] = set()
        self._standing: list[Quality] = []
        self._worsened = False

    @property
    def quality(self) -> Quality:
        """All that faults do to packets here, silence aside."""
        return together(self._standing)

    def profile(self, more_delay_s: float = 0.0) -> netem.Netem:
        """The cable's own rate and delay, and more of that; nothing leaves that is silent."""
        cable = self.cable
        return netem.Netem(
            rate_bps=int(cable.bandwidth),
            delay_s=float(cable.delay) + more_delay_s,
            loss_percent=ALL if self._silent else NOTHING,
            limit=queue_limit(cable, more_delay_s),
        )

    async def write(self) -> None:
        """Make the kernel do what stands. What is on the way arrives. Raises LabError."""
        quality = self.quality
        if self._worsened or quality != Quality():
            from dxemu.lab import cable_quality  # only who worsens a cable needs it

            self._worsened = await cable_quality.write(self, quality)
        else:
            await netem.apply(self.node.netlink, self.port.name, self.profile())

    async def silence(self, *, silent: bool) -> None:
        """Drop everything from now on; or no longer, as far as it is this one's doing."""
        self._silences = max(0, self._silences + (1 if silent else -1))
        await self.write()

    async def shut_port(self, node: str, *, shut: bool) -> None:
        """The router at an end takes its port for down, or no longer: nothing passes meanwhile. Raises LabError."""
        self._shut_by = self._shut_by | {node} if shut else self._shut_by - {node}
        await self.write()

    @property
    def _silent(self) -> bool:
        """Whether anybody silences it, or takes one of its ports for down."""
        return bool(self._silences or self._shut_by)

    async def lost_percent(self) -> float:
        """What the kernel says is lost of what the cable itself carries: all while it is silent, else nothing."""
        return (await self._root()).loss_percent

    def is_right(self, lost_percent: float) -> bool:
        """Whether that is what should be."""
        return lost_percent == (ALL if self._silent else NOTHING)

    async def worsen(self, quality: Quality) -> str:
        """Do this too. Gives what the kernel then says; raises FaultNotApplied."""
        together([*self._standing, quality])
        self._standing.append(quality)
        await self.write()
        return await self.said()

    async def mend(self, quality: Quality) -> str:
        """Do this no longer. Gives what the kernel then says, and what was lost meanwhile; raises FaultNotApplied."""
        if quality not in self._standing:
            return f"{self.node.name} is as it was"
        from dxemu.lab import cable_quality

        lost = await cable_quality.lost(self)
        self._standing.remove(quality)
        await self.write()
        return f"{await self.said()}, {lost}"

    async def said(self, root: netem.Netem | None = None) -> str:
        """What the kernel does to packets here, in words. Raises FaultNotApplied if that is not what should be.

        `root` is what it says, where that was read already.
        """
        if not self._worsened:
            root = root or await self._root()
            if (root.loss_percent, root.delay_s) != (self.profile().loss_percent, float(self.cable.delay)):
                raise FaultNotApplied(
                    f"{self.port.name} on {self.node.name} should be as it was, the kernel says {root}"
                )
            return f"{self.node.name} sends as it should"
        from dxemu.lab import cable_quality

        return await cable_quality.read_back(self, self.quality)

    async def whole(self) -> str:
        """What of it is not as the plan says, in words; "" if all is. What is left of a bad cable is put away."""
        if self._worsened and not self._standing:
            await self.write()
        return await self.bad() or ("everything is lost" if self._silences else "")

    async def bad(self, root: netem.Netem | None = None) -> str:
        """What becomes of packets here that should not, silence aside, in words; "" if nothing does."""
        try:
            said = await self.said(root)
        except FaultNotApplied as wrong:
            return wrong.problem
        return said if self._worsened else ""

    async def has_light(self) -> bool:
        """What the kernel says."""
        return await link.has_carrier(self.node.netlink, self.port.name)

    async def state(self) -> Mapping[str, bool | float | str]:
        """`carrier`, `loss_percent` and `bad`, as `has_light`, `lost_percent` and `bad` give them, asked for once."""
        root = await self._root()
        return {
            "carrier": await self.has_light(),
            "loss_percent": root.loss_percent,
            "bad": await self.bad(root),
        }

    async def _root(self) -> netem.Netem:
        return await netem.read(self.node.netlink, self.port.name)

    def draw(self) -> int:
        """Another seed for the kernel at each change, drawn from the run's."""
        self._writes += 1
        return Random(f"{self._seed}/{self.cable.name}/{self.node.name}/{self._writes}").getrandbits(63)


def queue_limit(cable: Cable, more_delay_s: float = 0.0) -> int:
    """Packets that the cable's queue holds: what is on the way (smallest frames), and 10 ms of full frames waiting."""
    in_flight = float(cable.bandwidth) * (float(cable.delay) + more_delay_s) / (64 * 8)
    waiting = float(cable.bandwidth) * 0.01 / (1500 * 8)
    return max(1000, round(in_flight + waiting))
