"""An interface goes down, a packet filter goes: on each kernel in the same moment, and told alike. Needs root."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from dxemu.lab.fib import Fib
from dxemu.lab.node import LabNode
from dxemu.netlink import address, link, nftables, veth, vlan
from dxemu.netlink.monitor import CarrierChanged, Change, Monitor, RouteChanged
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import NETLINK_NETFILTER, Netlink
from tests.lab.inside.inside_dual_stack import ENDS, MACS, PREFIX, VERSIONS

OVER = "port.7"


def with_vlan(story: Callable[[LabNode], Awaitable[None]]) -> None:
    """Run a story on a node whose `port` has a VLAN interface with addresses of both versions."""

    async def run() -> None:
        namespaces = [Namespace.create(f"down-{name}") for name in "ab"]
        try:
            async with Netlink(namespaces[0]) as a, Netlink(namespaces[1]) as b:
                await veth.apply(a, veth.End("port", MACS[0]), b, veth.End("port", MACS[1]), mtu=1500)
                await vlan.apply(a, vlan.Vlan(name=OVER, parent="port", vlan_id=7, mtu=1500))
                for netlink, name in ((a, "port"), (b, "port"), (a, OVER)):
                    await link.set_up(netlink, name, up=True)
                for version in VERSIONS:
                    await address.apply(a, OVER, ENDS[version][0])
                await asyncio.sleep(0.01)
                unused: Any = None
                mininet: Any = type("", (), {"namespace": namespaces[0]})
                await story(LabNode(unused, mininet, a))
        finally:
            for namespace in namespaces:
                namespace.delete()

    asyncio.run(run())


def test_vlans_are_down_when_their_port_is_and_come_back_with_it() -> None:
    async def story(node: LabNode) -> None:
        node.hold("port", down=True)
        await node.switch("port")
        assert not (await link.read(node.netlink, OVER)).up, "at once, not when the kernel's worker has its turn"
        node.hold("port", down=False)
        await node.switch("port")
        await asyncio.sleep(0.01)
        assert (await link.read(node.netlink, OVER)).up

    with_vlan(story)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_route_that_the_kernel_has_forgotten_is_told_once(version: int) -> None:
    async def story(node: LabNode) -> None:
        heard: list[Change] = []
        fib = Fib(node.netlink)
        await fib.install(PREFIX[version], [ENDS[version][1].ip])  # nobody listens yet
        async with Monitor(node.namespace, heard.append) as monitor:
            node.forgotten.append(monitor.forgotten)
            fib.on_forgotten = node.forget
            node.hold("port", down=True)
            await node.switch("port")
            await fib.remove(PREFIX[version])
            await fib.remove(PREFIX[version])
            await asyncio.sleep(0.01)
        routes = [change for change in heard if not isinstance(change, CarrierChanged)]
        assert routes == [RouteChanged(PREFIX[version], (), OVER)]

    with_vlan(story)


def test_a_packet_filter_goes_without_time_passing() -> None:
    """The lab stands still while a socket is closed: Linux 7.3 waits for its next tick there."""

    async def story(node: LabNode) -> None:
        for _ in range(3):
            async with Netlink(node.namespace, NETLINK_NETFILTER) as netlink:
                await nftables.apply(netlink, "drops", nftables.Hook.INPUT, (nftables.DropRule(interface=OVER),))
            await asyncio.sleep(0.1)
            before = time.monotonic()
            async with Netlink(node.namespace, NETLINK_NETFILTER) as netlink:
                assert len(await nftables.read(netlink, "drops")) == 1
                await nftables.delete(netlink, "drops")
            async with Netlink(node.namespace, NETLINK_NETFILTER) as netlink:
                assert not await nftables.read(netlink, "drops")
            assert time.monotonic() - before < 0.001

    with_vlan(story)


def test_a_refused_netfilter_session_is_not_used_again() -> None:
    """What the kernel had still to say would be taken for an answer to somebody else."""

    async def story(node: LabNode) -> None:
        with pytest.raises(ValueError, match="broken off"):
            async with Netlink(node.namespace, NETLINK_NETFILTER):
                raise ValueError("broken off")
        assert node.namespace.kept == []

    with_vlan(story)
