"""Link aggregation groups of the running lab: waiting until LACP has agreed on all members, and other members."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.node import LabNode
from dxemu.netlink import bond, link
from dxemu.plan.model import Bond, Plan
from dxemu.words import duration

LOOK_S = 0.1
READY_WITHIN_S = 120.0
"""Two rounds of LACP's slow rate, and some."""
AGREED_WITHIN_S = 5.0
"""LACP tells at once of a port that came, also at its slow rate; choosing an aggregator takes 2 s (bond_3ad.c)."""


async def lags_ready(plan: Plan, nodes: Mapping[str, LabNode], clock: Clock) -> None:
    """Return when every bond on which LACP can agree has a partner on every member.

    Raises LabError if it takes too long.
    """
    agreeing = [planned for planned in plan.bonds if planned.forms]
    waited = 0.0
    while missing := [b for b in agreeing if not (await bond.read(nodes[b.node].netlink, b.name)).ready]:
        if waited >= READY_WITHIN_S:
            names = ", ".join(f"{b.name} on {b.node}" for b in missing)
            raise LabError(f"LACP has not agreed on {names} within {READY_WITHIN_S:g} s")
        await clock.settle(LOOK_S)  # the kernel tells no event for a partner found
        waited += LOOK_S


@dataclass(frozen=True, slots=True)
class LagFollower:
    """Brings the ends of LAGs to what `after` says of them.

    A member that comes carries nothing before LACP has agreed on it at both ends; the number of members that have to
    work rises after that, and falls before a member goes.
    """

    after: Plan
    nodes: Mapping[str, LabNode]
    clock: Clock

    async def follow(self, planned: Bond) -> str:
        """Do it at one end; what was read back, in words. Raises LabError."""
        netlink = self.nodes[planned.node].netlink
        if planned.mtu != (await link.read(netlink, planned.name)).mtu:
            await link.set_mtu(netlink, planned.name, planned.mtu)
        if planned.least_members < await bond.read_min_links(netlink, planned.name):
            await bond.set_min_links(netlink, planned.name, planned.least_members)
        before = await link.members(netlink, planned.name)
        come = [name for name in planned.members if name not in before]
        gone = [name for name in before if name not in planned.members]
        for name in come:
            async with self.clock.moment():
                await bond.add_member(netlink, planned.name, name)
                await self.nodes[planned.node].switch(name)  # the bond has switched it on, whoever holds it down
        for name in gone:
            await link.set_master(netlink, name, None)
        found = await link.members(netlink, planned.name)
        if set(found) != set(planned.members):
            wanted = _listed(planned.members)
            raise LabError(f"{planned.name} on {planned.node} should have {wanted}, the kernel says {_listed(found)}")
        said = [f"{_listed(gone)} is out of it"] if gone else []
        return "; ".join((*said, *await self.whole(planned, come)))

    async def whole(self, planned: Bond, come: Sequence[str]) -> list[str]:
        """Once both ends have all members: wait for LACP on those that have `come`, and need as many as is planned.

        What was read back, in words.
        """
        ends = [one for one in self.after.bonds if one.lag == planned.lag]
        if not all([await self._has_all(end) for end in ends]):
            return [f"{_listed(come)} is in it"] if come else []
        said = [await self._agreed(planned, come)] if come else []
        for end in ends:
            netlink = self.nodes[end.node].netlink
            await bond.set_min_links(netlink, end.name, end.least_members)
            found = await bond.read_min_links(netlink, end.name)
            if found != end.least_members:
                raise LabError(
                    f"{end.name} on {end.node} should need {end.least_members} members, the kernel says {found}"
                )
        return [*said, f"the kernels say {planned.least_members} at least"]

    async def _has_all(self, planned: Bond) -> bool:
        try:
            found = await link.members(self.nodes[planned.node].netlink, planned.name)
        except LabError:
            return False  # that end is built after this one
        return set(found) == set(planned.members)

    async def _agreed(self, planned: Bond, come: Collection[str]) -> str:
        """Return when LACP has agreed on the members that have come, or is not about to; which of it, in words."""
        waited = 0.0
        while True:
            state = await bond.read(self.nodes[planned.node].netlink, planned.name)
            missing = [one.name for one in state.members if one.name in come and not state.agreed_on(one)]
            if not missing:
                return f"LACP has agreed on {_listed(come)}"
            if waited >= AGREED_WITHIN_S:
                return f"LACP has not agreed on {_listed(missing)} within {duration(AGREED_WITHIN_S * 1e3)}"
            await self.clock.settle(LOOK_S)
            waited += LOOK_S


def _listed(names: Collection[str]) -> str:
    return " and ".join(names) or "nothing"
