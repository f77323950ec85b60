"""SiteLink and sites of one's own: who hears what, which way packets take, and what must not be reached."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from ipaddress import ip_network
from pathlib import Path

import pytest

from dxemu.control.converge import converge, gateway_rib
from dxemu.control.forward import forwarding
from dxemu.plan.make import make_plan
from dxemu.plan.model import CableRole, Plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
SITE_A, SITE_B = ip_network("10.1.0.0/16"), ip_network("10.2.0.0/16")
TO_AWS = ["app", "customer_router", "colo_dc", "dc_dx_1"]


@cache
def shipped() -> Plan:
    return plan_of({})


def plan_of(change: dict[str, object], topology: str = "site_link") -> Plan:
    return make_plan(load(TOPOLOGIES / f"{topology}.yaml", change))


def way(plan: Plan, source: str, target: str, *down: str, version: int = 4) -> list[str]:
    found = forwarding(plan, frozenset(down)).way(source, plan.address_of(target, version))
    return list(found.nodes) if found.arrives else []


def as_paths(plan: Plan, speaker: str) -> dict[object, tuple[int, ...]]:
    return {route.prefix: tuple(map(int, route.as_path)) for route in converge(plan)[speaker].routes()}


def test_sites_hear_of_each_other_with_the_gateways_asn_in_the_path() -> None:
    assert as_paths(shipped(), "colo_dc")[SITE_B] == (64512, 65001)
    assert as_paths(shipped(), "colo_ny")[SITE_A] == (64512, 65000)


def test_packets_go_from_device_to_device_without_a_region() -> None:
    assert way(shipped(), "app", "branch") == [*TO_AWS, "ny_dx_1", "colo_ny", "branch"]
    assert way(shipped(), "branch", "app") == [
        "branch",
        "colo_ny",
        "ny_dx_1",
        "dc_dx_1",
        "colo_dc",
        "customer_router",
        "app",
    ]


@pytest.mark.parametrize(
    ("down", "device"),
    [(["ny_1"], "ny_dx_2"), (["ny_2"], "ny_dx_1"), (["ny_1", "dc_dx_1-dxgw-ny_dx_1"], "ny_dx_2")],
)
def test_the_other_device_takes_over(down: list[str], device: str) -> None:
    found = way(shipped(), "app", "branch", *down)
    assert found[-3:] == [device, "colo_ny", "branch"]


def test_a_way_that_is_free_is_known_before_it_is_needed() -> None:
    """Each device prefers its own virtual interface, so the others hear of it all the time."""
    candidates = {route.session for route in converge(shipped())["dc_dx_1:dxgw:site_link"].candidates(SITE_B)}
    assert candidates == {"dc_dx_1-dxgw-ny_dx_1", "dc_dx_1-dxgw-ny_dx_2"}


def test_the_gateway_hears_of_a_site_from_its_own_devices_only() -> None:
    (gateway,) = shipped().gateways
    rib = gateway_rib(shipped(), gateway, converge(shipped()), 254)
    assert {route.session for route in rib.candidates(SITE_A)} == {"dc_dx_1:dxgw:site_link"}
    assert {route.session for route in rib.candidates(SITE_B)} == {"ny_dx_1:dxgw:site_link", "ny_dx_2:dxgw:site_link"}


def test_one_asn_at_both_sites_is_a_loop() -> None:
    plan = plan_of({"customer": {"colocations": {"EqNY5": {"asn": 65000}}}})
    assert SITE_B not in as_paths(plan, "colo_dc")
    assert way(plan, "app", "branch") == way(plan, "branch", "app") == []
    assert way(plan, "branch", "web")[-1:] == ["web"]


@pytest.mark.parametrize("off", [("dc",), ("ny_1", "ny_2"), ("dc", "ny_1", "ny_2")])
def test_nothing_goes_from_virtual_interface_to_virtual_interface_without_site_link(off: tuple[str, ...]) -> None:
    plan = plan_of({"virtual_interfaces": {name: {"site_link": False} for name in off}})
    assert way(plan, "app", "branch") == way(plan, "branch", "app") == []
    assert SITE_B not in as_paths(plan, "colo_dc")
    assert way(plan, "app", "web")[-1:] == way(plan, "branch", "web")[-1:] == ["web"]


def test_a_virtual_interface_without_site_link_on_the_same_device_stays_apart() -> None:
    """Two of one device and one gateway, one with and one without: also a packet for the other site is not carried."""
    second = {"type": "private", "connection": "dc", "vlan": 201, "gateway": "dxgw", "auth_key": "rehearse-4"}
    plan = plan_of({"virtual_interfaces": {"plain": second}})
    plain = next(s for s in plan.sessions if s.name == "plain")
    edge = plain.ends[1]
    assert edge.speaker == "dc_dx_1:dxgw"
    assert SITE_B not in as_paths(plan, edge.speaker)
    tables = forwarding(plan)
    assert not tables.lookup(edge.node, edge.interface, plan.address_of("branch"))
    assert tables.lookup(edge.node, edge.interface, plan.address_of("web"))
    linked = next(s for s in plan.sessions if s.name == "dc").ends[1]
    assert tables.lookup(linked.node, linked.interface, plan.address_of("branch"))


def test_the_way_is_as_long_as_that_over_the_regions() -> None:
    change = {"aws": {"region_delays": {"us-west-2": "30 ms"}, "locations": {"EqNY5": {"region": "us-west-2"}}}}
    found = {c.name: float(c.delay) for c in plan_of(change).cables if c.name.startswith("site_link")}
    assert found == pytest.approx(
        {
            "site_link_dc_dx_1_dxgw_ny_dx_1": 0.034,
            "site_link_dc_dx_1_dxgw_ny_dx_2": 0.034,
            "site_link_ny_dx_1_dxgw_ny_dx_2": 0.00025,
        }
    )


def test_ipv6_goes_the_same_way() -> None:
    change = {
        "customer": {
            "data_center": {
                "networks": ["10.1.0.0/16", "2001:db8:10::/48"],
                "hosts": {"app": ["10.1.1.10", "2001:db8:10::a"]},
            },
            "colocations": {
                "EqNY5": {
                    "networks": ["10.2.0.0/16", "2001:db8:20::/48"],
                    "hosts": {"branch": ["10.2.1.10", "2001:db8:20::a"]},
                }
            },
        },
        "aws": {"vpcs": {"prod": {"ipv6_cidr": "2001:db8:aaaa::/56"}}},
        "virtual_interfaces": {name: {"ipv6": True} for name in ("dc", "ny_1", "ny_2")},
    }
    plan = plan_of(change)
    assert way(plan, "app", "branch", version=6) == way(plan, "app", "branch") != []
    assert way(plan, "app", "branch", "ny_1_ipv6", version=6)[-3] == "ny_dx_2"


def test_sites_joined_by_a_circuit_announce_each_others_networks() -> None:
    metro = {"from": "customer_router", "to": "colo_ny", "bandwidth": "1 Gbps", "delay": "5 ms"}
    plan = plan_of({"customer": {"circuits": {"between": metro}}})
    session = next(s for s in plan.sessions if s.name == "customer_router-between-colo_ny")
    assert session.external
    assert set(next(s for s in plan.sessions if s.name == "dc").ends[0].announces or ()) == {SITE_A, SITE_B}
    assert way(plan, "web", "branch", "ny_1", "ny_2")[-4:] == ["colo_dc", "customer_router", "colo_ny", "branch"]


def test_hosts_of_a_site_are_on_its_first_router() -> None:
    lans = {(c.a.node, c.b.node) for c in shipped().cables if c.role is CableRole.LAN}
    assert lans == {("app", "customer_router"), ("branch", "colo_ny")}
    originates = {s.name: s.originates for s in shipped().speakers}
    assert originates["colo_ny"] == (SITE_B,) and originates["colo_dc"] == ()


OWN = ["10.0.0.0/16"]
VPCS = ["172.31.0.0/16", "172.30.0.0/16"]


@pytest.mark.parametrize(
    ("announced", "exception", "meet"),
    [
        ([], True, False),
        (["192.168.0.0/16"], True, False),
        (["172.31.1.0/24", "172.30.1.0/24"], True, False),
        (VPCS, True, False),
        (["172.16.0.0/12"], True, True),
        (["172.30.0.0/15"], True, True),
        (["0.0.0.0/0"], True, True),
        (["2001:db8::/32"], True, False),
        (["172.16.0.0/12"], False, False),
        (["0.0.0.0/0"], False, False),
    ],
    ids=[
        "nothing more",
        "something else",
        "parts of them",
        "their own networks",
        "a supernet",
        "exactly both",
        "a default route",
        "a supernet of the other IP version",
        "a supernet, exception off",
        "a default route, exception off",
    ],
)
def test_vpcs_meet_by_the_supernet_exception_only(announced: list[str], exception: bool, meet: bool) -> None:
    """AWS's edge is asked as it stands in a plan: what a router may announce there is for the rules to say.

    Parts of their networks draw packets to the customer's router, which may send them back: that is another way.
    """
    change = {"aws": {"direct_connect_gateways": {"dxgw": {"supernet_exception": exception}}}}
    plan = plan_of(change, "direct_connect_gateway")
    networks = tuple(ip_network(each) for each in (*OWN, *announced))
    plan = replace(
        plan,
        sessions=tuple(
            replace(s, ends=(replace(s.ends[0], announces=networks), s.ends[1])) if s.name == "dxgw" else s
            for s in plan.sessions
        ),
        speakers=tuple(replace(s, originates=networks) if s.name == "colo_router" else s for s in plan.speakers),
    )
    there = ["web_east", "vgw_east", "dx_1", "vgw_west", "web_west"]
    assert (way(plan, "web_east", "web_west") == there) is meet
    assert (way(plan, "web_west", "web_east") == there[::-1]) is meet
    assert way(plan, "web_east", "web_west", "dxgw") == []
    assert way(plan_of(change, "direct_connect_gateway"), "app", "web_east")[-1:] == ["web_east"]


def test_sites_of_one_asn_that_allow_it_in_reach_each_other() -> None:
    allowed = {"customer": {"allow_as_in": 1}}
    plan = plan_of(
        {
            "customer": {"colocations": {"EqNY5": {"asn": 65000}}},
            "virtual_interfaces": dict.fromkeys(("dc", "ny_1", "ny_2"), allowed),
        }
    )
    assert way(plan, "app", "branch") == way(shipped(), "app", "branch")
