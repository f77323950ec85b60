"""The static routes of one of the customer's routers. They win over BGP's routes to the same prefix."""

from __future__ import annotations

import errno

from dxemu.bgp.rib import LocRib
from dxemu.control.wires import Wires
from dxemu.lab.fib import Fib
from dxemu.netlink import route
from dxemu.netlink.session import Netlink, NetlinkError
from dxemu.plan.model import Plan, StaticRoute
from dxemu.units import IPNetwork

_DOWN = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH)


class StaticRoutes:
    """In the kernel from the start; out of it while the port that they lead over has no light, as with routers.

    Linux itself would go on sending into a port without light.
    """

    def __init__(self, plan: Plan, node: str, netlink: Netlink) -> None:
        fixed_here = plan.own_static_routes(node)
        wires = Wires(plan) if fixed_here else None
        self._netlink = netlink
        self._interfaces: dict[StaticRoute, str | None] = {
            fixed: None if fixed.via is None or wires is None else wires.interface_towards(fixed.via, node)
            for fixed in fixed_here
        }
        self._in = {fixed.destination for fixed in self._interfaces}

    def decide(self, prefix: IPNetwork) -> bool:
        """Whether a static route to exactly this prefix is in the kernel, so that BGP's is not to be."""
        return prefix in self._in

    async def follow(self, plan: Plan, node: str, loc_rib: LocRib, fib: Fib) -> None:
        """From now on there are those of `plan`. BGP's routes take the place of those that go, and make way for others.

        Raises LabError.
        """
        wires, before = Wires(plan), self._interfaces
        self._interfaces = {
            fixed: None if fixed.via is None else wires.interface_towards(fixed.via, node)
            for fixed in plan.own_static_routes(node)
        }
        for fixed in before:
            if fixed not in self._interfaces:
                await self._give_way(fixed, loc_rib, fib)
        for fixed in self._interfaces:
            if fixed not in before:
                await fib.remove(fixed.destination)
                await self._put_in(fixed)

    async def _give_way(self, fixed: StaticRoute, loc_rib: LocRib, fib: Fib) -> None:
        await self._take_out(fixed)
        choice = loc_rib.best.get(fixed.destination)
        if choice is not None and not choice.route.originated:
            await fib.install(fixed.destination, [one.next_hop for one in choice.routes])

    def over(self, port: str) -> list[StaticRoute]:
        """Those that lead over a port."""
        return [fixed for fixed, interface in self._interfaces.items() if interface == port]

    async def light_changed(self, port: str, *, up: bool, loc_rib: LocRib, fib: Fib) -> None:
        """A port lost light: BGP's routes take the place of the static ones over it, until it has light again."""
        for fixed in self.over(port):
            if up:
                await fib.remove(fixed.destination)
                await self._put_in(fixed)
                continue
            await self._give_way(fixed, loc_rib, fib)

    async def _take_out(self, fixed: StaticRoute) -> None:
        """Its port has lost light. The kernel may have taken it out itself."""
        self._in.discard(fixed.destination)
        await route.delete(self._netlink, fixed.destination, protocol=route.STATIC, missing_ok=True)

    async def _put_in(self, fixed: StaticRoute) -> None:
        """Its port has light again. Raises LabError; not if the port went dark meanwhile."""
        interface = self._interfaces[fixed]
        try:
            await route.replace(self._netlink, fixed.destination, fixed.via, protocol=route.STATIC, interface=interface)
        except NetlinkError as error:
            if error.errno not in _DOWN:
                raise
        else:
            self._in.add(fixed.destination)
