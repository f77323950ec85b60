"""Two namespaces with cables between them, for the proof."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import IPv4Interface

from dxemu.host.proof_traffic import passes
from dxemu.netlink import address, link, veth
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import Netlink

PREFIX = "dxemu-proof-"
MTU = 1500
PORT = "port"
MACS = ("02:00:00:00:00:0a", "02:00:00:00:00:0b")
ADDRESSES = (IPv4Interface("10.0.0.1/30"), IPv4Interface("10.0.0.2/30"))
INSIDE = (IPv4Interface("10.1.0.1/30"), IPv4Interface("10.1.0.2/30"))


class ConnectedPair:
    """Two namespaces and the cables between them."""

    def __init__(self, ends: tuple[Netlink, Netlink], stack: AsyncExitStack) -> None:
        self.ends = ends
        self.stack = stack

    async def cable(self, name: str, macs: tuple[str, str] = MACS) -> None:
        """A veth pair, both ends with the same name, down."""
        a, b = self.ends
        await veth.apply(a, veth.End(name, macs[0]), b, veth.End(name, macs[1]), mtu=MTU)

    async def up(self, *names: str) -> None:
        """Switch interfaces on, at both ends."""
        for netlink in self.ends:
            for name in names:
                await link.set_up(netlink, name, up=True)

    async def address(self, name: str, addresses: tuple[IPv4Interface, IPv4Interface] = ADDRESSES) -> None:
        """Number an interface, at both ends."""
        for netlink, one in zip(self.ends, addresses, strict=True):
            await address.apply(netlink, name, one)

    async def passes(self, addresses: tuple[IPv4Interface, IPv4Interface] = ADDRESSES) -> None:
        """Raises LabError unless a packet goes from end to end."""
        await passes(self.ends[0].namespace, self.ends[1].namespace, addresses[1].ip)

    async def sessions(self, protocol: int) -> tuple[Netlink, Netlink]:
        """Further sockets, of another netlink protocol."""
        a, b = (Netlink(netlink.namespace, protocol) for netlink in self.ends)
        return await self.stack.enter_async_context(a), await self.stack.enter_async_context(b)


@asynccontextmanager
async def two_nodes(*, cable: bool = True) -> AsyncIterator[ConnectedPair]:
    """Two namespaces; with `cable`, joined by one that is up and has no addresses."""
    async with AsyncExitStack() as stack:
        ends = []
        for name in ("a", "b"):
            namespace = Namespace.create(f"{PREFIX}{os.getpid()}-{name}")
            stack.callback(namespace.delete)
            ends.append(await stack.enter_async_context(Netlink(namespace)))
        pair = ConnectedPair((ends[0], ends[1]), stack)
        if cable:
            await pair.cable(PORT)
            await pair.up(PORT)
        yield pair
