"""Ports that lose light, or have it again: what each node does about it, and when."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping

from dxemu.events.links import CarrierDelayOver
from dxemu.lab.build import restore_node
from dxemu.lab.journal import Journal
from dxemu.lab.kernel_news import of_port
from dxemu.lab.node import LabNode
from dxemu.lab.routing import Routing
from dxemu.netlink import link
from dxemu.netlink.monitor import CarrierChanged, MemberChanged
from dxemu.plan.model import Plan

Shut = Callable[[str, str, bool], Coroutine[object, object, None]]
"""Tells a cable that the router at one of its ends takes the port for down, or no longer."""

Start = Callable[[Coroutine[object, object, None]], None]
_Port = tuple[str, str]


class Ports:
    """Passes the kernels' news of ports on to the routers; of one with a carrier delay when that is over.

    A node that loses its power loses its ports at once. A port that has to have light for a while carries nothing until
    it is up: `shut` tells its cable so.
    """

    def __init__(self, nodes: Mapping[str, LabNode], journal: Journal, start: Start, shut: Shut) -> None:
        self._nodes = nodes
        self._journal = journal
        self._start = start
        self._tell_cable = shut
        self._waits: dict[_Port, int] = {}
        self._rising: dict[_Port, int] = {}
        self._shut: set[_Port] = set()
        self._waited = 0

    def heard(
        self, plan: Plan, routing: Routing, node: str, cable: str, change: CarrierChanged | MemberChanged
    ) -> None:
        """A kernel says something of a port; `cable` is in it."""
        if isinstance(change, MemberChanged):
            self._journal.tell(of_port(plan, node, cable, change))
            return
        port = node, change.interface
        waits = plan.carrier_delay_at(*port)
        if change.up:
            self._lit(plan, routing, port, cable, change)
            return
        self._rising.pop(port, None)
        is_lag = plan.bond_at(*port) is not None  # whose members have waited
        if not waits.down or self._nodes[node].is_held() or is_lag or port in self._shut:
            self._journal.tell(of_port(plan, node, cable, change))
            self._down(plan, routing, port, cable)
            return
        self._journal.tell(of_port(plan, node, cable, change, float(waits.down)))
        self._waited += 1
        self._waits[port] = self._waited
        self._start(self._over(plan, routing, port, cable, self._waited))

    def _lit(self, plan: Plan, routing: Routing, port: _Port, cable: str, change: CarrierChanged) -> None:
        """A port has light: in time, or for so long that it is up, or at once."""
        waits_s = float(plan.carrier_delay_at(*port).up) if port in self._shut else None
        self._journal.tell(of_port(plan, port[0], cable, change, waits_s))
        if self._waits.pop(port, None) is not None:
            self._start(self._kept(plan, routing, port, cable))
        elif waits_s is not None:
            self._waited += 1
            self._rising[port] = self._waited
            self._start(self._risen(routing, port, cable, waits_s, self._waited))
        else:
            self._act(routing, port, up=True)

    def _down(self, plan: Plan, routing: Routing, port: _Port, cable: str) -> None:
        """The router takes a port for down."""
        if plan.carrier_delay_at(*port).up and port not in self._shut:
            self._shut.add(port)
            self._start(self._tell_cable(cable, port[0], True))
        self._act(routing, port, up=False)

    def _act(self, routing: Routing, port: _Port, *, up: bool) -> None:
        node, interface = port
        for router in routing.at(node):
            router.carrier_changed(interface, up)
        if node in routing.gateways:
            self._start(routing.gateways[node].carrier_changed(interface, up=up))

    async def _over(self, plan: Plan, routing: Routing, port: _Port, cable: str, mine: int) -> None:
        """Once the delay is over: the port is down, unless it has light, of which the kernel may tell late."""
        await self._journal.clock.settle(float(plan.carrier_delay_at(*port).down))
        if self._waits.get(port) != mine:
            return
        node, interface = port
        if await link.has_carrier(self._nodes[node].netlink, interface):
            return  # the kernel is about to say so
        del self._waits[port]
        self._journal.tell(CarrierDelayOver(node=node, interface=interface, cable=cable, up=False))
        self._down(plan, routing, port, cable)

    async def _risen(self, routing: Routing, port: _Port, cable: str, waits_s: float, mine: int) -> None:
        """Once the delay is over: the port is up, unless it is dark again, of which the kernel may tell late."""
        await self._journal.clock.settle(waits_s)
        node, interface = port
        if self._rising.get(port) != mine or not await link.has_carrier(self._nodes[node].netlink, interface):
            return
        del self._rising[port]
        self._shut.discard(port)
        await self._tell_cable(cable, node, False)
        self._journal.tell(CarrierDelayOver(node=node, interface=interface, cable=cable, up=True, lit_for_s=waits_s))
        self._act(routing, port, up=True)

    async def _kept(self, plan: Plan, routing: Routing, port: _Port, cable: str) -> None:
        """The light came back in time. What a kernel forgot of a port that was switched off is put in again."""
        node, interface = port
        self._journal.tell(CarrierDelayOver(node=node, interface=interface, cable=cable, up=True))
        if plan.cable_at(node, interface).b.node == node:
            await restore_node(plan, self._nodes, node)
            for router in routing.at(node):
                router.carrier_kept()
