"""Which virtual interface AWS uses does not depend on whether two are on one Direct Connect device or on two."""

from __future__ import annotations

from itertools import combinations_with_replacement
from pathlib import Path

import pytest

from dxemu.control.forward import forwarding
from dxemu.control.forwarding_path import ForwardingPath
from dxemu.plan.make import make_plan
from dxemu.topology.load import load
from dxemu.units import IPAddress

HEAD = """
story: Two virtual interfaces, on one device or on two.
customer:
  asn: {asn}
  data_center:
    {networks}
    hosts: {{app: [{host}]}}
    routers: {{r: {{}}}}
  colocation: circuit
  circuits:
    one: {{from: r, to: c1, bandwidth: 10 Gbps, delay: 1 ms}}
    two: {{from: r, to: c2, bandwidth: 10 Gbps, delay: 1 ms}}
connections:
  c1: {{location: EqDC2, device: a, router: r, bandwidth: 10 Gbps}}
  c2: {{location: EqDC2, device: {second}, router: r, bandwidth: 10 Gbps}}
"""
PRIVATE = (
    HEAD
    + """
aws:
  region: us-east-1
  region_delays: {{us-west-2: 30 ms}}
  locations:
    EqDC2: {{region: {home}, devices: [a, b]}}
  vpcs:
    prod:
      cidr: 172.31.0.0/16
      ipv6_cidr: "2001:db8:aaaa::/56"
      instances: {{web: [172.31.1.10, "2001:db8:aaaa::10"]}}
  {gateway}
virtual_interfaces:
  v1: {{type: {kind}, connection: c1, vlan: 101, gateway: dxgw, ipv6: on, customer: {{{one}}}}}
  v2: {{type: {kind}, connection: c2, vlan: 102, gateway: dxgw, ipv6: on, customer: {{{two}}}}}
"""
)
GATEWAYS = {
    "private": """virtual_private_gateways: {vgw: {asn: 64513, vpc: prod, route_propagation: on}}
  direct_connect_gateways: {dxgw: {asn: 64512, associations: {vgw: {}}}}""",
    "transit": """transit_gateways: {tgw: {asn: 64513, attachments: [prod]}}
  direct_connect_gateways:
    dxgw: {asn: 64512, associations: {tgw: {allowed_prefixes: [172.31.0.0/16, "2001:db8:aaaa::/56"]}}}""",
}
PUBLIC = (
    HEAD
    + """
aws:
  region: us-east-1
  region_delays: {{us-west-2: 30 ms, eu-west-1: 40 ms}}
  locations:
    EqDC2: {{region: {home}, devices: [a, b]}}
  public_services:
    s3_east: {{service: s3, region: us-east-1, prefix: 52.216.0.0/16, address: 52.216.0.10}}
    s3_west: {{service: s3, region: us-west-2, prefix: 52.218.128.0/17, address: 52.218.128.10}}
    s3_eu: {{service: s3, region: eu-west-1, prefix: 52.218.0.0/17, address: 52.218.0.10}}
virtual_interfaces:
  v1: {{type: public, connection: c1, vlan: 101, route_filter_prefixes: [203.0.113.0/24], customer: {{{one}}},
        amazon_address: 198.51.100.1/30, customer_address: 198.51.100.2/30}}
  v2: {{type: public, connection: c2, vlan: 102, route_filter_prefixes: [203.0.113.0/24], customer: {{{two}}},
        amazon_address: 198.51.100.5/30, customer_address: 198.51.100.6/30}}
"""
)
POLICIES = (
    "",
    'communities: ["7224:7200"]',
    'communities: ["7224:7100"]',
    'communities: ["7224:7300"], as_path_prepend: 2',
    "as_path_prepend: 1",
    "med: 10",
)
PUBLIC_POLICIES = (
    "",
    'communities: ["7224:9100"]',
    'communities: ["7224:9200"], as_path_prepend: 1',
    "as_path_prepend: 2",
    "med: 5",
)


def vifs_of(way: ForwardingPath) -> frozenset[str]:
    return frozenset(cable.removeprefix("vif:") for cable in way.cables() if cable.startswith("vif:"))


def from_aws(text: str, folder: Path, sources: tuple[str, ...]) -> dict[tuple[str, int], frozenset[frozenset[str]]]:
    """By source and IP version the virtual interfaces that packets to the customer's host may take."""
    file = folder / "design.yaml"
    file.write_text(text, encoding="utf-8")
    plan = make_plan(load(file))
    tables = forwarding(plan)
    found = {}
    for source in sources:
        versions = {held.address.version for held in plan.addresses_of(source)}
        for version in versions & {held.address.version for held in plan.addresses_of("app")}:
            target: IPAddress = plan.address_of("app", version)
            found[source, version] = frozenset(vifs_of(way) for way in tables.ways(source, target) if way.arrives)
    return found


@pytest.mark.parametrize("kind", GATEWAYS)
@pytest.mark.parametrize("home", ["us-east-1", "us-west-2"])
def test_private_and_transit_virtual_interfaces(kind: str, home: str, tmp_path: Path) -> None:
    for one, two in combinations_with_replacement(POLICIES, 2):
        decided = []
        for second in ("a", "b"):
            text = PRIVATE.format(
                asn=65000,
                networks='networks: [10.0.0.0/16, "2001:db8:100::/48"]',
                host='10.0.1.10, "2001:db8:100:1::10"',
                second=second,
                home=home,
                gateway=GATEWAYS[kind],
                kind=kind,
                one=one,
                two=two,
            )
            decided.append(from_aws(text, tmp_path, ("web",)))
        assert decided[0] == decided[1], (one, two)
        assert set(decided[0]) == {("web", 4), ("web", 6)}
        assert all(decided[0].values()), (one, two)


@pytest.mark.parametrize("asn", [65000, 3356])
@pytest.mark.parametrize("home", ["us-east-1", "us-west-2"])
def test_public_virtual_interfaces(asn: int, home: str, tmp_path: Path) -> None:
    for one, two in combinations_with_replacement(PUBLIC_POLICIES, 2):
        decided = []
        for second in ("a", "b"):
            text = PUBLIC.format(
                asn=asn,
                networks="networks: [10.0.0.0/16]\n    public_networks: [203.0.113.0/24]",
                host="203.0.113.10",
                second=second,
                home=home,
                one=one,
                two=two,
            )
            decided.append(from_aws(text, tmp_path, ("s3_east", "s3_west", "s3_eu")))
        assert decided[0] == decided[1], (one, two)


def test_a_community_counts_on_a_device_of_another_region(tmp_path: Path) -> None:
    """The implicit preference there is lower than medium, also between two virtual interfaces of one device."""
    text = PRIVATE.format(
        asn=65000,
        networks='networks: [10.0.0.0/16, "2001:db8:100::/48"]',
        host='10.0.1.10, "2001:db8:100:1::10"',
        second="a",
        home="us-west-2",
        gateway=GATEWAYS["private"],
        kind="private",
        one="",
        two='communities: ["7224:7200"]',
    )
    only_two = frozenset({frozenset({"v2"})})
    assert from_aws(text, tmp_path, ("web",)) == {("web", 4): only_two, ("web", 6): only_two}
