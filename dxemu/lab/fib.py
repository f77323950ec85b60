"""One router's routes in the kernel. All of them carry the protocol number of BGP, so that they are known for ours."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from dxemu.netlink import route
from dxemu.netlink.session import Netlink


class Fib:
    """Installs and removes. What the kernel then says of its table is told by the monitor, not here."""

    def __init__(self, netlink: Netlink) -> None:
        self._netlink = netlink
        self._installed: set[IPv4Network] = set()

    async def install(self, prefix: IPv4Network, next_hop: IPv4Address) -> None:
        """Put a route in, in place of an earlier one to the same prefix. Raises LabError."""
        await route.replace(self._netlink, prefix, next_hop)
        self._installed.add(prefix)

    async def remove(self, prefix: IPv4Network) -> None:
        """Take ours out. One that the kernel took out itself, because its interface went down, does not matter."""
        if prefix in self._installed:
            self._installed.discard(prefix)
            await route.delete(self._netlink, prefix, missing_ok=True)
