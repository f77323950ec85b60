"""What AWS's documentation says of Direct Connect gateways, row by row: facts section 3.3, and 2.6 of SiteLink."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from dxemu.aws import direct_connect_gateway as rules
from dxemu.control.converge import converge, gateway_rib, tables_of
from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.topology.load import load
from dxemu.units import Asn, IPNetwork

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
CIDR = "10.0.0.0/16"


def networks(*texts: str) -> tuple[IPNetwork, ...]:
    return tuple(ip_network(text) for text in texts)


@pytest.mark.parametrize(
    ("allowed", "of_vgw", "of_tgw"),
    [
        (["10.0.0.0/15"], [CIDR], ["10.0.0.0/15"]),
        ([CIDR], [CIDR], [CIDR]),
        (["10.0.0.0/24"], [], ["10.0.0.0/24"]),
        (["22.0.0.0/24"], [], ["22.0.0.0/24"]),
        (["10.0.0.0/24", "10.0.0.0/8"], [CIDR], ["10.0.0.0/24", "10.0.0.0/8"]),
        (["2001:db8::/32"], [], ["2001:db8::/32"]),
        ([], [CIDR], []),
        (None, [CIDR], []),
    ],
    ids=[
        "shorter than the VPC",
        "the VPC's own",
        "longer than the VPC",
        "with no VPC behind it",
        "one longer and one shorter",
        "the other IP version",
        "an empty list",
        "no list",
    ],
)
def test_allowed_prefixes_of_a_vpc_of_10_0_0_0_16(
    allowed: list[str] | None, of_vgw: list[str], of_tgw: list[str]
) -> None:
    given = None if allowed is None else networks(*allowed)
    assert rules.announced_of_virtual_private_gateway(networks(CIDR), given) == networks(*of_vgw)
    assert rules.announced_of_transit_gateway(given) == networks(*of_tgw)


def test_the_supernet_exception_is_documented_and_so_the_default() -> None:
    assert load(TOPOLOGIES / "direct_connect_gateway.yaml").aws.direct_connect_gateways[0].supernet_exception


@pytest.mark.parametrize(
    ("location", "region", "site_link", "home"),
    [
        ("us-east-1", "us-east-1", False, True),
        ("us-west-1", "us-east-1", False, False),
        ("us-east-1", "us-east-1", True, True),
        ("us-west-1", "us-east-1", True, True),
    ],
)
def test_with_site_link_the_locations_region_does_not_count(
    location: str, region: str, site_link: bool, home: bool
) -> None:
    assert rules.as_home_region(location, region, site_link=site_link) is home


def mistakes(topology: str, *path_and_value: object) -> tuple[str, ...]:
    """The codes of what is wrong when one thing of a topology is changed: the keys that lead to it, and its value."""
    *path, value = path_and_value
    for key in reversed(path):
        value = {key: value}
    assert isinstance(value, dict)
    try:
        load(TOPOLOGIES / f"{topology}.yaml", value)
    except InputErrors as errors:
        return tuple(problem.code for problem in errors.problems)
    return ()


DXGW = ("aws", "direct_connect_gateways", "dxgw")


def test_one_kind_of_gateway_on_one_direct_connect_gateway() -> None:
    tgw = ("aws", "transit_gateways", "tgw")
    topology = load(TOPOLOGIES / "transit_gateway.yaml")
    assert {a.gateway for a in topology.aws.direct_connect_gateways[0].associations} == {"tgw"}
    vgw = {
        "virtual_private_gateways": {"vgw": {"asn": 64514, "vpc": "third"}},
        "vpcs": {"third": {"cidr": "10.9.0.0/16"}},
    }
    mixed = {"aws": {**vgw, "direct_connect_gateways": {"dxgw": {"associations": {"vgw": {}}}}}}
    with pytest.raises(InputErrors) as caught:
        load(TOPOLOGIES / "transit_gateway.yaml", mixed)
    assert "DX-T038" in [problem.code for problem in caught.value.problems]
    assert mistakes("transit_gateway", *tgw, "asn", 64520) == ()


@pytest.mark.parametrize(
    ("topology", "path_and_value", "code"),
    [
        ("direct_connect_gateway", (*DXGW, "asn", 64513), None),
        ("direct_connect_gateway", (*DXGW, "asn", 7224), "DX-T005"),
        ("direct_connect_gateway", (*DXGW, "asn", 65000), "DX-T006"),
        ("transit_gateway", ("aws", "transit_gateways", "tgw", "asn", 64512), "DX-T039"),
        ("direct_connect_gateway", ("aws", "vpcs", "west", "cidr", "172.31.128.0/20"), "DX-T007"),
        ("direct_connect_gateway", (*DXGW, "associations", "vgw_west", "allowed_prefixes", ["10.9.0.0/16"]), None),
        ("transit_gateway", (*DXGW, "associations", "tgw", "allowed_prefixes", []), None),
        ("transit_gateway", (*DXGW, "associations", "tgw", "allowed_prefixes", ["0.0.0.0/0"]), None),
        ("site_link", ("virtual_interfaces", "dc", "gateway", "vgw"), "DX-T108"),
        ("site_link", ("virtual_interfaces", "dc", "site_link", False), None),
        ("private_vif", ("virtual_interfaces", "prod", "site_link", True), "DX-T108"),
    ],
    ids=[
        "ASN of a VGW behind it",
        "ASN not private",
        "ASN of the customer",
        "ASN of a TGW behind it",
        "VPCs overlap",
        "allowed prefix with no VPC behind it",
        "TGW without allowed prefixes",
        "everything allowed for one TGW",
        "SiteLink on a VGW",
        "SiteLink off on one",
        "SiteLink without a Direct Connect gateway",
    ],
)
def test_what_aws_refuses(topology: str, path_and_value: tuple[object, ...], code: str | None) -> None:
    found = mistakes(topology, *path_and_value)
    assert found == () if code is None else code in found


def test_peer_subnets_of_virtual_interfaces_do_not_propagate_to_a_transit_gateway() -> None:
    plan = make_plan(load(TOPOLOGIES / "transit_gateway.yaml"))
    peers = {
        held.address.network
        for held in plan.addresses
        for session in plan.sessions
        if session.virtual_interface is not None and held.address.ip in {end.address for end in session.ends}
    }
    (gateway,) = plan.gateways
    propagated = {
        prefix for table in tables_of(gateway) for prefix in gateway_rib(plan, gateway, converge(plan), table).best
    }
    assert peers
    assert propagated == set(networks("10.0.0.0/16"))


def test_behind_a_direct_connect_gateway_only_its_asn_shows() -> None:
    plan = make_plan(load(TOPOLOGIES / "direct_connect_gateway.yaml"))
    seen = {route.as_path for route in converge(plan)["colo_router"].routes() if route.external}
    assert seen == {(Asn(64512),)}


@pytest.mark.parametrize(
    ("location", "site_link", "home"), [("us-east", False, True), ("us-west", False, False), ("us-west", True, True)]
)
def test_a_region_is_told_by_its_name(location: str, site_link: bool, home: bool) -> None:
    """Whoever has read it; with SiteLink on each is at home."""
    assert rules.as_home_region("-".join((location, "1")), "-".join(("us-east", "1")), site_link=site_link) is home
