"""Netlink objects on a real kernel: what was asked for is what the kernel says. Needs root."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path

import pytest
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from dxemu.errors import LabError
from dxemu.host import proof, proof_apart, proof_pair
from dxemu.host.proof_pair import PREFIX
from dxemu.netlink import address, bond, bridge, ingress, link, neighbour, netem, nftables, route, sysctl, veth, vlan
from dxemu.netlink.monitor import CarrierChanged, Monitor, RouteChanged
from dxemu.netlink.namespace import FOLDER, Namespace
from dxemu.netlink.session import NETLINK_NETFILTER, NLM_F_DUMP, Netlink, NetlinkError
from dxemu.plan.packets import Packets

A_MAC, B_MAC = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
A, B = IPv4Interface("10.0.0.1/30"), IPv4Interface("10.0.0.2/30")
CUSTOMER = IPv4Network("10.20.0.0/16")
HERE = Path("/proc/self/ns/net")


@asynccontextmanager
async def two_nodes(*ports: str) -> AsyncIterator[tuple[Netlink, Netlink]]:
    """Two namespaces, with a cable for each of these names; its ends are down and have that name on both sides."""
    namespaces = [Namespace.create(f"test-{os.getpid()}-{name}") for name in "ab"]
    try:
        async with Netlink(namespaces[0]) as a, Netlink(namespaces[1]) as b:
            for number, port in enumerate(ports):
                a_end = veth.End(port, f"{A_MAC[:-3]}:{number:x}a")
                b_end = veth.End(port, f"{B_MAC[:-3]}:{number:x}b")
                await veth.apply(a, a_end, b, b_end, mtu=1500)
            yield a, b
    finally:
        for namespace in namespaces:
            namespace.delete()


def with_cable(story: Callable[[Netlink, Netlink], Awaitable[None]]) -> None:
    """Run a story on two nodes with one cable, `port`, that is up and numbered at both ends.

    An interface sends nothing until the kernel has noticed its light, a moment after it was switched on.
    """

    async def run() -> None:
        async with two_nodes("port") as (a, b):
            for netlink, number in ((a, A), (b, B)):
                await link.set_up(netlink, "port", up=True)
                await address.apply(netlink, "port", number)
            await asyncio.sleep(0.01)
            await story(a, b)

    asyncio.run(run())


def test_a_namespace_has_a_name_while_it_lives_and_leaves_nothing() -> None:
    namespace = Namespace.create("test-name")
    path = Path(FOLDER) / "test-name"
    assert path.exists()
    with pytest.raises(LabError, match="exists already"):
        Namespace.create("test-name")
    here = HERE.stat().st_ino
    with namespace.entered():
        assert HERE.stat().st_ino == path.stat().st_ino != here
    assert HERE.stat().st_ino == here
    namespace.delete()
    assert not path.exists()


def test_loopback_is_up_in_a_new_namespace() -> None:
    async def run() -> None:
        async with two_nodes() as (a, _):
            assert (await link.read(a, "lo")).up

    asyncio.run(run())


def test_both_ends_of_a_cable_are_as_asked_and_have_light_when_both_are_up() -> None:
    async def run() -> None:
        async with two_nodes("port") as (a, b):
            await link.set_up(a, "port", up=True)
            assert not (await link.read(a, "port")).carrier
            await link.set_up(b, "port", up=True)
            seen = await link.read(a, "port")
            assert (seen.kind, seen.mac, seen.mtu, seen.carrier) == ("veth", "02:00:00:00:00:0a", 1500, True)
            await link.set_up(b, "port", up=False)
            assert not (await link.read(a, "port")).carrier

    asyncio.run(run())


def test_carrier_is_read_as_it_is_while_the_link_watch_still_waits() -> None:
    """Link watch looks at most once a second at what is not urgent, and IFF_RUNNING is late.

    Linux since 6.7 lets it look before it answers for one interface (rtnl_getlink), but not before a dump.
    """

    async def run() -> None:
        async with two_nodes() as (a, _):
            await link.create(a, "dummy", "dummy")
            await link.set_up(a, "dummy", up=True)
            late = 0
            for lit in (False, True) * 4:
                request = ifinfmsg()
                request["index"] = await a.index("dummy")
                request["attrs"] = [("IFLA_CARRIER", int(lit))]
                await a.request("change the light", request, link.RTM_NEWLINK)
                dump = await a.request("read all", ifinfmsg(), link.RTM_GETLINK, NLM_F_DUMP)
                (seen,) = (found for found in map(link.state_of, dump) if found.name == "dummy")
                assert seen.carrier is lit
                late += seen.running is not lit
            assert late

    asyncio.run(run())


def test_mtu_of_an_interface_can_be_changed() -> None:
    async def story(a: Netlink, b: Netlink) -> None:
        await link.set_mtu(a, "port", 1400)
        assert (await link.read(a, "port")).mtu == 1400

    with_cable(story)


def test_an_error_names_namespace_object_and_what_the_kernel_said() -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        with pytest.raises(NetlinkError, match=rf"{a.namespace.name}: make vlan twice: File exists") as caught:
            for _attempt in range(2):
                await vlan.apply(a, vlan.Vlan("twice", "port", 7, 1500))
        assert caught.value.errno == errno.EEXIST
        with pytest.raises(LabError, match="nowhere"):
            await link.set_up(a, "nowhere", up=True)

    with_cable(story)


def test_a_vlan_a_bridge_and_its_ports_read_back() -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        wanted = vlan.Vlan("vlan101", "port", 101, 1500)
        await vlan.apply(a, wanted)
        assert await vlan.read(a, "vlan101") == wanted
        await bridge.apply(a, bridge.BridgeDevice("lan", ("port",)))
        assert await link.members(a, "lan") == ("port",)
        await link.set_master(a, "port", None)
        assert await link.members(a, "lan") == ()
        await link.delete(a, "lan")
        with pytest.raises(LabError):
            await link.read(a, "lan")

    with_cable(story)


@pytest.mark.parametrize("rate_bps", [50_000_000, 10_000_000_000, 34_359_738_360, 34_359_738_368, 400_000_000_000])
def test_netem_reads_back_rates_of_any_size_delay_in_nanoseconds_and_loss(rate_bps: int) -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        wanted = netem.Netem(rate_bps=rate_bps, delay_s=0.001234567, loss_percent=12.5, limit=77, seed=9)
        await netem.apply(a, "port", wanted)
        seen = await netem.read(a, "port")
        assert (seen.rate_bps, seen.delay_s, seen.loss_percent, seen.limit) == (rate_bps, 0.001234567, 12.5, 77)
        await netem.delete(a, "port")
        with pytest.raises(LabError, match="no netem"):
            await netem.read(a, "port")

    with_cable(story)


async def arrivals(
    a: Netlink, b: Netlink, count: int, *, meanwhile: Callable[[], Awaitable[None]] | None = None
) -> set[int]:
    """Send numbered packets from `a` to `b`, do something, and give the numbers that have arrived within a second."""
    with a.namespace.entered():
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with b.namespace.entered():
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sender, receiver:
        receiver.bind((str(B.ip), 9))
        receiver.setblocking(False)
        for number in range(count):
            sender.sendto(number.to_bytes(2, "big"), (str(B.ip), 9))
        if meanwhile:
            await meanwhile()
        found = set()
        end = time.monotonic() + 1
        while (left := end - time.monotonic()) > 0:
            try:
                data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(receiver, 2), left)
            except TimeoutError:
                break
            found.add(int.from_bytes(data, "big"))
        return found


def test_netem_changes_in_place_without_losing_what_is_on_its_way() -> None:
    slow = netem.Netem(rate_bps=1_000_000_000, delay_s=0.2, loss_percent=0, limit=1000, seed=1)
    dead = netem.Netem(rate_bps=1_000_000_000, delay_s=0.2, loss_percent=100, limit=1000, seed=1)

    async def story(a: Netlink, b: Netlink) -> None:
        for netlink, other, mac in ((a, B, "02:00:00:00:00:0b"), (b, A, "02:00:00:00:00:0a")):
            await neighbour.apply(netlink, "port", other.ip, mac)
        await netem.apply(a, "port", slow)
        assert await arrivals(a, b, 10, meanwhile=lambda: netem.apply(a, "port", dead)) == set(range(10))
        assert await arrivals(a, b, 10) == set()
        seen = await netem.read(a, "port")
        assert seen.dropped >= 10
        assert seen.packets >= 10

    with_cable(story)


def test_with_the_same_seed_netem_loses_the_same_packets() -> None:
    async def story(a: Netlink, b: Netlink) -> None:
        for netlink, other, mac in ((a, B, "02:00:00:00:00:0b"), (b, A, "02:00:00:00:00:0a")):
            await neighbour.apply(netlink, "port", other.ip, mac)
            sysctl.write(netlink.namespace, "net/ipv6/conf/all/disable_ipv6", "1")
        runs = []
        for seed in (1, 1, 2):
            half = netem.Netem(rate_bps=1_000_000_000, delay_s=0, loss_percent=50, limit=1000, seed=seed)
            await netem.apply(a, "port", half)
            runs.append(await arrivals(a, b, 100))
        assert runs[0] == runs[1] != runs[2]
        assert 20 < len(runs[0]) < 80

    with_cable(story)


@pytest.mark.parametrize("cables", [1, 2, 3])
def test_the_ends_of_a_cable_never_have_the_same_number(cables: int) -> None:
    async def run() -> None:
        ports = tuple(f"port{number}" for number in range(cables))
        async with two_nodes(*ports) as (a, b):
            with a.namespace.entered():
                numbers = [socket.if_nametoindex(port) for port in ports]
            assert numbers == [await a.index(port) for port in ports]
            assert not set(numbers) & {await b.index(port) for port in ports}

    asyncio.run(run())


def test_an_address_comes_and_goes() -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        assert await address.read(a, "port") == (A,)
        await address.delete(a, "port", A)
        assert await address.read(a, "port") == ()
        with pytest.raises(NetlinkError):
            await address.delete(a, "port", A)

    with_cable(story)


def test_routes_are_replaced_looked_up_and_only_ours_are_deleted() -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        await route.replace(a, CUSTOMER, B.ip)
        assert await route.read(a) == (route.KernelRoute(CUSTOMER, B.ip, "port"),)
        connected = [one.prefix for one in await route.read(a, protocol=route.KERNEL)]
        assert [prefix for prefix in connected if prefix.version == 4] == [A.network]
        assert await route.lookup(a, IPv4Address("10.20.1.1")) is not None
        with pytest.raises(NetlinkError):
            await route.delete(a, CUSTOMER, protocol=route.STATIC)
        await route.delete(a, CUSTOMER)
        await route.delete(a, CUSTOMER, missing_ok=True)
        with pytest.raises(NetlinkError):
            await route.delete(a, CUSTOMER)
        assert await route.lookup(a, IPv4Address("10.20.1.1")) is None

    with_cable(story)


def test_lookup_takes_the_longest_prefix_and_names_via_and_interface() -> None:
    async def story(a: Netlink, _: Netlink) -> None:
        await address.apply(a, "port", IPv4Interface("10.0.1.1/30"))
        await route.replace(a, CUSTOMER, B.ip)
        await route.replace(a, IPv4Network("10.20.1.0/24"), IPv4Address("10.0.1.2"))
        near = await route.lookup(a, IPv4Address("10.20.1.1"))
        far = await route.lookup(a, IPv4Address("10.20.2.1"))
        assert near is not None
        assert far is not None
        assert (near.via, near.interface, far.via) == (IPv4Address("10.0.1.2"), "port", B.ip)

    with_cable(story)


def test_the_monitor_tells_of_carrier_and_of_routes() -> None:
    async def story(a: Netlink, b: Netlink) -> None:
        heard: asyncio.Queue[CarrierChanged | RouteChanged] = asyncio.Queue()
        async with Monitor(a.namespace, heard.put_nowait):
            await route.replace(a, CUSTOMER, B.ip)
            await route.delete(a, CUSTOMER)
            for vias in ((B.ip,), ()):
                change = await asyncio.wait_for(heard.get(), 1)
                assert isinstance(change, RouteChanged)
                assert (change.prefix, change.vias) == (CUSTOMER, vias)
            for up in (False, True):
                before = time.monotonic()
                await link.set_up(b, "port", up=up)
                change = await asyncio.wait_for(heard.get(), 1)
                assert isinstance(change, CarrierChanged)
                assert (change.interface, change.up) == ("port", up)
                assert time.monotonic() - before < 0.05
            assert heard.empty()

    with_cable(story)


def test_lacp_finds_its_partner_and_a_silent_member_leaves() -> None:
    async def run() -> None:
        async with two_nodes("one", "two") as (a, b):
            for netlink in (a, b):
                await bond.apply(netlink, bond.BondDevice(name="lag", members=("one", "two"), min_links=2))
                assert not (await bond.read(netlink, "lag")).ready
                await link.set_up(netlink, "lag", up=True)
            assert await within(10, lambda: bond_is(a, ready=True))
            seen = await bond.read(a, "lag")
            assert seen.partner_mac == (await link.read(b, "lag")).mac
            assert [member.name for member in seen.members] == ["one", "two"]
            for netlink in (a, b):
                dead = netem.Netem(rate_bps=10_000_000_000, delay_s=0, loss_percent=100, limit=1000)
                await netem.apply(netlink, "two", dead)
            assert await within(10, lambda: bond_is(a, ready=False))
            members = {member.name: member for member in (await bond.read(a, "lag")).members}
            assert members["two"].carrier
            assert bond.PortState.DISTRIBUTING not in members["two"].actor_state
            assert bond.PortState.DISTRIBUTING in members["one"].actor_state

    asyncio.run(run())


async def bond_is(netlink: Netlink, *, ready: bool) -> bool:
    return (await bond.read(netlink, "lag")).ready is ready


async def within(limit_s: float, holds: Callable[[], Awaitable[bool]]) -> bool:
    """Look every 0.25 s: the kernel tells no event for what LACP agrees on."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if await holds():
            return True
        await asyncio.sleep(0.25)
    return False


def test_nftables_drops_and_counts_only_what_fits() -> None:
    async def story(a: Netlink, b: Netlink) -> None:
        async with Netlink(b.namespace, NETLINK_NETFILTER) as filters:
            rules = (
                nftables.DropRule(protocol=socket.IPPROTO_UDP, destination_port=10),
                nftables.DropRule(longer_than=1000),
            )
            await nftables.apply(filters, "test", nftables.Hook.INPUT, rules)
            assert await arrivals(a, b, 5) == set(range(5))
            assert [one.packets for one in await nftables.read(filters, "test")] == [0, 0]
            with a.namespace.entered():
                sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with sender:
                sender.sendto(b"", (str(B.ip), 10))
                sender.sendto(bytes(1200), (str(B.ip), 11))
                await asyncio.sleep(0.1)
            assert [one.packets for one in await nftables.read(filters, "test")] == [1, 1]
            await nftables.delete(filters, "test")
            await nftables.delete(filters, "test", missing_ok=True)
            with pytest.raises(NetlinkError):
                await nftables.delete(filters, "test")

    with_cable(story)


def test_what_vanishes_on_arrival_is_counted_and_passes_again() -> None:
    async def story(a: Netlink, b: Netlink) -> None:
        async with Netlink(b.namespace, NETLINK_NETFILTER) as filters:
            udp = {"port": [Packets(protocol=socket.IPPROTO_UDP, between=(A.ip, B.ip))]}
            await ingress.apply(filters, "first", udp)
            await ingress.apply(filters, "second", {"port": [Packets(protocol=socket.IPPROTO_TCP, port=179)]})
            assert await arrivals(a, b, 5) == set()
            assert [one.packets for one in await ingress.read(filters, "first", "port")] == [5, 0]
            assert [one.packets for one in await ingress.read(filters, "second", "port")] == [0, 0]
            await ingress.delete(filters, "first")
            await ingress.delete(filters, "first")
            assert await ingress.read(filters, "first", "port") == ()
            assert len(await ingress.read(filters, "second", "port")) == 2
            assert await arrivals(a, b, 5) == set(range(5))

    with_cable(story)


def test_a_sysctl_belongs_to_its_namespace_and_is_read_back() -> None:
    async def story(a: Netlink, b: Netlink) -> None:
        sysctl.write(a.namespace, "net/ipv4/ip_forward", "1")
        assert sysctl.read(a.namespace, "net/ipv4/ip_forward") == "1"
        assert sysctl.read(b.namespace, "net/ipv4/ip_forward") == "0"
        with pytest.raises(LabError, match="cannot be 300"):
            sysctl.write(a.namespace, "net/ipv4/ip_default_ttl", "300")
        with pytest.raises(LabError, match="nothing_here"):
            sysctl.write(a.namespace, "net/ipv4/nothing_here", "1")

    with_cable(story)


@pytest.mark.parametrize("name", proof.FEATURES)
def test_the_embedded_kernel_has(name: str) -> None:
    feature = asyncio.run(proof.prove((name,)))[name]
    assert feature.ok, feature.detail


def test_the_proof_leaves_nothing_behind() -> None:
    asyncio.run(proof.prove(("802.1Q", "TCP MD5")))
    assert not list(Path(FOLDER).glob(f"{PREFIX}*"))


def test_a_proof_that_is_killed_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    async def dies() -> str:
        async with proof_pair.two_nodes():
            os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    monkeypatch.setitem(proof._TRIALS, "dies", dies)  # type: ignore[index]  # only read elsewhere
    with pytest.raises(LabError, match="what tried them died"):
        proof_apart.prove_here(("802.1Q", "dies"))
    assert not list(Path(FOLDER).glob(f"{PREFIX}*"))
    assert [line["works"] for line in proof_apart.prove_here(("802.1Q",))] == [True]
