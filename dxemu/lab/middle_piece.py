"""A piece in the middle of a cable, so that one end alone can lose its light.

A veth pair has light at both ends or at none: its driver has no `ndo_change_carrier` (drivers/net/veth.c). So the cable
is two of them, whose inner ends hand on to each other all that comes. An inner end that is switched off darkens the
port that it is for, and no other.
"""

from __future__ import annotations

from contextlib import AsyncExitStack

from dxemu.errors import LabError
from dxemu.lab.node import LabNode
from dxemu.netlink import link, mirred, sysctl, veth
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import Netlink
from dxemu.plan.model import Cable, Port

PLACE = "between.cables"
"""The namespace of all pieces; no node has a dot in its name."""
WITHOUT_IPV6 = ("net/ipv6/conf/all/disable_ipv6", "net/ipv6/conf/default/disable_ipv6")

PortOfNode = tuple[Port, LabNode]


class MiddlePiece:
    """The piece in one cable. Whoever switches a port of the cable has it `follow`."""

    def __init__(self, netlink: Netlink, names: tuple[str, str], ends: tuple[PortOfNode, PortOfNode]) -> None:
        self._netlink = netlink
        self._names = names
        self._ends = ends
        self._dark = [0, 0]
        for port, node in ends:
            node.beyond[port.name] = self.follow

    @classmethod
    async def put(cls, netlink: Netlink, number: int, cable: Cable, ends: tuple[PortOfNode, PortOfNode]) -> MiddlePiece:
        """Make both halves of a cable, and let frames cross. Raises LabError."""
        names = f"a{number}", f"b{number}"
        for side, (name, (port, node)) in enumerate(zip(names, ends, strict=True)):
            inner = veth.End(name, f"02:ff:{number >> 8 & 0xFF:02x}:{number & 0xFF:02x}:00:{side:02x}")
            await veth.apply(node.netlink, veth.End(port.name, port.mac), netlink, inner, mtu=cable.mtu)
        for name, other in (names, names[::-1]):
            await mirred.apply(netlink, name, other)
            if await mirred.read(netlink, name) != await netlink.index(other):
                raise LabError(f"the piece in the middle of {cable.name} should hand on what comes, and does not")
        piece = cls(netlink, names, ends)
        await piece.follow()
        return piece

    async def darken(self, side: int, *, dark: bool) -> None:
        """Take the light of one end (0: the customer's), or give it back, as far as nobody else takes it."""
        self._dark[side] = max(0, self._dark[side] + (1 if dark else -1))
        await self.follow()

    def is_dark(self, side: int) -> bool:
        """Whether anybody takes the light of this end alone."""
        return bool(self._dark[side])

    async def follow(self) -> None:
        """Have light at each end, unless it is taken there, or the other one's port is off. Raises LabError."""
        for side, name in enumerate(self._names):
            port, node = self._ends[1 - side]
            await link.set_up(self._netlink, name, up=not self._dark[side] and not node.is_held(port.name))


async def place(stack: AsyncExitStack) -> Netlink:
    """Where the pieces are to be. Raises LabError."""
    namespace = Namespace.create(PLACE)
    stack.callback(namespace.delete)
    for name in WITHOUT_IPV6:  # nobody there is to say anything
        sysctl.write(namespace, name, "1")
    return await stack.enter_async_context(Netlink(namespace))
