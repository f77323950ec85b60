"""One routing table in the kernel. Its routes carry the protocol number of BGP, so that they are known for ours."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Iterable, Sequence

from dxemu.errors import LabError
from dxemu.netlink import address, route, route_batch
from dxemu.netlink.session import Netlink
from dxemu.plan.model import MAIN_TABLE
from dxemu.units import IPAddress, IPNetwork
from dxemu.words import count

IPV4 = 4
_DOWN = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH)


class Fib:
    """Installs and removes, in the order of the calls. What the kernel then says is told by the monitor, not here.

    What it does not say is told to `on_forgotten`, with prefix, interface and table: that an IPv4 route which was to be
    taken out was gone already, because its interface went down. Of IPv6 routes it says so itself.
    """

    def __init__(self, netlink: Netlink, table: int = MAIN_TABLE) -> None:
        self._netlink = netlink
        self._table = table
        self._installed: dict[IPNetwork, IPAddress] = {}
        self.on_forgotten: Callable[[IPNetwork, str, int], None] | None = None
        self._mtus: dict[IPNetwork, int] = {}
        self._order = asyncio.Lock()

    async def install(self, prefix: IPNetwork, next_hops: Sequence[IPAddress]) -> None:
        """Put a route in, in place of an earlier one to the same prefix. Raises LabError.

        Several next hops share its flows. One over an interface that is down at this moment is taken out instead: its
        session is about to end, too.
        """
        await self.apply([(prefix, next_hops)])

    async def remove(self, prefix: IPNetwork) -> None:
        """Take ours out. One that the kernel took out itself, because its interface went down, does not matter."""
        await self.apply([(prefix, ())])

    def limit(self, prefix: IPNetwork, mtu: int | None) -> bool:
        """The longest packets to a prefix once it is installed anew; None: what its way takes. Whether that is new."""
        before = self._mtus.get(prefix)
        if mtu is None:
            self._mtus.pop(prefix, None)
        else:
            self._mtus[prefix] = mtu
        return mtu != before

    async def read_back(self) -> str:
        """What the kernel has, in words. Raises LabError if that is something else than was put in."""
        found = {one.prefix for one in await route.read(self._netlink, table=self._table)}
        if found != self._installed.keys():
            wrong = ", ".join(sorted(map(str, found ^ self._installed.keys())))
            raise LabError(f"table {self._table} differs from what was put in: {wrong}")
        return f"{count(len(found), 'route')} of BGP's in table {self._table}"

    async def apply(self, routes: Iterable[tuple[IPNetwork, Sequence[IPAddress]]]) -> None:
        """`install` each route with next hops and `remove` each without; a prefix comes once. Raises LabError."""
        await self.write(routes)

    async def write(self, routes: Iterable[tuple[IPNetwork, Sequence[IPAddress]]]) -> None:
        """The same, with the kernel as the only one that could object."""
        async with self._order:
            wanted = [(prefix, vias) for prefix, vias in routes if vias or prefix in self._installed]
            refused = await route_batch.apply(self._netlink, wanted, table=self._table, mtus=self._mtus)
            down: list[tuple[IPNetwork, Sequence[IPAddress]]] = []
            for prefix, vias in wanted:
                error = refused.get(prefix)
                if vias and error is None:
                    self._installed[prefix] = vias[0]
                elif not vias and (error is None or error.errno == errno.ESRCH):
                    via = self._installed.pop(prefix, None)
                    if error is not None and via is not None:
                        await self._forgotten(prefix, via)
                elif vias and error is not None and error.errno in _DOWN:
                    down.append((prefix, ()))
                elif error is not None:
                    raise error
        if down:
            await self.write(down)

    async def _forgotten(self, prefix: IPNetwork, via: IPAddress) -> None:
        """The kernel had taken it out already."""
        if self.on_forgotten is not None and prefix.version == IPV4:
            interface = await address.towards(self._netlink, via)
            self.on_forgotten(prefix, interface or "", self._table)
