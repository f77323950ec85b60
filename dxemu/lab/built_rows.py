"""What is built, and taken down, in a lab that runs: nodes, cables, LAGs, VLANs, VRFs, addresses, tunnels' interfaces.

As `dxemu.lab.build` does it.

A node that goes stays as an empty namespace: one of its name that comes later takes it over.
"""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.build import (
    FORWARDING,
    QUIET_IPV6,
    WITHOUT_IPV6,
    build_bond,
    build_cables,
    build_nodes,
    build_tunnel,
    configure,
    node_settings,
    refuse_untagged,
)
from dxemu.lab.cable import LabCable
from dxemu.lab.hosted import unaccepted
from dxemu.lab.kernel_rows import BUILT_WORDS, GONE_WORDS
from dxemu.lab.lags import LagFollower
from dxemu.lab.neighbours import be_patient, introduce
from dxemu.lab.node import LabNode
from dxemu.netlink import address, bridge, link, sysctl, vlan, vrf
from dxemu.netlink.session import NetlinkError
from dxemu.plan.model import Address, Bond, Bridge, Cable, IpsecTunnel, Node, Plan, VlanInterface, Vrf

MISSING = (errno.ENODEV, errno.EADDRNOTAVAIL)
BUILT = Node | Cable | VlanInterface | Vrf | Address | Bridge | Bond | IpsecTunnel
"""The rows that this is about."""


@dataclass(frozen=True, slots=True)
class BuiltRows:
    """Builds and takes down rows of `after` in `nodes` and `cables`, which grow with it.

    `seed` is the run's. `watch` has somebody hear of what happens in the kernel of a new node.
    """

    before: Plan
    after: Plan
    nodes: dict[str, LabNode]
    cables: dict[str, LabCable]
    stack: AsyncExitStack
    watch: Callable[[str], Awaitable[None]]
    clock: Clock
    seed: int = 1

    async def build(self, row: BUILT) -> str:
        """Put it in; what was read back, in words. Raises LabError."""
        match row:
            case Node():
                await self._node(row)
            case Cable():
                await self._cable(row)
            case VlanInterface():
                await self._vlan(row)
            case Bond():
                async with self.clock.moment():
                    await build_bond(row, self.nodes)
                lags = LagFollower(self.after, self.nodes, self.clock)
                return "; ".join(await lags.whole(row, row.members))
            case IpsecTunnel():
                await build_tunnel(row, self.nodes)
            case Vrf():
                self._configure(row.node)
                await vrf.apply(self.nodes[row.node].netlink, vrf.VrfDevice(row.name, row.table, ()))
                await self._members(row)
                await link.set_up(self.nodes[row.node].netlink, row.name, up=True)
            case Address():
                await self._address(row)
            case Bridge():
                await bridge.apply(self.nodes[row.node].netlink, bridge.BridgeDevice(row.name, row.ports))
                await link.set_up(self.nodes[row.node].netlink, row.name, up=True)
        return BUILT_WORDS

    async def take_down(self, row: BUILT) -> str:
        """Take it out; what was read back, in words. Raises LabError."""
        match row:
            case Cable():
                self.cables.pop(row.name)
                await self._delete(row.a.node, row.a.name)
                self.nodes[row.b.node].netlink.forget(row.b.name)
            case VlanInterface() | Vrf() | Bridge() | Bond():
                await self._delete(row.node, row.name)
            case IpsecTunnel():
                for end in row.ends:
                    await self._delete(end.node, end.interface)
            case Address():
                try:
                    await address.delete(self.nodes[row.node].netlink, row.interface, row.address)
                except NetlinkError as error:
                    if error.errno not in MISSING:
                        raise
        return GONE_WORDS

    async def change(self, old: Vrf | Bridge, new: Vrf | Bridge) -> str:
        """Other interfaces are in it. What goes with it (a cable, a VLAN) is taken out by its own row."""
        match new:
            case Vrf():
                await self._members(new)
            case Bridge():
                assert isinstance(old, Bridge)
                netlink = self.nodes[new.node].netlink
                for port in new.ports:
                    if port not in old.ports:
                        await link.set_master(netlink, port, new.name)
                        if await bridge.read_master(netlink, port) != new.name:
                            raise LabError(f"{port} on {new.node} should be in {new.name}")
        return "its interfaces are in it"

    async def _node(self, row: Node) -> None:
        if row.name in self.nodes:
            return
        self.nodes.update(await build_nodes(replace(self.after, nodes=(row,)), self.stack, seed=self.seed))
        if row.role in FORWARDING:
            await self.watch(row.name)

    async def _cable(self, row: Cable) -> None:
        self.cables.update(await build_cables(replace(self.after, cables=(row,)), self.nodes, seed=self.seed))
        for port in (row.a, row.b):
            await self.nodes[port.node].switch(port.name)
        if any(self.nodes[port.node].is_held(port.name) for port in (row.a, row.b)):
            return  # a fault keeps it dark
        for port in (row.a, row.b):
            if not (await link.read(self.nodes[port.node].netlink, port.name)).carrier:
                raise LabError(f"{row.name} has no light at {port.node}")

    def _configure(self, name: str) -> None:
        """A node that was there may be the first time one with a VRF, or with IPv6."""
        node, settings = self.nodes[name], node_settings(self.after)[name]
        if settings == node_settings(self.before).get(name):
            return
        configure(node, settings, self.seed)
        if settings.items() >= QUIET_IPV6.items():
            for without in WITHOUT_IPV6:
                sysctl.write(node.namespace, without, "0")

    async def _vlan(self, row: VlanInterface) -> None:
        node = self.nodes[row.node]
        await vlan.apply(node.netlink, vlan.Vlan(row.name, row.parent, int(row.vlan_id), row.mtu))
        if (row.node, row.name) in unaccepted(self.after):
            await vlan.bind(node.netlink, row.name, loosely=True)
        elif not node.is_held(row.parent):  # else it comes up with its port
            await link.set_up(node.netlink, row.name, up=True)
        refuse_untagged(node, row.parent)

    async def _members(self, row: Vrf) -> None:
        netlink = self.nodes[row.node].netlink
        for member in row.interfaces:
            if await bridge.read_master(netlink, member) == row.name:
                continue
            await link.set_master(netlink, member, row.name)
            held = set(await address.read(netlink, member))
            for wanted in self.after.addresses_of(row.node):  # IPv6 ones do not survive a move
                if wanted.interface == member and wanted in self.before.addresses and wanted.address not in held:
                    await address.apply(netlink, member, wanted.address)

    async def _address(self, row: Address) -> None:
        netlink = self.nodes[row.node].netlink
        self._configure(row.node)
        if row.interface == "lo":
            await link.set_up(netlink, row.interface, up=True)
        await address.apply(netlink, row.interface, row.address)
        if row.address not in await address.read(netlink, row.interface):
            raise LabError(f"{row.interface} on {row.node} should have {row.address}")
        be_patient(self.nodes[row.node], row)
        await introduce(self.after, self.nodes)

    async def _delete(self, node: str, name: str) -> None:
        netlink = self.nodes[node].netlink
        await link.delete(netlink, name)
        netlink.forget(name)
