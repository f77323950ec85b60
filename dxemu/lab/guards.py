"""Stateful firewalls on nodes of a lab, each under a name; one stands on a node at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dxemu.errors import LabError
from dxemu.lab.node import LabNode
from dxemu.netlink import stateful
from dxemu.netlink.nftables import Hook
from dxemu.netlink.session import NETLINK_NETFILTER, Netlink
from dxemu.plan.model import Role

ENDS = (Role.HOST, Role.INSTANCE)
"""Whoever sends and receives himself: what comes to him is looked at, not what passes."""


class StatefulGuards:
    """Those of a lab's nodes."""

    def __init__(self, nodes: Mapping[str, LabNode]) -> None:
        self._nodes = nodes
        self._standing: dict[str, str] = {}

    @property
    def standing(self) -> Collection[str]:
        """The names of those that stand."""
        return self._standing.keys()

    async def put(self, name: str, node: str) -> int:
        """From now on it passes no TCP packet of a connection whose beginning it has not seen. Gives its rules.

        Raises LabError, also if one stands there.
        """
        if node in self._standing.values():
            raise LabError(f"a stateful firewall stands on {node} already")
        self._standing[name] = node
        here = self._nodes[node]
        hook = Hook.INPUT if here.plan.role in ENDS else Hook.FORWARD
        async with self._netfilter(node) as netlink:
            await stateful.apply(netlink, here.namespace, name, hook)
            return len(await stateful.read(netlink, name))

    async def take(self, name: str) -> tuple[int, int]:
        """Take it away. Gives how many packets it has dropped, and how many rules the kernel still holds."""
        node = self._standing.pop(name)
        async with self._netfilter(node) as netlink:
            dropped = sum(rule.packets for rule in await stateful.read(netlink, name))
            await stateful.delete(netlink, self._nodes[node].namespace, name)
            return dropped, len(await stateful.read(netlink, name))

    def _netfilter(self, node: str) -> Netlink:
        return Netlink(self._nodes[node].namespace, NETLINK_NETFILTER)
