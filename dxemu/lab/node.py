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

EVERY_PORT = ""


@dataclass(frozen=True, slots=True)
class LabNode:
    """A Mininet node, with the socket that configures its namespace.

    Several can hold one of its ports down at once, or every port: it is up when nobody does. `beyond` a port may be
    somebody who has to follow when it is switched.
    """

    plan: Node
    mininet: MininetNode
    netlink: Netlink
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

    async def switch(self, port: str) -> None:
        """Have the kernel switch a port on, or off while anybody holds it down. Raises LabError."""
        await link.set_up(self.netlink, port, up=not self.is_held(port))
        if port in self.beyond:
            await self.beyond[port]()
