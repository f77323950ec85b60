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

Start = Callable[[Coroutine[object, object, None]], None]
_Port = tuple[str, str]


class Ports:
    """Passes the kernels' news of ports on to the routers; of one with a carrier delay when that is over.

    A node that loses its power loses its ports at once.
    """

    def __init__(self, nodes: Mapping[str, LabNode], journal: Journal, start: Start) -> None:
        self._nodes = nodes
        self._journal = journal
        self._start = start
        self._waits: dict[_Port, int] = {}
        self._waited = 0

    def heard(
        self, plan: Plan, routing: Routing, node: str, cable: str, change: CarrierChanged | MemberChanged
    ) -> None:
        """A kernel says something of a port; `cable` is in it."""
        if isinstance(change, MemberChanged):
            self._journal.tell(of_port(plan, node, cable, change))
            return
        port = node, change.interface
        if change.up:
            self._journal.tell(of_port(plan, node, cable, change))
            if self._waits.pop(port, None) is not None:
                self._start(self._kept(plan, routing, port, cable))
            else:
                self._act(routing, port, up=True)
            return
        waits_s = float(plan.node(node).carrier_delay)
        is_lag = plan.bond_at(*port) is not None  # whose members have waited
        if waits_s == 0 or self._nodes[node].is_held() or is_lag:
            self._journal.tell(of_port(plan, node, cable, change))
            self._act(routing, port, up=False)
            return
        self._journal.tell(of_port(plan, node, cable, change, waits_s))
        self._waited += 1
        self._waits[port] = self._waited
        self._start(self._over(routing, port, cable, waits_s, self._waited))

    def _act(self, routing: Routing, port: _Port, *, up: bool) -> None:
        node, interface = port
        for router in routing.at(node):
            router.carrier_changed(interface, up)
        if node in routing.gateways:
            self._start(routing.gateways[node].carrier_changed(interface, up=up))

    async def _over(self, routing: Routing, port: _Port, cable: str, waits_s: float, mine: int) -> None:
        """Once the delay is over: the port is down, unless it has light, of which the kernel may tell late."""
        await self._journal.clock.settle(waits_s)
        if self._waits.get(port) != mine:
            return
        node, interface = port
        if await link.has_carrier(self._nodes[node].netlink, interface):
            return  # the kernel is about to say so
        del self._waits[port]
        self._journal.tell(CarrierDelayOver(node=node, interface=interface, cable=cable, up=False))
        self._act(routing, port, up=False)

    async def _kept(self, plan: Plan, routing: Routing, port: _Port, cable: str) -> None:
        """The light came back in time. What a kernel forgot of a port that was switched off is put in again."""
        node, interface = port
        self._journal.tell(CarrierDelayOver(node=node, interface=interface, cable=cable, up=True))
        if plan.cable_at(node, interface).b.node == node:
            await restore_node(plan, self._nodes, node)
            for router in routing.at(node):
                router.carrier_kept()
