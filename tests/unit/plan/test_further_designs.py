"""VPCs of several CIDRs, Direct Connect gateways without associations, delays between any two Regions."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_address
from pathlib import Path
from typing import Any

import pytest

from dxemu.control.converge import converge
from dxemu.control.forward import forwarding
from dxemu.explain.path import explain_path
from dxemu.explain.state import State
from dxemu.plan.backbone import region_delay
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from dxemu.topology.model import Topology

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
SECOND = IPv4Network("100.64.0.0/16")
DB = ip_address("100.64.1.10")


def design(name: str, change: dict[str, Any]) -> tuple[Topology, Plan]:
    topology = load(TOPOLOGIES / f"{name}.yaml", change)
    return topology, make_plan(topology)


@pytest.mark.parametrize("name", ["backup_connection", "direct_connect_gateway", "transit_gateway", "vpn_backup"])
def test_each_cidr_of_a_vpc_is_announced_where_nothing_keeps_it_out(name: str) -> None:
    before, _ = design(name, {})
    vpc = before.aws.vpcs[0].name
    further = {"secondary_cidrs": [str(SECOND)], "instances": {"new_db": str(DB)}}
    topology, plan = design(name, {"aws": {"vpcs": {vpc: further}}})
    host = topology.customer.data_center.hosts[0]
    listed = any(a.allowed_prefixes is not None for g in topology.aws.direct_connect_gateways for a in g.associations)
    heard = {prefix for router in topology.customer.data_center.routers for prefix in converge(plan)[router].best}
    there = forwarding(plan).way(host.name, DB)
    back = forwarding(plan).way("new_db", host.addresses[0])
    assert (SECOND in heard, there.arrives, back.arrives) == (not listed, not listed, True)


SITE_LINK_ONLY: dict[str, Any] = {
    "aws": {"direct_connect_gateways": {"dxgw": {"associations": {"vgw": None}}}, "virtual_private_gateways": None}
    | {"vpcs": None}
}


def test_a_direct_connect_gateway_without_associations_joins_sites() -> None:
    topology, plan = design("site_link", SITE_LINK_ONLY)
    assert topology.aws.direct_connect_gateways[0].associations == ()
    branch = plan.address_of("branch", 4)
    assert forwarding(plan).way("app", branch).arrives
    assert explain_path(State(topology, plan), "app", "branch")


def test_delays_between_any_two_regions() -> None:
    pairs = {"us-west-2": {"eu-west-1": "65 ms"}}
    aws = {"region_delays": {"us-west-2": "30 ms", "eu-west-1": "40 ms", "sa-east-1": "60 ms"}}
    topology, _ = design("backup_connection", {"aws": {**aws, "region_pair_delays": pairs}})

    def delay(one: str, other: str) -> float:
        return round(region_delay(topology, one, other), 6)

    assert delay("us-west-2", "eu-west-1") == delay("eu-west-1", "us-west-2") == 0.065
    assert delay("us-west-2", "sa-east-1") == 0.078  # by their distance: over us-east-1 it would be 90 ms
    assert (delay("us-east-1", "eu-west-1"), delay("eu-west-1", "eu-west-1")) == (0.04, 0)


@pytest.mark.parametrize(("name", "med"), [("vpn_backup", 100), ("vpn_backup_static", None)])
def test_aws_routes_have_med_100_in_a_bgp_vpn(name: str, med: int | None) -> None:
    topology, plan = design(name, {})
    tunnels = {session.name for session in plan.sessions if session.tunnel is not None}
    router = topology.vpns[0].router
    table = converge(plan)[router]
    meds = {route.med for prefix in table.best for route in table.candidates(prefix) if route.session in tunnels}
    assert meds == {med}
