"""Where a packet goes: asked hop by hop of the kernels' own routing tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dxemu.control.barred import barred
from dxemu.control.source import after_nat
from dxemu.control.wires import Wires, is_cable
from dxemu.lab.node import LabNode
from dxemu.netlink import address, route
from dxemu.plan.model import Plan
from dxemu.units import IPAddress

MAX_HOPS = 32


@dataclass(frozen=True, slots=True)
class Watched:
    """A probe whose path is told whenever it changes. Without `flow` it is the way of the bare addresses.

    With `flows` it is also told how all of these are spread.
    """

    probe: str
    near: str
    far: str
    version: int = 4
    flow: route.FlowPorts | None = None
    flows: tuple[route.FlowPorts, ...] = ()


class Walker:
    """Asks the kernels of one lab."""

    def __init__(self, plan: Plan, nodes: Mapping[str, LabNode]) -> None:
        self._plan = plan
        self._nodes = nodes
        self._wires = Wires(plan)
        self._barred = barred(plan)

    async def walk(
        self, source: str, target: str, version: int = 4, flow: route.FlowPorts | None = None
    ) -> tuple[list[str], bool]:
        """Names of nodes and cables in turn, from `source`; and whether the tables lead to `target`.

        It follows the tables, whether or not the cables carry anything at this moment. A tunnel counts as one cable of
        its name; of a LAG the first member is named. Where several routes share the flows it is the way of `flow`.
        """
        destination, own = self._plan.address_of(target, version), self._plan.address_of(source, version)
        hops, here = [source], source
        incoming: str | None = None
        while here != target and len(hops) < MAX_HOPS:
            found = await route.lookup(
                self._nodes[here].netlink,
                destination,
                source=own if incoming is not None else None,
                incoming=incoming,
                flow=flow,
            )
            if found is None or found.interface is None:
                return hops, False
            if any({incoming, found.interface} <= group for group in self._barred.get(here, ())):
                return hops, False
            step = await self._step(here, found.interface, found.via if found.via is not None else destination)
            if step is None:
                return hops, False
            own = after_nat(self._plan, here, found.interface, own)
            on_the_way, here, incoming = step
            hops += [*on_the_way, here]
        return hops, here == target

    async def _step(self, node: str, interface: str, next_hop: IPAddress) -> tuple[list[str], str, str | None] | None:
        tunnel = self._wires.tunnel_far_end(node, interface)
        if tunnel is not None:
            return [tunnel[0]], tunnel[1], tunnel[2]
        holder = await self._holder(next_hop)
        if holder is None:
            return None
        to, incoming = holder
        crossing = self._wires.crossing(node, interface, to)
        if crossing is None:
            return None
        words: list[str] = []
        cables = [name for name in crossing.ways[0] if is_cable(name)]
        for number, cable in enumerate(cables):
            words.append(cable)
            if number < len(crossing.through):
                words.append(crossing.through[number])
        return words, to, incoming

    async def _holder(self, next_hop: IPAddress) -> tuple[str, str] | None:
        """Who answers to an address. Of a virtual one the kernels are asked who has it."""
        group = self._wires.virtual.get(next_hop)
        if group is None:
            return next(iter(self._wires.holders.get(next_hop, ())), None)
        for node, interface in group.interfaces:
            if await address.holds(self._nodes[node].netlink, next_hop):
                return node, interface
        return None
