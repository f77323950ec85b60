"""IPv4 and IPv6 side by side on a real kernel: addresses, neighbours, routes, rules, monitor, probes. Needs root."""

from __future__ import annotations

import asyncio
import errno
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path

import pytest

from dxemu.events.timeline import ProbeLog
from dxemu.host.forked import Forked
from dxemu.lab.fib import Fib
from dxemu.lab.numbered_packets import send_and_receive
from dxemu.lab.probe_flow import ProbeFlow
from dxemu.lab.probe_ports import flow_of
from dxemu.netlink import address, link, neighbour, route, rule, sysctl, veth
from dxemu.netlink.monitor import Change, Monitor, RouteChanged
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import Netlink, NetlinkError

MACS = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
VERSIONS = (4, 6)
ENDS = {
    4: (ip_interface("10.0.0.1/29"), ip_interface("10.0.0.2/29")),
    6: (ip_interface("2001:db8::1/125"), ip_interface("2001:db8::2/125")),
}
OTHER_VIA = {4: ip_address("10.0.0.3"), 6: ip_address("2001:db8::3")}
PREFIX = {4: ip_network("10.20.0.0/16"), 6: ip_network("2001:db8:20::/48")}
INSIDE = {4: ip_address("10.20.0.1"), 6: ip_address("2001:db8:20::1")}
TABLES = (route.MAIN, 7, 2001)
"""A table's number may not fit into the header of a message."""


def with_cable(story: Callable[[Netlink, Netlink], Awaitable[None]]) -> None:
    """Run a story on two nodes `a` and `b` with a cable, `port`, that has addresses of both versions at both ends."""

    async def run() -> None:
        namespaces = [Namespace.create(f"dual-{name}") for name in "ab"]
        try:
            async with Netlink(namespaces[0]) as a, Netlink(namespaces[1]) as b:
                await veth.apply(a, veth.End("port", MACS[0]), b, veth.End("port", MACS[1]), mtu=1500)
                for index, netlink in enumerate((a, b)):
                    await link.set_up(netlink, "port", up=True)
                    for version in VERSIONS:
                        await address.apply(netlink, "port", ENDS[version][index])
                await asyncio.sleep(0.01)
                await story(a, b)
        finally:
            for namespace in namespaces:
                namespace.delete()

    asyncio.run(run())


def test_addresses_of_both_versions_are_usable_at_once_and_come_and_go() -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        with a.namespace.entered():
            late = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        with late:
            extra = ip_interface("2001:db8:1::1/64")
            await address.apply(a, "port", extra)
            late.bind((str(extra.ip), 9))  # refused while an address is tentative
        assert set(await address.read(a, "port")) == {ENDS[4][0], ENDS[6][0], extra}
        assert await address.holds(a, extra.ip)
        await address.delete(a, "port", extra)
        assert not await address.holds(a, extra.ip)
        with pytest.raises(NetlinkError):
            await address.delete(a, "port", extra)

    with_cable(story)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_neighbour_comes_and_goes(version: int) -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        known = ENDS[version][1].ip
        await neighbour.apply(a, "port", known, MACS[1])
        wanted = neighbour.Neighbour(known, MACS[1], neighbour.PERMANENT)
        assert wanted in await neighbour.read(a, "port")
        await neighbour.delete(a, "port", known)
        assert known not in {entry.address for entry in await neighbour.read(a, "port") if entry.mac}
        await neighbour.delete(a, "port", OTHER_VIA[version], missing_ok=True)

    with_cable(story)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("table", TABLES)
def test_a_route_is_replaced_stands_before_an_unreachable_one_and_is_deleted(version: int, table: int) -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        prefix, via, other = PREFIX[version], ENDS[version][1].ip, OTHER_VIA[version]
        for gateway in (via, other):
            await route.replace(a, prefix, gateway, table=table, interface="port")
            assert await route.read(a, table=table) == (route.KernelRoute(prefix, gateway, "port"),)
        for number in set(TABLES) - {table}:
            assert await route.read(a, table=number) == ()
        if table == route.MAIN:
            found = await route.lookup(a, INSIDE[version])
            assert found is not None
            assert (found.via, found.interface) == (other, "port")
        await route.replace(a, prefix, None, table=table)
        assert [(found.prefix, found.via) for found in await route.read(a, table=table)] == [
            (prefix, other),
            (prefix, None),
        ]
        if table == route.MAIN:
            found = await route.lookup(a, INSIDE[version])
            assert found is not None
            assert found.via == other
        await route.delete(a, prefix, table=table)
        (unreachable,) = await route.read(a, table=table)
        assert (unreachable.prefix, unreachable.via) == (prefix, None)
        assert await route.lookup(a, INSIDE[version]) is None
        await route.delete(a, prefix, table=table)
        await route.delete(a, prefix, table=table, missing_ok=True)
        with pytest.raises(NetlinkError):
            await route.delete(a, prefix, table=table)

    with_cable(story)


def test_routes_of_both_versions_are_read_in_order_and_only_ours() -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        wanted = [ip_network(text) for text in ("10.9.0.0/16", "10.20.0.0/16", "2001:db8:9::/48", "2001:db8:20::/48")]
        for prefix in reversed(wanted):
            await route.replace(a, prefix, ENDS[prefix.version][1].ip)
        await route.replace(a, ip_network("::/0"), ENDS[6][1].ip, protocol=route.STATIC)
        assert [found.prefix for found in await route.read(a)] == wanted
        assert [found.prefix for found in await route.read(a, protocol=route.STATIC)] == [ip_network("::/0")]

    with_cable(story)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_rule_leads_packets_of_one_interface_to_its_table(version: int) -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        name = "net/ipv4/ip_forward" if version == 4 else "net/ipv6/conf/all/forwarding"
        sysctl.write(a.namespace, name, "1")
        source, target = ENDS[version][1].ip, INSIDE[version]
        await route.replace(a, PREFIX[version], OTHER_VIA[version], table=2001, interface="port")
        last = rule.PolicyRule(priority=40_000, table=2001, version=version)
        mine = rule.PolicyRule(priority=100, table=2001, incoming="port", version=version)
        for wanted, leads_own in ((mine, False), (last, True)):
            assert await route.lookup(a, target, source=source, incoming="port") is None
            await rule.apply(a, wanted)
            with pytest.raises(NetlinkError) as caught:
                await rule.apply(a, wanted)
            assert caught.value.errno == errno.EEXIST
            found = await route.lookup(a, target, source=source, incoming="port")
            assert found is not None
            assert (found.via, found.interface) == (OTHER_VIA[version], "port")
            assert (await route.lookup(a, target) is not None) is leads_own
            rules = await rule.read(a, version=version)
            assert wanted in rules
            assert list(rules) == sorted(rules, key=lambda one: one.priority)
            assert replace(wanted, version=10 - version) not in await rule.read(a, version=10 - version)
            await rule.delete(a, wanted)
            await rule.delete(a, wanted, missing_ok=True)
            with pytest.raises(NetlinkError):
                await rule.delete(a, wanted)

    with_cable(story)


def test_the_monitor_tells_of_routes_of_both_versions_with_their_table() -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        heard: asyncio.Queue[Change] = asyncio.Queue()
        async with Monitor(a.namespace, heard.put_nowait):
            for version in VERSIONS:
                for table in TABLES:
                    fib = Fib(a, table)
                    both = (ENDS[version][1].ip, OTHER_VIA[version])
                    await fib.install(PREFIX[version], both[:1])
                    await fib.install(PREFIX[version], both[1:])
                    await fib.install(PREFIX[version], both)
                    (shared,) = await route.read(a, table=table)
                    assert shared.shared == both
                    await fib.remove(PREFIX[version])
                    await fib.remove(PREFIX[version])
                    for vias in (both[:1], both[1:], both, ()):
                        change = await asyncio.wait_for(heard.get(), 1)
                        assert change == RouteChanged(PREFIX[version], vias, "port", table)
            assert heard.empty()

    with_cable(story)


def test_thousands_of_routes_at_once_are_all_in_the_kernel_and_all_told() -> None:
    """More notifications than a monitor's buffer once held; those that iproute2 reads are those that were wanted."""
    prefixes = [*ip_network("10.64.0.0/12").subnets(new_prefix=24), *ip_network("2001:db8:4000::/40").subnets(8)]
    wanted = {prefix: [ENDS[prefix.version][1].ip] for prefix in prefixes}

    async def story(a: Netlink, _: Netlink) -> None:
        heard: list[Change] = []
        fib = Fib(a)
        async with Monitor(a.namespace, heard.append):
            await asyncio.gather(fib.apply(wanted.items()), fib.apply([(prefixes[0], [OTHER_VIA[4]])]))
            wanted[prefixes[0]] = [OTHER_VIA[4]]  # the later call came after all of the earlier one
            assert {one.prefix: [one.via] for one in await route.read(a)} == wanted
            shown = [
                subprocess.run(
                    ["ip", "-n", a.namespace.name, f"-{version}", "route", "show", "proto", "bgp"],
                    capture_output=True,
                    check=True,
                    text=True,
                    timeout=20,
                ).stdout.split("\n")
                for version in VERSIONS
            ]
            assert {line.split()[0] for lines in shown for line in lines if line} == {str(p) for p in prefixes}
            everybody = ENDS[4][0].network.broadcast_address
            with pytest.raises(NetlinkError, match=r"route 10\.64\.1\.0/24 via 10\.0\.0\.7: .*\(Nexthop"):
                await fib.apply([(prefixes[0], wanted[prefixes[0]]), (prefixes[1], [everybody])])
            await fib.apply((prefix, ()) for prefix in prefixes)
            assert await route.read(a) == ()
            await asyncio.sleep(0.01)
        vias: dict[object, list[object]] = {}
        for change in heard:
            assert isinstance(change, RouteChanged)
            vias.setdefault(change.prefix, []).append(change.vias)
        first, other = (ENDS[4][1].ip,), (OTHER_VIA[4],)
        assert vias.pop(prefixes[0]) == [first, other, ()]  # the same again is no change
        assert vias == {prefix: [tuple(wanted[prefix]), ()] for prefix in prefixes[1:]}

    with_cable(story)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_route_over_an_interface_that_is_down_is_taken_out(version: int) -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        fib = Fib(a)
        await fib.install(PREFIX[version], [ENDS[version][1].ip])
        await link.set_up(a, "port", up=False)
        await fib.install(PREFIX[version], [OTHER_VIA[version]])
        assert await route.read(a) == ()
        await fib.remove(PREFIX[version])

    with_cable(story)


def sent_and_received(flows: list[ProbeFlow], epoch_ns: int, folder: str) -> list[tuple[str, int, int]]:
    logged = send_and_receive(flows, epoch_ns, 0.1, 0.5, folder)
    return [(each.probe, each.sent, each.received) for each in logged]


def test_probes_of_both_versions_arrive(tmp_path: Path) -> None:
    async def story(a: Netlink, b: Netlink) -> None:
        flows = [
            ProbeFlow(
                probe=f"ipv{version}",
                direction="to_aws",
                source=a.namespace,
                source_address=ENDS[version][0].ip,
                target=b.namespace,
                target_address=ENDS[version][1].ip,
                ports=flow_of(version, seed=1),
                interval_ns=10**7,
            )
            for version in VERSIONS
        ]
        epoch_ns = time.monotonic_ns()
        with Forked("sends", lambda: sent_and_received(flows, epoch_ns, str(tmp_path))) as process:
            told = await process.finished()
        assert [tuple(each) for each in told] == [(f"ipv{version}", 50, 50) for version in VERSIONS]
        for flow in flows:
            log = ProbeLog.read(tmp_path / flow.file)
            assert list(log.received[::2]) == list(range(50))
            assert all(sent <= arrived for sent, arrived in zip(log.sent, log.received[1::2], strict=True))

    with_cable(story)
