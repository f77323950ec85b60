"""A device with a VRF for each gateway: BGP with MD5, BFD, forwarding, ICMP and rules, over IPv4 and IPv6.

One ExaBGP and one BIRD, both in no VRF, serve all VRFs of the device.
"""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import socket
from collections.abc import Awaitable, Callable

import pytest

from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab import build
from dxemu.netlink import route, rule
from dxemu.plan.model import Plan
from tests.lab.vrf_device import (
    CUSTOMER_HOST,
    CUSTOMER_PREFIX,
    DEVICE,
    NUMBERS,
    PORT,
    TABLE,
    VERSIONS,
    VPC_HOST,
    VPC_PREFIX,
    Device,
    ip_of,
    plan,
    running,
    session_name,
    sessions_of_both_ends,
)

MTU_OPTIONS = {4: (socket.IPPROTO_IP, 10, 14), 6: (socket.IPPROTO_IPV6, 23, 24)}
"""Level, MTU_DISCOVER and MTU: linux/in.h, linux/in6.h."""
PMTUDISC_DO = 2
OTHER_TABLE = 2001
AFTER_THE_VRFS = 1500


def with_device(story: Callable[[Device], Awaitable[None]], at_customers: Plan | None = None) -> None:
    """Run a story on a device whose sessions are all up, or are just starting if the customers know better."""

    async def run() -> None:
        async with running(plan(), at_customers) as device:
            if at_customers is None:
                await device.converged()
            await story(device)

    asyncio.run(run())


def test_each_vrf_learns_and_forwards_its_own_customer_although_the_prefixes_are_the_same() -> None:
    async def story(device: Device) -> None:
        assert await route.read(device.netlink) == ()
        for number in NUMBERS:
            assert await route.read(device.netlink, table=TABLE + number) == tuple(
                route.KernelRoute(CUSTOMER_PREFIX[v], ip_of(number, v, device=False), f"vlan10{number}")
                for v in VERSIONS
            )
            for version in VERSIONS:
                assert await device.customer_to_vpc(number, version) == {f"vpc{number}"}
                assert await device.vpc_to_customer(number, version) == {f"customer{number}"}

    with_device(story)


def test_a_wrong_md5_key_keeps_its_session_down_in_the_vrf_and_no_other() -> None:
    wrong = session_name(1, 4), session_name(2, 6)
    known = plan()
    sessions = [dataclasses.replace(s, auth_key="another-key") if s.name in wrong else s for s in known.sessions]

    async def story(device: Device) -> None:
        right = {(node, name) for node, name in sessions_of_both_ends() if name not in wrong}
        await device.until("the sessions with the right key", lambda: device.up("bgp") >= right)
        await Clock().settle(30.0)
        assert device.up("bgp") == right
        with device.nodes[DEVICE].namespace.entered(), open("/proc/thread-self/net/netstat") as file:
            names, numbers = (line.split()[1:] for line in file if line.startswith("TcpExt:"))
        counters = dict(zip(names, map(int, numbers), strict=True))
        assert counters["TCPMD5Failure"] > 0
        assert counters["TCPMD5NotFound"] == counters["TCPMD5Unexpected"] == 0

    with_device(story, dataclasses.replace(known, sessions=tuple(sessions)))


def test_bfd_of_both_ip_versions_takes_down_one_vrf_and_leaves_the_other() -> None:
    async def story(device: Device) -> None:
        device.events.clear()
        clock = Clock()
        clock.start()
        await device.cables["port1"].silence(silent=True)
        names = {session_name(1, version) for version in VERSIONS}
        down = [{"node": DEVICE, "session": name} for name in names]

        def is_down(kind: str) -> bool:
            gone = [e for e in device.events if e["event"] == kind and e["state"] == "down"]
            return all(any(want.items() <= e.items() for e in gone) for want in down)

        await device.until("BFD down", lambda: is_down("bfd"), within_s=5.0)
        assert 0.6 <= clock.now() <= 1.0
        await device.until("BGP down", lambda: is_down("bgp"), within_s=1.0)
        for routing in device.routings:
            await routing.idle()
        assert await route.read(device.netlink, table=TABLE + 1) == ()
        assert len(await route.read(device.netlink, table=TABLE + 2)) == len(VERSIONS)
        assert {e["session"] for e in device.events if e["event"] == "bgp"} == names
        for version in VERSIONS:
            assert await device.customer_to_vpc(2, version) == {"vpc2"}
            assert await device.vpc_to_customer(1, version) == set()

    with_device(story)


def test_fragmentation_needed_comes_out_of_the_vrf_to_the_sender() -> None:
    """From the VPC, whose network carries 9001 bytes, to the customer's VLAN of 1500."""

    async def story(device: Device) -> None:
        for version in VERSIONS:
            await learns_the_mtu(device, version)

    with_device(story)


async def learns_the_mtu(device: Device, version: int) -> None:
    """The sender in the first VRF does, one in the other VRF does not."""
    level, discover, mtu = MTU_OPTIONS[version]
    with device.socket("vpc1", version) as sender, device.socket("vpc2", version) as bystander:
        for sock in (sender, bystander):
            sock.setsockopt(level, discover, PMTUDISC_DO)
            sock.bind((str(VPC_HOST[version].ip), PORT))
            sock.connect((str(CUSTOMER_HOST[version].ip), PORT))
            assert sock.getsockopt(level, mtu) == 9001
        sender.send(bytes(4000))
        await Clock().settle(0.1)
        assert (sender.getsockopt(level, mtu), bystander.getsockopt(level, mtu)) == (1500, 9001)
        with pytest.raises(OSError, match="Message too long") as caught:
            sender.send(bytes(4000))
        assert caught.value.errno == errno.EMSGSIZE


RULES = [
    (4, "vlan101", build.FIRST_RULE, True),
    (4, "vlan101", AFTER_THE_VRFS, False),
    (6, "vrf1", build.FIRST_RULE, True),
    (6, "vrf1", AFTER_THE_VRFS, False),
    (6, "vlan101", build.FIRST_RULE, False),
]
"""IP version, interface, priority; and whether the rule wins over the VRFs' own, of 1000.

The kernel looks up an IPv4 packet by the port that it came in by, an IPv6 one by that port's VRF.
"""


def test_a_rule_by_interface_wins_over_the_vrf_if_it_comes_before_1000() -> None:
    async def story(device: Device) -> None:
        for version in VERSIONS:
            await route.replace(device.netlink, VPC_PREFIX[version], None, protocol=route.STATIC, table=OTHER_TABLE)
        for version, incoming, priority, wins in RULES:
            wanted = rule.PolicyRule(priority=priority, table=OTHER_TABLE, incoming=incoming, version=version)
            await rule.apply(device.netlink, wanted)
            assert wanted in await rule.read(device.netlink, version=version)
            target, source = VPC_HOST[version].ip, CUSTOMER_HOST[version].ip
            found = await route.lookup(device.netlink, target, source=source, incoming="vlan101")
            assert (found is None) is wins, wanted
            assert await device.customer_to_vpc(1, version) == (set() if wins else {"vpc1"}), wanted
            assert await device.customer_to_vpc(2, version) == {"vpc2"}, wanted
            await rule.delete(device.netlink, wanted)
            assert await device.customer_to_vpc(1, version) == {"vpc1"}, wanted

    with_device(story)


NEEDED = {
    "net/ipv4/tcp_l3mdev_accept": "bgp",
    "net/ipv4/udp_l3mdev_accept": "bfd",
    "net/ipv4/ip_nonlocal_bind": "ExaBGP",
    "net/ipv6/ip_nonlocal_bind": "ExaBGP",
}
"""What does not work without each. TCP's and UDP's settings hold for IPv6, too."""


@pytest.mark.parametrize("name", NEEDED)
def test_without_the_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "VRF_SERVERS", {**build.VRF_SERVERS, name: "0"})
    missing = NEEDED[name]

    async def run() -> None:
        async with running(plan()) as device:
            await Clock().settle(20.0)
            for kind in ("bgp", "bfd"):
                assert device.up(kind) == (set() if kind == missing else sessions_of_both_ends())

    if missing == "ExaBGP":
        with pytest.raises(LabError, match="ExaBGP on device died"):
            asyncio.run(run())
    else:
        asyncio.run(run())
