"""One routing table in the kernel. Its routes carry the protocol number of BGP, so that they are known for ours."""

from __future__ import annotations

import errno
from collections.abc import Sequence

from dxemu.netlink import route
from dxemu.netlink.session import Netlink, NetlinkError
from dxemu.plan.model import MAIN_TABLE
from dxemu.units import IPAddress, IPNetwork

_DOWN = (errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH)


class Fib:
    """Installs and removes. What the kernel then says of its table is told by the monitor, not here."""

    def __init__(self, netlink: Netlink, table: int = MAIN_TABLE) -> None:
        self._netlink = netlink
        self._table = table
        self._installed: set[IPNetwork] = set()

    async def install(self, prefix: IPNetwork, next_hops: Sequence[IPAddress]) -> None:
        """Put a route in, in place of an earlier one to the same prefix. Raises LabError.

        Several next hops share its flows. One over an interface that is down at this moment is taken out instead: its
        session is about to end, too.
        """
        try:
            if len(next_hops) == 1:
                await route.replace(self._netlink, prefix, next_hops[0], table=self._table)
            else:
                await route.replace_shared(self._netlink, prefix, next_hops, table=self._table)
        except NetlinkError as error:
            if error.errno not in _DOWN:
                raise
            await self.remove(prefix)
        else:
            self._installed.add(prefix)

    async def remove(self, prefix: IPNetwork) -> None:
        """Take ours out. One that the kernel took out itself, because its interface went down, does not matter."""
        if prefix in self._installed:
            self._installed.discard(prefix)
            await route.delete(self._netlink, prefix, missing_ok=True, table=self._table)
