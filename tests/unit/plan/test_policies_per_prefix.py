"""Policies per prefix, per tunnel and between the customer's own routers: the tables and `explain` follow them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.explain.path import explain_path
from dxemu.explain.prefix import explain_prefix
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
PARTS = ["10.0.0.0/17", "10.0.128.0/17"]


def state_of(name: str, **change: object) -> State:
    topology = load(TOPOLOGIES / f"{name}.yaml", change)
    return State(topology, make_plan(topology))


def over(state: State, source: str, target: str) -> tuple[str, ...]:
    return explain_path(state, source, target).directions[0].over


@pytest.mark.parametrize(("low", "way"), [("10.0.0.0/17", "backup"), ("10.0.128.0/17", "primary")])
def test_aws_answers_some_networks_over_the_other_connection(low: str, way: str) -> None:
    """Half of the data center is tagged low on the primary and high on the backup; host app is in the first half."""
    vifs = {
        "primary": {"customer": {"announce": PARTS, "policies": {low: {"communities": ["7224:7100"]}}}},
        "backup": {"customer": {"announce": PARTS, "policies": {low: {"communities": ["7224:7300"]}}}},
    }
    state = state_of("backup_connection", virtual_interfaces=vifs)
    assert over(state, "web", "app") == (way,)
    told = {one.session: one.communities for one in explain_prefix(state, low).told if one.kind == "eBGP"}
    assert told == {"primary": ("7224:7100",), "backup": ("7224:7300",)}


@pytest.mark.parametrize(("policy", "way"), [({"local_pref": 400}, "backup"), ({"accept": False}, "primary")])
def test_routers_prefer_some_of_awss_networks(policy: dict[str, object], way: str) -> None:
    vifs = {"backup": {"customer": {"policies": {"172.16.0.0/12 le 16": policy}}}}
    assert over(state_of("backup_connection", virtual_interfaces=vifs), "app", "web") == (way,)


def test_exactly_one_prefix_is_taken_from_a_vpn() -> None:
    """A transit gateway announces the VPC and a summary in the tunnels; the router takes the summary only."""
    tables = {
        "all": {
            "associations": ["prod", "dxgw", "vpn"],
            "propagations": ["prod", "dxgw", "vpn"],
            "static_routes": {"172.16.0.0/12": "prod"},
        }
    }
    vpn = {"routing": "bgp", "static_routes": [], "customer": {"policies": {"172.16.0.0/12 ge 13": {"accept": False}}}}
    state = state_of(
        "vpn_backup_static", aws={"transit_gateways": {"tgw": {"route_tables": tables}}}, vpns={"vpn": vpn}
    )
    for prefix, refused in (("172.16.0.0/12", False), ("172.31.0.0/16", True)):
        told = [one for one in explain_prefix(state, prefix).told if one.speaker.startswith("vpn_endpoint")]
        assert [bool(one.refused) for one in told] == [refused, refused]


@pytest.mark.parametrize("preferred", [1, 2])
def test_a_tunnel_of_its_own_mind(preferred: int) -> None:
    """Both directions take the tunnel that the customer prefers: by preference, and by the other one's AS_PATH."""
    other = 3 - preferred
    tunnels = {str(preferred): {"customer": {"local_pref": 300}}, str(other): {"customer": {"as_path_prepend": 2}}}
    state = state_of(
        "vpn_backup",
        virtual_interfaces={"primary": {"customer": {"enabled": False}}},
        vpns={"vpn": {"tunnels": tunnels}},
    )
    assert over(state, "app", "web") == over(state, "web", "app") == (f"vpn_tunnel_{preferred}",)


def test_between_the_customers_own_routers() -> None:
    """The data center's router does not take the VPC from the cage: only its VPN is left."""
    circuits = {"metro": {"policies": {"customer_router": {"172.31.0.0/16": {"accept": False}}}}}
    assert over(state_of("vpn_backup"), "app", "web") == ("primary",)
    assert over(state_of("vpn_backup", customer={"circuits": circuits}), "app", "web") == ("vpn_tunnel_1",)
    lower = {"metro": {"policies": {"customer_router": {"172.31.0.0/16": {"local_pref": 10}}}}}
    assert over(state_of("vpn_backup", customer={"circuits": lower}), "app", "web") == ("vpn_tunnel_1",)
