"""A VPC's route table, with AWS's quota of propagated routes: the gateway's table at once, or one of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dxemu.aws.propagated_routes import PropagatedRoutes
from dxemu.aws.quotas import PROPAGATED_ROUTES
from dxemu.events.sessions import QuotaExceeded
from dxemu.lab.fib import Fib
from dxemu.lab.journal import Journal
from dxemu.netlink import route
from dxemu.netlink.session import Netlink
from dxemu.units import IPAddress, IPNetwork
from dxemu.words import count


class VpcRouteTable(Fib):
    """Routes beyond the quota are known and not installed; they are, as soon as there is room."""

    def __init__(self, netlink: Netlink, table: int, gateway: str, journal: Journal) -> None:
        super().__init__(netlink, table)
        self._gateway = gateway
        self._journal = journal
        self._propagated = PropagatedRoutes()
        self._next_hops: dict[IPNetwork, Sequence[IPAddress]] = {}
        self._told = False

    async def apply(self, routes: Iterable[tuple[IPNetwork, Sequence[IPAddress]]]) -> None:
        """Put routes in as long as there is room, in place of those that come after them in the order of prefixes.

        For each that is taken out the first one is put in that there was no room for. Raises LabError.
        """
        wanted: dict[IPNetwork, Sequence[IPAddress]] = {}
        for prefix, next_hops in routes:
            wanted |= self._added(prefix, next_hops) if next_hops else self._removed(prefix)
            self._tell()
        await self.write(wanted.items())

    def _added(self, prefix: IPNetwork, next_hops: Sequence[IPAddress]) -> dict[IPNetwork, Sequence[IPAddress]]:
        self._next_hops[prefix] = next_hops
        left_out = self._propagated.add(prefix)
        changed: dict[IPNetwork, Sequence[IPAddress]] = {} if left_out in (None, prefix) else {left_out: ()}
        return changed | {prefix: next_hops} if self._propagated.installed(prefix) else changed

    def _removed(self, prefix: IPNetwork) -> dict[IPNetwork, Sequence[IPAddress]]:
        self._next_hops.pop(prefix, None)
        with_room = self._propagated.remove(prefix)
        changed: dict[IPNetwork, Sequence[IPAddress]] = {prefix: ()}
        return changed if with_room is None else changed | {with_room: self._next_hops[with_room]}

    def _tell(self) -> None:
        """Once, until there is room for all again."""
        beyond = PROPAGATED_ROUTES.check(len(self._propagated), "routes")
        if beyond is not None and not self._told:
            count, limit = len(self._propagated), PROPAGATED_ROUTES.most
            self._journal.tell(QuotaExceeded(node=self._gateway, session="", count=count, limit=limit, reason=beyond))
        self._told = beyond is not None


class SeparateVpcRouteTable(VpcRouteTable):
    """A table of the VPC's own: it says what gets to the gateway, and the gateway's own table where it goes from there.

    So a route is one that has packets looked up further. It carries the protocol number of static ones: what a kernel
    tells of BGP's is about next hops.
    """

    async def read_back(self) -> str:
        """What was put in: of routes that have packets looked up further the kernel tells nothing of BGP."""
        return f"{count(len(self._installed), 'route')} in the VPC's table {self._table}"

    async def write(self, routes: Iterable[tuple[IPNetwork, Sequence[IPAddress]]]) -> None:
        """Have packets to each prefix with next hops looked up further, and to those without not. Raises LabError."""
        async with self._order:
            for prefix, next_hops in routes:
                if next_hops and prefix not in self._installed:
                    await route.throw(self._netlink, prefix, table=self._table)
                    self._installed[prefix] = next_hops[0]
                elif not next_hops and prefix in self._installed:
                    await route.delete(self._netlink, prefix, protocol=route.STATIC, table=self._table)
                    del self._installed[prefix]
