"""Two sites on one Direct Connect gateway do not meet behind it, whatever the transit gateway's tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.control.barred import WHY, barred
from dxemu.control.forward import forwarding
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load, loads

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
DESIGN = """
story: Two sites, each with a transit virtual interface, in both IP versions.
customer:
  asn: 65000
  data_center:
    networks: [10.1.0.0/16, "2001:db8:1::/48"]
    hosts: {app: [10.1.1.10, "2001:db8:1::10"]}
    routers: {dc: {}}
  colocations:
    EqDC2: {routers: {colo_dc: {}}}
    EqNY5: {asn: 65001, networks: [10.2.0.0/16, "2001:db8:2::/48"], hosts: {branch: [10.2.1.10, "2001:db8:2::10"]},
            routers: {colo_ny: {}}}
  circuits:
    metro: {from: dc, to: colo_dc, bandwidth: 10 Gbps, delay: 1 ms}
aws:
  region: us-east-1
  locations:
    EqDC2: {devices: [dx_dc]}
    EqNY5: {devices: [dx_ny]}
  vpcs:
    prod: {cidr: 172.31.0.0/16, ipv6_cidr: "2001:db8:aaaa::/56", instances: {web: [172.31.1.10, "2001:db8:aaaa::10"]}}
  direct_connect_gateways:
    dxgw_1: {asn: 64512, associations: {tgw: {allowed_prefixes: [172.31.0.0/16, 10.0.0.0/8, "2001:db8::/32"]}}}
    dxgw_2: {asn: 64514, associations: {tgw: {allowed_prefixes: [172.31.0.0/16, 10.0.0.0/8, "2001:db8::/32"]}}}
  transit_gateways:
    tgw: {asn: 64513, attachments: [prod]}
connections:
  c1: {location: EqDC2, device: dx_dc, router: colo_dc, bandwidth: 10 Gbps}
  c2: {location: EqNY5, device: dx_ny, router: colo_ny, bandwidth: 10 Gbps}
virtual_interfaces:
  v1: {type: transit, connection: c1, vlan: 101, gateway: dxgw_1, ipv6: on}
  v2: {type: transit, connection: c2, vlan: 102, gateway: SECOND, ipv6: on}
"""


def plan_of(second: str) -> Plan:
    return make_plan(loads(DESIGN.replace("SECOND", second)))


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize(("source", "target"), [("app", "branch"), ("branch", "app")])
def test_sites_meet_over_two_gateways_only(source: str, target: str, version: int) -> None:
    one, two = plan_of("dxgw_1"), plan_of("dxgw_2")
    way = forwarding(one).way(source, one.address_of(target, version))
    assert (way.arrives, way.nodes[-1], way.dropped) == (False, "tgw", WHY)
    assert forwarding(two).way(source, two.address_of(target, version)).arrives


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("site", ["app", "branch"])
def test_both_reach_the_vpc(site: str, version: int) -> None:
    plan = plan_of("dxgw_1")
    for source, target in ((site, "web"), ("web", site)):
        assert forwarding(plan).way(source, plan.address_of(target, version)).arrives


@pytest.mark.parametrize("name", ["transit_gateway", "ipsec_over_transit_vif", "vpn_backup_static"])
def test_with_one_site_there_is_nothing_to_bar(name: str) -> None:
    assert barred(make_plan(load(TOPOLOGIES / f"{name}.yaml"))) == {}
