"""A public virtual interface on the wire: tags, scopes, who hears of whom, and whose packets AWS lets in."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, ip_network

import pytest

from dxemu.lab.lab import Lab
from dxemu.lab.node import LabNode
from dxemu.netlink import sysctl
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from tests.lab.guest import REPOSITORY
from tests.lab.running import Loop, ip, lab_of

PORT = 5000
APPROVED = IPv4Network("203.0.113.0/24")
NO_EXPORT = "65535:65281"
CHANGE = {
    "aws": {"region_delays": {"eu-west-1": "40 ms"}, "public_prefix_count": 30},
    "virtual_interfaces": {"public": {"customer": {"communities": ["7224:9200", "65000:1", "no-advertise"]}}},
}
Running = tuple[Loop, Lab, Plan]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    plan = make_plan(load(REPOSITORY / "topologies" / "public_vif.yaml", CHANGE))
    with Loop() as loop:
        context = lab_of(plan)
        lab, _ = loop.run(context.__aenter__())
        loop.run(lab.converged([]))
        yield loop, lab, plan
        loop.run(context.__aexit__(None, None, None))


def bgp_routes(node: str, table: str = "main") -> set[str]:
    """The prefixes that BGP put into the kernel of a node."""
    return {entry["dst"] for entry in ip(node, "-4", "route", "show", "table", table) if entry["protocol"] == "bgp"}


def test_the_customer_hears_every_prefix_with_its_tag_and_a_path_of_three(running: Running) -> None:
    _, lab, plan = running
    heard = {route.prefix: route for route in lab._routing.routers["colo_router"].loc_rib.routes() if route.external}
    regions = {"us-east-1": ("7224:8100",), "us-west-2": ("7224:8200",), "eu-west-1": ()}
    assert heard.keys() == {prefix for prefix, _ in plan.speaker("dx_1:public").tags}
    assert len(heard) == 6 + 30
    for prefix, region in (
        ("52.216.0.0/16", "us-east-1"),
        ("52.218.128.0/17", "us-west-2"),
        ("198.18.0.16/29", "eu-west-1"),
    ):
        assert set(heard[ip_network(prefix)].communities) == {*regions[region], NO_EXPORT}, prefix
    assert {len(route.as_path) for route in heard.values()} == {3}


def test_the_prefixes_are_in_the_kernels_of_the_customers_routers(running: Running) -> None:
    _, _, plan = running
    wanted = {str(prefix) for prefix, _ in plan.speaker("dx_1:public").tags}
    assert bgp_routes("colo_router") >= wanted
    assert bgp_routes("customer_router") >= wanted


def test_regions_of_the_continent_hear_of_the_prefix_and_other_customers_do_not(running: Running) -> None:
    """AWS removes the communities that it does not know there: NO_ADVERTISE stops nothing."""
    for node in ("amazon_us_east_1", "amazon_us_west_2"):
        assert str(APPROVED) in bgp_routes(node)
    assert str(APPROVED) not in bgp_routes("rival")
    assert "198.51.100.0/25" not in bgp_routes("colo_router")


def send(node: LabNode, source: str, target: IPv4Address) -> None:
    """A UDP packet with any source address, routed by the node's kernel."""
    udp = struct.pack("!HHHH", PORT, PORT, 8 + 5, 0) + b"dxemu"
    header = struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0)
    with node.namespace.entered():
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    with raw:
        raw.sendto(header + IPv4Address(source).packed + target.packed + udp, (str(target), 0))


def dropped_by_source(node: LabNode) -> int:
    """Packets that reverse path forwarding has dropped in a node, as its kernel counts."""
    with node.namespace.entered(), open("/proc/net/netstat", encoding="ascii") as file:
        names, values = (line.split() for line in file.read().splitlines() if line.startswith("TcpExt:"))
    return int(values[names.index("IPReversePathFilter")])


def arrives_from(lab: Lab, source: str) -> str | None:
    """The source address with which a packet of the customer's edge router reaches S3; None: AWS dropped it."""
    service, target = lab.node("s3_us_east_1"), lab.plan.address_of("s3_us_east_1")
    assert isinstance(target, IPv4Address)
    before = dropped_by_source(lab.node("dx_1"))
    with service.namespace.entered():
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with receiver:
        receiver.settimeout(1.0)
        receiver.bind((str(target), PORT))
        send(lab.node("colo_router"), source, target)
        try:
            seen: str | None = receiver.recvfrom(64)[1][0]
        except TimeoutError:
            seen = None
    assert dropped_by_source(lab.node("dx_1")) - before == (seen is None), "dropped, but not by the source filter"
    return seen


def test_the_source_filter_is_on_at_every_public_virtual_interface(running: Running) -> None:
    _, lab, plan = running
    assert len(plan.source_filters) == 2
    for filtered in plan.source_filters:
        name = f"net/ipv4/conf/{filtered.interface}/rp_filter"
        assert sysctl.read(lab.node(filtered.node).namespace, name) == "1"


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("10.0.1.10", "203.0.113.1"),  # NAT
        ("203.0.113.77", "203.0.113.77"),
        ("192.168.7.7", None),
        ("198.51.100.10", None),  # another customer's
        ("52.216.1.9", None),  # Amazon's own
    ],
)
def test_a_packet_needs_a_source_that_the_customer_announces(running: Running, source: str, seen: str | None) -> None:
    _, lab, _ = running
    assert arrives_from(lab, source) == seen


def test_a_prefix_that_is_withdrawn_is_no_source_any_more(running: Running) -> None:
    loop, lab, plan = running
    own = plan.speaker("customer_router").originates
    loop.run(lab.originate("customer_router", [prefix for prefix in own if prefix != APPROVED]))
    loop.run(lab.journal.clock.settle(1.0))
    assert str(APPROVED) not in bgp_routes("amazon_us_east_1")
    assert arrives_from(lab, "203.0.113.77") is None
    loop.run(lab.originate("customer_router", own))
    loop.run(lab.journal.clock.settle(1.0))
    assert arrives_from(lab, "203.0.113.77") == "203.0.113.77"
