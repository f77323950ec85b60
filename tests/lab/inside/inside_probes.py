"""Every kind of probe over three cables: what it says is what was built. Needs root."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network

import pytest

from dxemu.events.base import Event
from dxemu.lab.probes.base import ProbeRun
from dxemu.lab.probes.menu import runner_of
from dxemu.netlink import nftables
from dxemu.netlink.session import NETLINK_NETFILTER, Netlink
from dxemu.plan.model import (
    Address,
    Cable,
    CableRole,
    Node,
    Plan,
    Port,
    Role,
    Service,
    Side,
    StaticRoute,
    VlanInterface,
)
from dxemu.probes.base import Probe
from dxemu.probes.capture import CaptureProbe
from dxemu.probes.dns import DnsProbe
from dxemu.probes.fetch import FetchProbe
from dxemu.probes.http import HttpProbe
from dxemu.probes.latency import LatencyProbe
from dxemu.probes.pmtu import PathMtuProbe
from dxemu.probes.tcp import TcpProbe
from dxemu.probes.throughput import ThroughputProbe
from dxemu.probes.trace import TraceProbe
from dxemu.probes.udp import UdpProbe
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds, VlanId
from tests.lab.running import FOLDER, lab_of

NODES = {
    "app": (Role.HOST, Side.CUSTOMER),
    "near": (Role.ROUTER, Side.CUSTOMER),
    "far": (Role.ROUTER, Side.AWS),
    "web": (Role.INSTANCE, Side.AWS),
    "s3": (Role.SERVICE, Side.AWS),
    "dns": (Role.SERVICE, Side.AWS),
}
LINKS = (("app", "near"), ("near", "far"), ("far", "web"), ("far", "s3"), ("far", "dns"))
DIRECT_CONNECT = 1
VLAN = 101


def plan_of(rate: int = 10**9, mtu: int = 1500, middle_mtu: int | None = None, delay: float = 0.005) -> Plan:
    """app - near =primary, VLAN 101= far - web, s3, dns."""
    cables, addresses, vlans = [], [], []
    for number, (a, b) in enumerate(LINKS):
        middle = number == DIRECT_CONNECT
        size = (middle_mtu or mtu) if middle else mtu
        ports = [Port(node=node, name=f"to_{other}", mac=f"02:00:00:00:0{number}:0{end}")
                 for end, (node, other) in enumerate(((a, b), (b, a)))]  # fmt: skip
        cables.append(
            Cable(
                name="primary" if middle else f"{a}_{b}",
                role=CableRole.CROSS_CONNECT if middle else CableRole.LAN,
                a=ports[0],
                b=ports[1],
                bandwidth=BitsPerSecond(rate),
                delay=Seconds(delay if middle else 1e-6),
                mtu=size,
                connection="primary" if middle else None,
            )
        )
        for end, port in enumerate(ports, 1):
            interface = port.name
            if middle:
                interface = f"{port.name}.v"
                vlan = VlanInterface(node=port.node, name=interface, parent=port.name, vlan_id=VlanId(VLAN), mtu=size)
                vlans.append(vlan)
            address = ip_interface(f"10.0.{number}.{end}/24")
            addresses.append(Address(node=port.node, interface=interface, address=address))
    everything = ip_network("0.0.0.0/0")
    routes = [
        StaticRoute(node=node, destination=everything, via=ip_address(via))
        for node, via in (
            ("app", "10.0.0.2"),
            ("near", "10.0.1.2"),
            ("web", "10.0.2.1"),
            ("s3", "10.0.3.1"),
            ("dns", "10.0.4.1"),
        )
    ]
    routes.append(StaticRoute(node="far", destination=ip_network("10.0.0.0/24"), via=ip_address("10.0.1.1")))
    return Plan(
        topology="chain",
        story="",
        nodes=tuple(Node(name=name, role=role, side=side, place="") for name, (role, side) in NODES.items()),
        cables=tuple(cables),
        bridges=(),
        vlans=tuple(vlans),
        addresses=tuple(addresses),
        static_routes=tuple(routes),
        sessions=(),
        speakers=(),
        gateways=(),
        services=(
            Service(node="s3", kind="s3", text="the content"),
            Service(node="dns", kind="route53", text="192.0.2.7"),
        ),
    )


def run(plan: Plan, *probes: Probe, end_s: float = 3.0, drop_longer_than: int | None = None) -> list[Event]:
    """The events of a run with these probes."""

    async def story() -> list[Event]:
        async with lab_of(plan) as (lab, _):
            events: list[Event] = []
            lab.journal.listen(events.append)
            if drop_longer_than is not None:
                async with Netlink(lab.node("near").namespace, NETLINK_NETFILTER) as netlink:
                    rule = nftables.DropRule(interface="to_app", longer_than=drop_longer_than)
                    await nftables.apply(netlink, "test", nftables.Hook.FORWARD, (rule,))
            await lab.journal.clock.settle(0.1)
            lab.journal.start()
            about = ProbeRun(lab=lab, end_s=end_s, folder=FOLDER, embedded=True)
            running = [await runner_of(p.kind)([p], about).__aenter__() for p in probes]
            try:
                await lab.journal.clock.until(end_s)
                for runner in running:
                    await runner.finished()
            finally:
                for runner in running:
                    await runner.__aexit__(None, None, None)
            return events

    return asyncio.run(story())


def throughput(**values: object) -> ThroughputProbe:
    base = ThroughputProbe(
        name="bulk", from_host="app", to_host="web", direction="to_aws", at=Seconds(0.5), duration=Seconds(0.5)
    )
    return replace(base, **values)  # type: ignore[arg-type]  # names are checked by the class


PMTU = PathMtuProbe(name="mtu", from_host="app", to_host="web", at=(Seconds(0.5),))


@pytest.mark.parametrize("direction", ["to_aws", "from_aws"])
def test_one_stream_fills_a_port(direction: str) -> None:
    (found,) = ThroughputProbe.measured(run(plan_of(10**9), throughput(direction=direction)))
    assert found.problem == ""
    assert found.seconds == pytest.approx(0.5, abs=0.02)
    assert found.bits_per_second == pytest.approx(1e9 * 1448 / 1514, rel=0.01)


def test_mss_costs_what_it_costs() -> None:
    (found,) = ThroughputProbe.measured(run(plan_of(10**9), throughput(mss=536)))
    assert found.bits_per_second == pytest.approx(1e9 * 524 / (524 + 66), rel=0.01)


def test_udp_beyond_the_rate_is_lost() -> None:
    probe = throughput(offered=BitsPerSecond(200_000_000), duration=Seconds(0.3))
    (found,) = ThroughputProbe.measured(run(plan_of(10**8), probe))
    assert found.bits_per_second == pytest.approx(1e8 * 1448 / 1490, rel=0.03)
    assert found.lost_percent == pytest.approx(51, abs=2)


def test_udp_below_the_rate_is_not_lost() -> None:
    probe = throughput(offered=BitsPerSecond(90_000_000), duration=Seconds(0.3), direction="from_aws")
    (found,) = ThroughputProbe.measured(run(plan_of(10**8), probe))
    assert (found.bits_per_second, found.lost_percent) == (pytest.approx(90e6, rel=0.02), 0)


def test_no_way_is_a_problem_and_not_a_number() -> None:
    plan = plan_of()
    nowhere = replace(plan, static_routes=tuple(r for r in plan.static_routes if r.node != "web"))
    (found,) = ThroughputProbe.measured(run(nowhere, throughput(), end_s=6))
    assert (found.bits_per_second, found.problem) == (0, "no connection within 5 s")


def test_services_answer_and_say_whom_they_saw() -> None:
    page = FetchProbe(name="page", from_host="app", service="s3", rate=PacketsPerSecond(2), at=None)
    name = FetchProbe(name="name", from_host="app", service="dns", rate=None, at=Seconds(1))
    pages, names = FetchProbe.measured(run(plan_of(), page, name, end_s=5.2))
    assert (pages.count, pages.answered, pages.status, pages.bytes, pages.seen_as) == (11, True, 200, 11, "10.0.0.1")
    assert (names.count, names.answered, names.status, names.seen_as) == (1, True, 0, "10.0.0.1")
    assert pages.longest_ms == pytest.approx(30, abs=1)  # ARP, and two round trips of TCP
    assert names.longest_ms == pytest.approx(10, abs=1)


def test_a_service_without_a_way_back_does_not_answer() -> None:
    plan = plan_of()
    nowhere = replace(plan, static_routes=tuple(r for r in plan.static_routes if r.node != "s3"))
    page = FetchProbe(name="page", from_host="app", service="s3", rate=None, at=Seconds(0.5))
    (pages,) = FetchProbe.measured(run(nowhere, page))
    assert (pages.answered, pages.status, pages.problem) == (False, None, "no answer within 2 s")


def test_requests_are_answered_by_servers_of_their_own() -> None:
    pages = HttpProbe(name="pages", from_host="app", to_host="web", rate=PacketsPerSecond(10))
    names = DnsProbe(name="names", from_host="web", to_host="app", rate=PacketsPerSecond(20), slow=Seconds(0.005))
    found = {one.probe: one for one in HttpProbe.measured(run(plan_of(), pages, names, end_s=2.1))}
    assert [found[name].protocol for name in ("pages", "names")] == ["HTTP", "DNS"]
    assert (found["pages"].asked, found["pages"].failed, found["pages"].slow) == (20, 0, 0)
    assert found["pages"].p50_ms == pytest.approx(20, abs=1)  # two round trips of TCP
    assert (found["names"].asked, found["names"].failed, found["names"].slow) == (40, 0, 40)
    assert found["names"].p50_ms == pytest.approx(10, abs=1)
    assert found["names"].troubles[0].count == 40


def test_requests_without_a_way_back_fail() -> None:
    plan = plan_of()
    nowhere = replace(plan, static_routes=tuple(r for r in plan.static_routes if r.node != "web"))
    pages = HttpProbe(name="pages", from_host="app", to_host="web", rate=PacketsPerSecond(1), limit=Seconds(1.5))
    (found,) = HttpProbe.measured(run(nowhere, pages, end_s=2))
    assert (found.asked, found.failed, found.p50_ms) == (2, 2, None)
    assert [(one.problem, one.count) for one in found.troubles] == [("no answer within 1.5 s", 2)]


def test_a_connection_lives_on_and_is_opened_again() -> None:
    plan = plan_of()
    long = TcpProbe(name="long", from_host="app", to_host="web", rate=PacketsPerSecond(10))
    (found,) = TcpProbe.measured(run(plan, long, end_s=2.1))
    assert (found.reason, found.retransmitted, found.retransmitted_back, found.stalls) == ("", 0, 0, ())
    assert (found.messages, found.answered) == (20, 20)
    assert found.p50_ms == pytest.approx(10, abs=1)
    nowhere = replace(plan, static_routes=tuple(r for r in plan.static_routes if r.node != "app"))
    refused = TcpProbe.measured(run(nowhere, long, end_s=2.1))
    assert [(one.opened_s, one.reason) for one in refused] == [(None, "Network is unreachable")] * 2


def test_latency_is_one_way() -> None:
    probe = LatencyProbe(name="took", from_host="app", to_host="web", rate=PacketsPerSecond(100), size=1000)
    there, back = LatencyProbe.measured(run(plan_of(delay=0.004), probe, end_s=1.1))
    assert (there.direction, there.sent, there.arrived, back.sent, back.arrived) == ("to_aws", 100, 100, 100, 100)
    for one in (there, back):
        assert one.p50_ms == pytest.approx(4 + 3 * 1000 * 8 / 1e6, abs=0.05)  # and three cables of 1 Gbit/s
        assert one.least_ms is not None
        assert one.most_ms is not None
        assert one.least_ms <= one.p50_ms <= one.most_ms


def test_a_trace_finds_every_hop() -> None:
    plan = plan_of()
    way = TraceProbe(name="way", from_host="app", to_host="web")
    (found,) = TraceProbe.measured(run(plan, way, end_s=2.2))
    assert (found.count, found.hops, found.complete) == (3, ("near", "far", "web"), True)
    nowhere = replace(plan, static_routes=tuple(r for r in plan.static_routes if r.node != "web"))
    (lost,) = TraceProbe.measured(run(nowhere, way, end_s=1))
    assert (lost.hops, lost.complete) == (("near", "far"), False)


def test_capture_counts_every_frame_by_direction() -> None:
    udp = UdpProbe(name="udp", from_host="app", to_host="web", rate=PacketsPerSecond(100))
    link = CaptureProbe(name="link", connection="primary")
    counted = {c.label: (c.to_aws, c.from_aws) for c in CaptureProbe.measured(run(plan_of(), udp, link, end_s=2.1))}
    assert counted["udp"] == (200, 200)
    assert counted["vlan 101"] == (counted["udp"][0] + counted["arp"][0], counted["udp"][1] + counted["arp"][1])
    assert set(counted) == {"udp", "arp", "vlan 101"}


def test_capture_counts_large_segments_as_the_frames_that_they_are() -> None:
    probe = throughput(duration=Seconds(0.2))
    events = run(plan_of(10**9), probe, CaptureProbe(name="link", connection="primary"))
    (tcp,) = [c for c in CaptureProbe.measured(events) if c.label == "tcp"]
    assert tcp.to_aws > 0.4 * 1e9 / 8 / 1514


@pytest.mark.parametrize(
    ("plan", "mtu", "told", "by"),
    [
        (plan_of(mtu=9001, middle_mtu=8500), 8500, True, "near"),
        (plan_of(mtu=9001, middle_mtu=1500), 1500, True, "near"),
        (plan_of(mtu=9001), 9001, None, ""),
    ],
)
def test_path_mtu(plan: Plan, mtu: int, told: bool | None, by: str) -> None:
    (found,) = PathMtuProbe.measured(run(plan, PMTU))
    assert (found.mtu, found.told, found.told_by, found.direction) == (mtu, told, by, "to_aws")


def test_path_mtu_where_packets_vanish() -> None:
    (found,) = PathMtuProbe.measured(run(plan_of(mtu=9001), PMTU, drop_longer_than=8500, end_s=6))
    assert (found.mtu, found.told) == (8500, False)


def test_path_mtu_of_a_dead_path() -> None:
    plan = plan_of()
    nowhere = replace(plan, static_routes=tuple(r for r in plan.static_routes if r.node != "near"))
    (found,) = PathMtuProbe.measured(run(nowhere, PMTU))
    assert (found.mtu, found.told) == (0, None)
