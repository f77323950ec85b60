"""A virtual private gateway's table, with AWS's quota of propagated routes in a VPC's route table."""

from __future__ import annotations

from collections.abc import Sequence

from dxemu.aws.propagated_routes import PropagatedRoutes
from dxemu.aws.quotas import PROPAGATED_ROUTES
from dxemu.lab.fib import Fib
from dxemu.lab.journal import Journal
from dxemu.netlink.session import Netlink
from dxemu.units import IPAddress, IPNetwork


class VpcRouteTable(Fib):
    """Routes beyond the quota are known and not installed; they are, as soon as there is room."""

    def __init__(self, netlink: Netlink, table: int, gateway: str, journal: Journal) -> None:
        super().__init__(netlink, table)
        self._gateway = gateway
        self._journal = journal
        self._propagated = PropagatedRoutes()
        self._next_hops: dict[IPNetwork, Sequence[IPAddress]] = {}
        self._told = False

    async def install(self, prefix: IPNetwork, next_hops: Sequence[IPAddress]) -> None:
        """Put a route in if there is room for it, in place of one that comes after it in the order of prefixes."""
        self._next_hops[prefix] = next_hops
        left_out = self._propagated.add(prefix)
        self._tell()
        if left_out is not None and left_out != prefix:
            await super().remove(left_out)
        if self._propagated.installed(prefix):
            await super().install(prefix, next_hops)

    async def remove(self, prefix: IPNetwork) -> None:
        """Take a route out, and put in the first one that there was no room for."""
        self._next_hops.pop(prefix, None)
        with_room = self._propagated.remove(prefix)
        self._tell()
        await super().remove(prefix)
        if with_room is not None:
            await super().install(with_room, self._next_hops[with_room])

    def _tell(self) -> None:
        """Once, until there is room for all again."""
        beyond = PROPAGATED_ROUTES.check(len(self._propagated), "routes")
        if beyond is not None and not self._told:
            self._journal.tell(
                "quota",
                node=self._gateway,
                session="",
                count=len(self._propagated),
                limit=PROPAGATED_ROUTES.most,
                reason=beyond,
            )
        self._told = beyond is not None
