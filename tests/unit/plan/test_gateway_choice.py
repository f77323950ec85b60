"""What AWS's gateways choose: one row for each rule of the Direct Connect, VPN and Transit Gateway guides."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from dxemu.aws import transit_gateway
from dxemu.aws.attachments import MULTIPATH_WIDTH, AttachmentKind
from dxemu.bgp.decision import Choice
from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Route
from dxemu.control.policy import gateway_paths, gateway_route, takes
from dxemu.plan.make import make_plan
from dxemu.plan.model import Attachment, Gateway, GatewayKind, Plan, Side, Speaker
from dxemu.topology.load import load
from dxemu.units import Asn

PREFIX = IPv4Network("10.0.0.0/16")
VGW, TGW = GatewayKind.VIRTUAL_PRIVATE_GATEWAY, GatewayKind.TRANSIT_GATEWAY
LOW, MEDIUM, HIGH = (f"7224:7{n}00" for n in (1, 2, 3))


@dataclass(frozen=True)
class Offer:
    """A route that one of AWS's speakers has."""

    name: str
    kind: AttachmentKind = AttachmentKind.DIRECT_CONNECT
    path: tuple[int, ...] = (65000,)
    communities: tuple[str, ...] = ()
    med: int | None = None
    home: bool = True
    through: str | None = "dxgw"
    external: bool = True


DX = Offer("dx")
STATIC_VPN, BGP_VPN, PRIVATE_VPN = (
    Offer(name, kind, through=None)
    for name, kind in (
        ("static_vpn", AttachmentKind.VPN_STATIC),
        ("bgp_vpn", AttachmentKind.VPN_BGP),
        ("private_vpn", AttachmentKind.PRIVATE_VPN),
    )
)


def offer(name: str, **values: Any) -> Offer:
    return Offer(name, **values)


def vpn(name: str, **values: Any) -> Offer:
    return Offer(name, AttachmentKind.VPN_BGP, through=None, **values)


def gateway(kind: GatewayKind, offers: list[Offer], *, ecmp: bool = True) -> Gateway:
    attachments = tuple(
        Attachment(
            kind=one.kind,
            speaker=one.name,
            device=one.name,
            device_interface="gateway",
            device_addresses=(IPv4Address(f"100.65.0.{number}"),),
            gateway_interface=one.name,
            gateway_addresses=(),
            through=one.through,
            home_region=one.home,
        )
        for number, one in enumerate(offers, start=1)
    )
    return Gateway(
        node="gw",
        kind=kind,
        asn=Asn(64512),
        prefixes=(),
        route_propagation=True,
        attachments=attachments,
        vpn_ecmp_support=ecmp,
        local=(IPv4Network("172.31.0.0/16"),),
    )


def choice(kind: GatewayKind, *offers: Offer, ecmp: bool = True) -> Choice:
    chooser = gateway(kind, list(offers), ecmp=ecmp)
    speakers = [
        Speaker(
            name=one.name,
            node=one.name,
            side=Side.AWS,
            asn=Asn(64512),
            router_id=IPv4Address(f"100.65.252.{number}"),
            originates=(),
        )
        for number, one in enumerate(offers, start=1)
    ]
    nothing: Any = ()
    plan = Plan(
        topology="",
        story="",
        nodes=nothing,
        cables=nothing,
        bridges=nothing,
        vlans=nothing,
        addresses=nothing,
        static_routes=nothing,
        sessions=nothing,
        speakers=tuple(speakers),
        gateways=(chooser,),
    )
    rib = LocRib(maximum_paths=gateway_paths(chooser))
    for one, attachment in zip(offers, chooser.attachments, strict=True):
        route = Route(
            prefix=PREFIX,
            next_hop=IPv4Address("169.254.0.2"),
            as_path=tuple(Asn(n) for n in one.path),
            communities=one.communities,
            med=one.med,
            session=f"session_{one.name}",
            external=one.external,
        )
        rib.learn(one.name, [gateway_route(plan, chooser, attachment, route)])
    return rib.best[PREFIX]


ROWS = [
    # Direct Connect User Guide, "Routing policies and BGP communities": private and transit virtual interfaces.
    (
        "a community beats a shorter AS_PATH",
        VGW,
        (offer("high", communities=(HIGH,), path=(65000,) * 5), offer("medium", communities=(MEDIUM,))),
        ("high",),
        "higher local preference (300 over 200)",
    ),
    (
        "no community is medium at a location of the Region",
        VGW,
        (offer("none"), offer("medium", communities=(MEDIUM,))),
        ("none", "medium"),
        "2 equal paths share the flows",
    ),
    (
        "low loses to none",
        VGW,
        (offer("low", communities=(LOW,)), offer("none", path=(65000, 65000))),
        ("none",),
        "higher local preference (200 over 100)",
    ),
    (
        "the shorter AS_PATH",
        VGW,
        (offer("prepended", path=(65000, 65000)), offer("plain")),
        ("plain",),
        "shorter AS_PATH (1 over 2)",
    ),
    (
        "the lower MED of one neighbour",
        VGW,
        (offer("ten", med=10), offer("five", med=5)),
        ("five",),
        "lower MED from AS 65000 (5 over 10)",
    ),
    (
        "what is level shares the flows, AS numbers need not match",
        VGW,
        (offer("a", path=(65000,)), offer("b", path=(65001,)), offer("c", path=(65002,))),
        ("a", "b", "c"),
        "3 equal paths share the flows",
    ),
    (
        "prepending does not move traffic to a location of another Region",
        VGW,
        (offer("here", path=(65000,) * 4), offer("there", home=False)),
        ("here",),
        "higher local preference (200 over 150)",
    ),
    (
        "a community moves it",
        VGW,
        (offer("here", path=(65000,), communities=(LOW,)), offer("there", home=False, communities=(HIGH,))),
        ("there",),
        "higher local preference (300 over 100)",
    ),
    (
        "remote locations share among themselves",
        VGW,
        (offer("a", home=False), offer("b", home=False)),
        ("a", "b"),
        "2 equal paths share the flows",
    ),
    (
        "the same community at all forces sharing across Regions",
        VGW,
        (offer("here", communities=(MEDIUM,)), offer("there", home=False, communities=(MEDIUM,))),
        ("here", "there"),
        "2 equal paths share the flows",
    ),
    # The guide's own example: A and B at a us-east-1 location, C at a us-west-1 location, paths of 3, 2 and 1.
    (
        "of three virtual interfaces the near one with the shorter path",
        VGW,
        (
            offer("A", path=(65001, 65001, 65001)),
            offer("B", path=(65001, 65001)),
            offer("C", path=(65001,), home=False),
        ),
        ("B",),
        "shorter AS_PATH (2 over 3)",
    ),
    # Site-to-Site VPN User Guide, "Route tables and VPN route priority": virtual private gateway.
    ("Direct Connect over static VPN", VGW, (STATIC_VPN, DX), ("dx",), "Direct Connect over static VPN"),
    ("static VPN over BGP VPN", VGW, (BGP_VPN, STATIC_VPN), ("static_vpn",), "static VPN over BGP VPN"),
    (
        "AS_PATH prepending is no match for the kind",
        VGW,
        (offer("dx", path=(65000,) * 6), BGP_VPN),
        ("dx",),
        "Direct Connect over BGP VPN",
    ),
    (
        "of BGP VPNs the shortest AS_PATH",
        VGW,
        (vpn("long", path=(65000, 65000)), vpn("short")),
        ("short",),
        "shorter AS_PATH (1 over 2)",
    ),
    (
        "of BGP VPNs with the same first AS the lowest MED",
        VGW,
        (vpn("a", med=200), vpn("b", med=100)),
        ("b",),
        "lower MED from AS 65000 (100 over 200)",
    ),
    (
        "one tunnel is the way out of a virtual private gateway",
        VGW,
        (vpn("first"), vpn("second")),
        ("first",),
        "lower router ID (100.65.252.1 over 100.65.252.2)",
    ),
    # Transit Gateway User Guide, "Route evaluation order".
    ("a static VPN wins over Direct Connect", TGW, (DX, STATIC_VPN), ("static_vpn",), "static VPN over Direct Connect"),
    ("Direct Connect over private IP VPN", TGW, (PRIVATE_VPN, DX), ("dx",), "Direct Connect over private IP VPN"),
    ("private IP VPN over VPN", TGW, (BGP_VPN, PRIVATE_VPN), ("private_vpn",), "private IP VPN over BGP VPN"),
    (
        "tunnels of BGP VPNs share the flows",
        TGW,
        (vpn("a"), vpn("b")),
        ("a", "b"),
        "2 equal paths share the flows",
    ),
    (
        "within a kind the shorter AS_PATH",
        TGW,
        (vpn("a", path=(65000, 65000)), vpn("b")),
        ("b",),
        "shorter AS_PATH (1 over 2)",
    ),
    (
        "a missing MED counts as 100 over VPN",
        TGW,
        (vpn("none"), vpn("fifty", med=50)),
        ("fifty",),
        "lower MED from AS 65000 (50 over 100)",
    ),
    (
        "a missing MED counts as 0 over Direct Connect",
        TGW,
        (offer("none"), offer("fifty", med=50)),
        ("none",),
        "lower MED from AS 65000 (0 over 50)",
    ),
    (
        "communities count behind one Direct Connect gateway",
        TGW,
        (offer("low", communities=(LOW,)), offer("high", communities=(HIGH,), path=(65000, 65000))),
        ("high",),
        "higher local preference (300 over 100)",
    ),
    (
        "and not between two of them",
        TGW,
        (
            offer("low", communities=(LOW,), through="dxgw_a"),
            offer("high", communities=(HIGH,), path=(65000, 65000), through="dxgw_b"),
        ),
        ("low",),
        "shorter AS_PATH (1 over 2)",
    ),
    (
        "eBGP over iBGP",
        TGW,
        (offer("internal", external=False), offer("external")),
        ("external",),
        "eBGP over iBGP",
    ),
]


@pytest.mark.parametrize(("kind", "offers", "winners", "rule"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_gateway_chooses(kind: GatewayKind, offers: tuple[Offer, ...], winners: tuple[str, ...], rule: str) -> None:
    for order in (offers, offers[::-1]):
        made = choice(kind, *order)
        if len(winners) > 1 or "router ID" not in rule:
            assert {route.session for route in made.routes} == set(winners)
            assert made.rule == rule
    made = choice(kind, *offers)
    assert {route.session for route in made.routes} == set(winners)
    assert {loser.route.session for loser in made.losers} == {one.name for one in offers} - set(winners)


def test_a_transit_gateway_without_ecmp_support_keeps_one_tunnel() -> None:
    made = choice(TGW, vpn("a"), vpn("b"), ecmp=False)
    assert [route.session for route in made.routes] == ["a"]


def test_at_most_16_next_hops() -> None:
    made = choice(VGW, *(offer(f"vif_{number:02}") for number in range(20)))
    assert len(made.routes) == MULTIPATH_WIDTH == 16


def test_kinds_never_share() -> None:
    made = choice(TGW, DX, BGP_VPN)
    assert [route.session for route in made.routes] == ["dx"]


def test_transit_gateway_order_is_the_published_one() -> None:
    words = [str(kind) for kind in transit_gateway.PREFERENCE]
    assert words == [
        "static route",
        "prefix list",
        "VPC",
        "Direct Connect",
        "Transit Gateway Connect",
        "private IP VPN",
        "BGP VPN",
        "VPN Concentrator",
        "Client VPN",
        "peering",
    ]


@pytest.mark.parametrize(
    ("prefix", "taken"),
    [("172.31.0.0/16", False), ("172.31.1.0/24", False), ("172.16.0.0/12", True), ("10.0.0.0/16", True)],
)
def test_local_wins_over_anything_propagated(prefix: str, taken: bool) -> None:
    assert takes(gateway(VGW, [DX]), 254, IPv4Network(prefix)) is taken


def test_med_counts_for_nothing_in_a_public_network() -> None:
    """AWS's list for public virtual interfaces goes by prefix, AS_PATH and home Region."""
    found = choice(GatewayKind.PUBLIC, offer("first", med=200, through=None), offer("second", med=0, through=None))
    assert {route.med for route in found.candidates} == {None}
    assert {route.session for route in found.routes} >= {"first"}


def test_aws_tells_its_prefixes_with_med_100_in_the_tunnels_of_a_bgp_vpn() -> None:
    plan = make_plan(load(Path(__file__).parents[3] / "topologies" / "vpn_backup.yaml"))
    meds = {s.name: s.ends[1].export_med for s in plan.sessions if s.external}
    assert meds == {"primary": None, "vpn_tunnel_1": 100, "vpn_tunnel_2": 100}
