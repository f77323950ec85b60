"""A node without power: all its ports are dark. And with power again, as it was built. A node that forwards nothing."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.lab.build import restore_node
from dxemu.lab.node import LabNode
from dxemu.netlink import link, sysctl
from dxemu.plan.model import Plan, Port


def ports_of(plan: Plan, node: str) -> list[tuple[Port, Port]]:
    """Every port of a node, with the port at the other end of its cable."""
    found = []
    for cable in plan.cables:
        for here, there in ((cable.a, cable.b), (cable.b, cable.a)):
            if here.node == node:
                found.append((here, there))
    return found


class Power:
    """Which nodes are without power: a node has it again when the last fault that took it is over."""

    def __init__(self, nodes: Mapping[str, LabNode]) -> None:
        self._nodes = nodes

    def has(self, node: str) -> bool:
        """Whether nothing takes it."""
        return not self._nodes[node].is_held()

    async def set(self, plan: Plan, node: str, *, on: bool) -> Mapping[str, bool]:
        """Switch a node's ports, all at once. Gives the carrier that the kernels then see at the other ends, by node.

        Not of ends that something else keeps dark: their own node is without power, or this one by another fault, or
        the cable is cut. Its programs go on, but reach nobody: their sessions end as those of a router that lost power.
        """
        before = self.has(node)
        self._nodes[node].hold(down=not on)
        if self.has(node) is not before:
            for here, _ in ports_of(plan, node):
                await self._nodes[node].switch(here.name)
            if on:
                await restore_node(plan, self._nodes, node)
        read: dict[str, bool] = {}
        for here, there in ports_of(plan, node):
            if self._is_held(there) or (on and self._is_held(here)):
                continue
            if read.get(there.node, on) is on:  # of several cables to one node, what is not as it should be
                read[there.node] = (await link.read(self._nodes[there.node].netlink, there.name)).carrier
        return read

    def _is_held(self, port: Port) -> bool:
        return self._nodes[port.node].is_held(port.name)


def set_forwarding(node: LabNode, *, on: bool) -> Mapping[str, bool]:
    """Have a kernel pass on what is not for itself, or not. Gives what it says then, by IP version."""
    for name in _switches(node).values():
        sysctl.write(node.namespace, name, str(int(on)))
    return is_forwarding(node)


def is_forwarding(node: LabNode) -> Mapping[str, bool]:
    """Whether a kernel passes on what is not for itself, by IP version."""
    return {version: sysctl.read(node.namespace, name) == "1" for version, name in _switches(node).items()}


def _switches(node: LabNode) -> Mapping[str, str]:
    switches = {"IPv4": "net/ipv4/ip_forward", "IPv6": "net/ipv6/conf/all/forwarding"}
    without = sysctl.read(node.namespace, "net/ipv6/conf/all/disable_ipv6") == "1"
    return {version: name for version, name in switches.items() if version == "IPv4" or not without}
