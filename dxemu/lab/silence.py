"""Virtual interfaces that carry nothing, at both ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from dxemu.errors import FaultNotApplied
from dxemu.lab.limits import put_limit
from dxemu.lab.node import LabNode
from dxemu.netlink import netem
from dxemu.plan.model import LimitKind, Plan, SessionEnd

NOTHING_PASSES = netem.Netem(rate_bps=10**9, delay_s=0.0, loss_percent=100.0, limit=1000)


class Silences:
    """Who silences which virtual interface: it speaks again when nobody does, with the shaper that it had."""

    def __init__(self, nodes: Mapping[str, LabNode]) -> None:
        self._nodes = nodes
        self._by: Counter[str] = Counter()

    async def set(self, plan: Plan, virtual_interface: str, *, silent: bool) -> Mapping[str, float]:
        """Drop all of its packets, or no longer, as far as nobody else does. Gives the loss in percent, by node.

        Raises FaultNotApplied if the kernel says something else.
        """
        was = self._by[virtual_interface]
        now = self._by[virtual_interface] = max(0, was + (1 if silent else -1))
        ends = {(end.node, end.interface): end for one in plan.sessions_on(virtual_interface) for end in one.ends}
        if bool(was) != bool(now):
            for end in ends.values():
                await self._turn(plan, end, silent=silent)
        read = {end.node: await self._lost(end) for end in ends.values()}
        if not read or any(bool(lost) != bool(now) for lost in read.values()):
            raise FaultNotApplied(
                f"{virtual_interface} should {'' if now else 'not '}be silent, the kernel says {read}"
            )
        return read

    async def _turn(self, plan: Plan, end: SessionEnd, *, silent: bool) -> None:
        netlink = self._nodes[end.node].netlink
        if silent:
            await netem.apply(netlink, end.interface, NOTHING_PASSES)  # instead of a shaper, if there is one
            return
        await netem.delete(netlink, end.interface)
        for limit in plan.limits:
            if (limit.node, limit.interface, limit.kind) == (end.node, end.interface, LimitKind.SHAPE):
                await put_limit(limit, self._nodes)

    async def _lost(self, end: SessionEnd) -> float:
        return await netem.lost_percent(self._nodes[end.node].netlink, end.interface)
