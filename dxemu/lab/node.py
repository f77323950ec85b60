"""A node of the running lab."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from dxemu.host.native import MininetNode
from dxemu.netlink import link
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import Netlink
from dxemu.plan.model import Node
from dxemu.units import IPNetwork

EVERY_PORT = ""


@dataclass(frozen=True, slots=True)
class LabNode:
    """A Mininet node, with the socket that configures its namespace.

    Several can hold one of its ports down at once, or every port: it is up when nobody does. `beyond` a port may be
    somebody who has to follow when it is switched. `forgotten` hear of a route, by prefix, interface and table, that
    was to be deleted and that the kernel had deleted itself.
    """

    plan: Node
    mininet: MininetNode
    netlink: Netlink
    forgotten: list[Callable[[IPNetwork, str, int], None]] = field(default_factory=list, compare=False)
    beyond: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict, compare=False)
    _holds: Counter[str] = field(default_factory=Counter, compare=False)

    @property
    def name(self) -> str:
        """The plan's name."""
        return self.plan.name

    @property
    def namespace(self) -> Namespace:
        """Its network namespace."""
        return self.mininet.namespace

    def hold(self, port: str = EVERY_PORT, *, down: bool) -> None:
        """Count one more who holds it down, or one less. The kernel does so at the next `switch`."""
        self._holds[port] = max(0, self._holds[port] + (1 if down else -1))

    def is_held(self, port: str = EVERY_PORT) -> bool:
        """Whether anybody holds it down, alone or with every port."""
        return bool(self._holds[EVERY_PORT] or self._holds[port])

    def forget(self, prefix: IPNetwork, interface: str, table: int) -> None:
        """Tell those who hear of forgotten routes."""
        for hear in self.forgotten:
            hear(prefix, interface, table)

    async def switch(self, port: str) -> None:
        """Have the kernel switch a port on, or off while anybody holds it down. Raises LabError.

        VLANs go off with their port. Linux 7.3 switches them off a moment later, and a router could put a route over
        one meanwhile; before, the kernel does it at once. So they are switched off first, whatever the kernel.
        """
        up = not self.is_held(port)
        if not up:
            for vlan in await link.vlans_over(self.netlink, port):
                await link.set_up(self.netlink, vlan, up=False)
        await link.set_up(self.netlink, port, up=up)
        if port in self.beyond:
            await self.beyond[port]()
