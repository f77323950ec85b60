"""Each rule of the audit: where it finds something, what, and where it finds nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from audited import NOTHING_SHARED, Change, found, problems, vif

from dxemu.audit.menu import rules

CHEAP = ["7224:7100"]
DEAR = ["7224:7300"]
TWO_LINES: Change = {
    "customer": {"internet": {"colo_router": {"address": "198.51.100.9"}}},
    "vpns": {"second": {"gateway": "vgw", "router": "colo_router", "customer_address": "198.51.100.9"}},
}
OTHER_REGION = {"region_delays": {"us-west-2": "30 ms"}, "locations": {"EqNY5": {"region": "us-west-2"}}}
OFF = {"virtual_private_gateways": {"vgw": {"route_propagation": False}}}
NO_PROPAGATION: Change = {"aws": OFF}
STATIC_DEFAULT: Change = {"aws": {**OFF, "vpcs": {"prod": {"static_routes": {"0.0.0.0/0": "vgw"}}}}}
BGP_VPN: Change = {"vpns": {"vpn": {"routing": "bgp", "static_routes": []}}}


def networks(count: int) -> Change:
    listed = ["10.0.0.0/16", *(f"10.1.{number}.0/24" for number in range(count - 1))]
    return {"customer": {"data_center": {"networks": listed}}}


def allowed(*prefixes: str) -> Change:
    gateway = {"dxgw": {"associations": {"tgw": {"allowed_prefixes": list(prefixes)}}}}
    return {**BGP_VPN, "aws": {"direct_connect_gateways": gateway}}


def behind(routers: Mapping[str, object]) -> Change:
    """The hosts' router is behind another one, which has the circuit to the cage."""
    circuits = {
        "metro": {"from": "core"},
        "campus": {"from": "customer_router", "to": "core", "bandwidth": "10 Gbps", "delay": "1 ms"},
    }
    return {"customer": {"data_center": {"routers": routers}, "circuits": circuits}}


BEHIND = behind({"core": {}})

FIRES: list[tuple[str, str, Change | None, str]] = [
    ("DX-A001", "backup_connection", None, "circuit metro: no way from app to web is left"),
    ("DX-A001", "many_vpcs", None, "VLAN of data: no other virtual interface leads from app to db"),
    ("DX-A002", "backup_connection", None, "connections primary and backup to vgw all depend on location EqDC2, "),
    ("DX-A002", "backup_connection_by_circuit", None, "carrier north"),
    ("DX-A002", "maximum_resiliency", {"connections": {"dc_2": {"device": "dc_dx_1"}}}, "dc_1 and dc_2 end on one AWS"),
    ("DX-A003", "lag", None, "virtual interface prod has no BFD: hold time 90 s"),
    ("DX-A004", "lag", {"lags": {"bundle": {"minimum_links": 0}}}, "LAG bundle of 2 connections has minimum_links 0"),
    ("DX-A005", "vpn_backup_static", None, "tgw sends 10.0.0.0/16 through static VPN vpn although virtual interface"),
    (
        "DX-A006",
        "vpn_backup_static",
        allowed("172.16.0.0/12"),
        "the customer's routers send through VPN vpn: it has 172",
    ),
    ("DX-A006", "vpn_backup_static", {"vpns": {"vpn": {"static_routes": ["10.0.1.0/24"]}}}, "tgw answers through VPN"),
    (
        "DX-A007",
        "high_resiliency",
        {
            "aws": OTHER_REGION,
            **vif(dc_1={"customer": {"communities": [], "as_path_prepend": 2}}, ny_1={"customer": {"communities": []}}),
        },
        "virtual interface dc_1 prepends 2 to be second to ny_1 at vgw, and AWS sends over it",
    ),
    ("DX-A017", "backup_connection", vif(primary={"customer": {"vlan": 110}}), "has VLAN 110, AWS has VLAN 101"),
    (
        "DX-A009",
        "backup_connection",
        vif(primary={"customer": {"mtu": 1400}}),
        "primary has MTU 1400 and virtual interface backup has MTU 1500",
    ),
    ("DX-A007", "public_vif", vif(public={"customer": {"as_path_prepend": 1}}), "prepends the private AS 65000"),
    ("DX-A008", "backup_connection", networks(80), "session primary announces 80 prefixes of 100"),
    (
        "DX-A008",
        "backup_connection",
        {**networks(120), **vif(primary={"prefix_pool_allocated_count_ipv4": 150})},
        "session primary announces 120 prefixes of 150",
    ),
    (
        "DX-A008",
        "backup_connection",
        {**networks(120), **vif(primary={"prefix_pool_allocated_count_ipv4": 150})},
        "session backup announces 120 prefixes of 100; the session is Idle",
    ),
    ("DX-A008", "vpn_backup", networks(101), "session vpn_tunnel_1 announces 101 prefixes of 100; the session is Idle"),
    ("DX-A009", "vpn_backup", None, "to vgw: virtual interface primary has MTU 1500 and VPN vpn has MTU 1446"),
    ("DX-A009", "backup_connection", vif(primary={"mtu": 9001}), "primary has MTU 9001 and virtual interface backup"),
    ("DX-A010", "vpn_backup", None, "VPN vpn carries 1.25 Gbps, virtual interface primary to vgw 10 Gbps"),
    (
        "DX-A010",
        "backup_connection",
        {"connections": {"backup": {"bandwidth": "1 Gbps"}}},
        "virtual interface backup carries 1 Gbps",
    ),
    ("DX-A011", "vpn_backup_static", None, "app reaches web through primary, the answers come through vpn"),
    (
        "DX-A011",
        "backup_connection",
        vif(primary={"customer": {"communities": CHEAP}}, backup={"customer": {"communities": DEAR}}),
        "app reaches web through primary, the answers come through backup",
    ),
    (
        "DX-A012",
        "backup_connection",
        vif(primary={"customer": {"communities": []}}, backup={"customer": {"communities": []}}),
        "primary and backup are equal for vgw, but not for the customer's routers (local_pref primary 200, backup 100)",
    ),
    (
        "DX-A012",
        "backup_connection",
        vif(primary={"customer": {"send_communities": False}}, backup={"customer": {"send_communities": False}}),
        "primary and backup are equal for vgw, but not for the customer's routers (local_pref primary 200, backup 100)",
    ),
    ("DX-A013", "backup_connection", None, "app has router customer_router as the only gateway"),
    ("DX-A014", "vpn_backup", None, "both tunnels of VPN vpn run over the line of customer_router"),
    ("DX-A015", "high_resiliency", None, "circuit metro_dc falls silent, and BGP's hold timer is the first to notice"),
    (
        "DX-A015",
        "backup_connection",
        vif(primary={"graceful_restart": True}, backup={"graceful_restart": True}),
        "connection primary falls silent, and BFD is the first to notice; graceful restart keeps the routes",
    ),
    ("DX-A015", "vpn_backup_static", None, "line to the Internet of customer_router is cut, and dead peer detection"),
    ("DX-A016", "backup_connection", NO_PROPAGATION, "no route leads from web to app"),
    ("DX-A018", "backup_connection", BEHIND, "customer_router does not hear of 172.31.0.0/16 from core, which has it"),
    (
        "DX-A018",
        "backup_connection",
        BEHIND,
        "colo_router does not hear of 10.0.0.0/16 from core, which has it by iBGP",
    ),
]
QUIET: list[tuple[str, str, Change | None]] = [
    ("DX-A018", "high_resiliency", None),
    ("DX-A018", "backup_connection", behind({"core": {"route_reflector_clients": ["customer_router"]}})),
    ("DX-A018", "backup_connection", behind({"core": {"route_reflector_clients": ["colo_router"]}})),
    ("DX-A017", "backup_connection", vif(primary={"customer": {"vlan": 101}})),
    ("DX-A017", "backup_connection", vif(primary={"customer": {"mtu": 1500}})),
    ("DX-A001", "high_resiliency", NOTHING_SHARED),
    ("DX-A002", "high_resiliency", NOTHING_SHARED),
    ("DX-A002", "private_vif", None),
    ("DX-A003", "backup_connection", None),
    ("DX-A004", "lag", None),
    ("DX-A005", "vpn_backup", None),
    ("DX-A005", "vpn_backup_static", BGP_VPN),
    ("DX-A006", "vpn_backup_static", allowed("172.31.0.0/16")),
    ("DX-A006", "vpn_backup", None),
    ("DX-A007", "maximum_resiliency", None),
    (
        "DX-A007",
        "high_resiliency",
        {
            "aws": OTHER_REGION,
            **vif(dc_1={"customer": {"communities": []}}, ny_1={"customer": {"communities": [], "as_path_prepend": 2}}),
        },
    ),
    ("DX-A007", "high_resiliency", {"aws": OTHER_REGION, **vif(ny_1={"customer": {"as_path_prepend": 2}})}),
    ("DX-A008", "backup_connection", networks(79)),
    (
        "DX-A008",
        "backup_connection",
        {
            **networks(90),
            **vif(primary={"prefix_pool_allocated_count_ipv4": 500}, backup={"prefix_pool_allocated_count_ipv4": 500}),
        },
    ),
    ("DX-A009", "backup_connection", None),
    ("DX-A010", "backup_connection", None),
    ("DX-A011", "backup_connection", None),
    ("DX-A011", "vpn_backup", None),
    ("DX-A012", "backup_connection", None),
    (
        "DX-A012",
        "backup_connection",
        vif(primary={"customer": {"communities": []}}, backup={"customer": {"communities": [], "as_path_prepend": 1}}),
    ),
    (
        "DX-A012",
        "backup_connection",
        vif(primary={"customer": {"communities": []}}, backup={"customer": {"communities": [], "med": 10}}),
    ),
    ("DX-A013", "hardware_high_availability", None),
    ("DX-A014", "vpn_backup", TWO_LINES),
    ("DX-A014", "ipsec_over_public_vif", None),
    ("DX-A015", "backup_connection", None),
    ("DX-A016", "backup_connection", None),
    ("DX-A016", "backup_connection", STATIC_DEFAULT),
    ("DX-A016", "public_vif", None),
]


@pytest.mark.parametrize(("code", "name", "change", "problem"), FIRES)
def test_rule_finds(code: str, name: str, change: Change | None, problem: str) -> None:
    said = problems(code, name, change)
    assert [words for words in said if problem in words], said


@pytest.mark.parametrize(("code", "name", "change"), QUIET)
def test_rule_is_quiet(code: str, name: str, change: Change | None) -> None:
    assert problems(code, name, change) == []


def test_every_rule_has_both_kinds_of_case() -> None:
    assert {code for code, *_ in FIRES} == {code for code, *_ in QUIET} == set(rules())


@pytest.mark.parametrize("code", rules())
def test_rule_says_why_and_who_says_so(code: str) -> None:
    rule = rules()[code]
    assert rule.rule and rule.source and not rule.rule.endswith(".")
    assert rule.code == code


def test_a_finding_stands_where_its_element_does() -> None:
    (one,) = [one for one in found("DX-A001", "backup_connection") if "circuit" in one.finding.problem]
    assert (one.mark.line, one.mark.column) == (13, 5)
    (cage,) = [one for one in found("DX-A001", "backup_connection") if "colo_router" in one.finding.problem]
    assert cage.mark.line == 11


def test_a_shared_element_costs_what_its_own_failure_costs() -> None:
    (one,) = found("DX-A002", "high_resiliency")
    assert one.until_repair
    shared = found("DX-A002", "maximum_resiliency", {"connections": {"dc_2": {"device": "dc_dx_1"}}})
    (device,) = [one for one in shared if "end on one AWS device" in one.finding.problem]
    assert device.finding.outage is not None
    assert math.isfinite(device.finding.outage.high_s)


def test_cables_without_a_route_are_told_from_no_cables() -> None:
    ladder = {"customer": {"circuits": {"metro_ab": {"to": "colo_a"}, "metro_ba": {"to": "colo_b"}}}}
    said = problems("DX-A001", "hardware_high_availability", ladder)
    assert "router colo_a: cables from app to web are left, but no route leads over them" in said
    assert "location EqDC2: no way from app to web is left" in said


BOTH_VERSIONS: Change = {
    "customer": {
        "data_center": {
            "networks": ["10.0.0.0/16", "2001:db8:10::/48"],
            "hosts": {"app": ["10.0.1.10", "2001:db8:10:1::10"]},
        }
    },
    "aws": {
        "vpcs": {
            "prod": {
                "ipv6_cidr": "2001:db8:aaaa::/56",
                "instances": {"web": ["172.31.1.10", "2001:db8:aaaa:1::10"]},
            }
        }
    },
}


def of_both_versions(**vifs: object) -> Change:
    return {**BOTH_VERSIONS, "virtual_interfaces": vifs}


@pytest.mark.parametrize("vif", ["primary", "backup"])
def test_an_ip_version_without_a_backup_is_named(vif: str) -> None:
    """IPv4 goes over the other connection; IPv6 is on one alone."""
    change = of_both_versions(**{vif: {"ipv6": True}})
    said = [one.finding for one in found("DX-A001", "backup_connection", change) if one.finding.names == (vif,)]
    assert {one.problem.split(":")[0] for one in said} == {f"connection {vif}, IPv6 only", f"VLAN of {vif}, IPv6 only"}
    assert all(one.remedy.startswith("Give IPv6 a second way") for one in said)
    other = "backup" if vif == "primary" else "primary"
    assert not [one for one in found("DX-A001", "backup_connection", change) if one.finding.names == (other,)]


def test_both_ip_versions_with_a_backup_are_not_told_apart() -> None:
    change = of_both_versions(primary={"ipv6": True}, backup={"ipv6": True})
    assert not [text for text in problems("DX-A001", "backup_connection", change) if "IPv6 only" in text]
    assert any("router customer_router:" in text for text in problems("DX-A001", "backup_connection", change))


@pytest.mark.parametrize(("ecmp", "carried"), [(True, "2.5 Gbps"), (False, "1.25 Gbps")])
def test_tunnels_that_share_the_flows_carry_more(ecmp: bool, carried: str) -> None:
    change = {**BGP_VPN, "aws": {"transit_gateways": {"tgw": {"vpn_ecmp_support": ecmp}}}}
    change["customer"] = {"internet": {"customer_router": {"bandwidth": "10 Gbps"}}}
    (text,) = problems("DX-A010", "vpn_backup_static", change)
    assert text.startswith(f"VPN vpn carries {carried},")
