"""A remedy that a finding prints is one: applied to the design it is taken, and the finding is gone."""

from __future__ import annotations

import pytest

from dxemu.audit import unreachable
from dxemu.audit.unreachable import FOR_SERVICES
from dxemu.errors import InputErrors
from dxemu.topology.model import Topology
from tests.unit.audit.audited import Change, found, problems, vif
from tests.unit.audit.test_rules import BEHIND, OTHER_REGION, behind, networks

NONE = {"communities": []}
FIRST, LAST = {"communities": ["7224:7300"]}, {"communities": ["7224:7100"]}
CLAMPED = {"tcp_mss": 1406}
ALLOCATED = {"prefix_pool_allocated_count_ipv4": 1000}
DEFAULT_ONLY = {"customer": {"announce": ["0.0.0.0/0"]}}
MANY = [f"10.1.{number}.0/24" for number in range(100)]
LAST_OF_ALL = {"data_center": {"networks": [*MANY, "10.250.0.0/16"], "hosts": {"app": "10.250.1.10"}}}
BEYOND_THE_TABLE: Change = {"customer": LAST_OF_ALL, **vif(primary=ALLOCATED, backup=ALLOCATED)}
"""101 prefixes are taken at both virtual interfaces, and the host is in that for which the VPC's table has no room."""
BEYOND_IT_IN_BOTH: Change = {
    "customer": {
        "data_center": {
            "networks": [*MANY, "10.250.0.0/16", "2001:db8:10::/48"],
            "hosts": {"app": ["10.250.1.10", "2001:db8:10:1::10"]},
        }
    },
    **vif(prod=ALLOCATED),
}
NO_NAT = {"virtual_interfaces": {"public": {"customer": {"nat": None}}}}
NAT = {"virtual_interfaces": {"public": {"customer": {"nat": "203.0.113.254"}}}}
REMEDIES: list[tuple[str, str, Change, str, Change]] = [
    (
        "DX-A003",
        "backup_connection",
        vif(primary={"bfd": None}),
        "Set `bfd: 300 ms x 3`.",
        vif(primary={"bfd": "300 ms x 3"}),
    ),
    (
        "DX-A004",
        "lag",
        {"lags": {"bundle": {"minimum_links": 0}}},
        "Set `minimum_links: 1`, or as many members as the traffic needs.",
        {"lags": {"bundle": {"minimum_links": 1}}},
    ),
    (
        "DX-A007",
        "high_resiliency",
        {"aws": OTHER_REGION, **vif(dc_1={"customer": {**NONE, "as_path_prepend": 2}}, ny_1={"customer": NONE})},
        'Send communities: "7224:7300" on the first choice, "7224:7100" on the last.',
        {"aws": OTHER_REGION, **vif(dc_1={"customer": {**LAST, "as_path_prepend": 2}}, ny_1={"customer": FIRST})},
    ),
    (
        "DX-A008",
        "backup_connection",
        networks(120),
        "Summarise the prefixes, or have more allocated to the virtual interface.",
        {**networks(120), **vif(primary=ALLOCATED, backup=ALLOCATED)},
    ),
    (
        "DX-A009",
        "vpn_backup",
        {},
        "Use one MTU, or give each `tcp_mss: 1406` under `customer`: connections live on.",
        {**vif(primary={"customer": CLAMPED}), "vpns": {"vpn": {"customer": CLAMPED}}},
    ),
    (
        "DX-A016",
        "public_vif",
        NO_NAT,
        "Give public source NAT, such as `nat: 203.0.113.254` under `customer`: AWS takes no private source.",
        NAT,
    ),
    (
        "DX-A016",
        "backup_connection",
        BEYOND_THE_TABLE,
        "Give primary and backup `announce: [0.0.0.0/0]` under `customer`: a VPC's route table takes 100 propagated "
        "routes, and AWS raises that for nobody.",
        {**BEYOND_THE_TABLE, **vif(primary=ALLOCATED | DEFAULT_ONLY, backup=ALLOCATED | DEFAULT_ONLY)},
    ),
    (
        "DX-A016",
        "private_vif",
        BEYOND_IT_IN_BOTH,
        "Give prod `announce: [0.0.0.0/0, ::/0]` under `customer`: a VPC's route table takes 100 propagated routes, "
        "and AWS raises that for nobody.",
        {**BEYOND_IT_IN_BOTH, **vif(prod=ALLOCATED | {"customer": {"announce": ["0.0.0.0/0", "::/0"]}})},
    ),
    (
        "DX-A016",
        "backup_connection",
        BEHIND,
        "Set `route_reflector_clients: [colo_router, customer_router]` of core: iBGP does not pass on what iBGP "
        "brought.",
        behind({"core": {"route_reflector_clients": ["colo_router", "customer_router"]}}),
    ),
    (
        "DX-A018",
        "backup_connection",
        BEHIND,
        "Set `route_reflector_clients: [customer_router]` of core, or join customer_router by a circuit to where the "
        "routes come from.",
        behind({"core": {"route_reflector_clients": ["customer_router"]}}),
    ),
    (
        "DX-A018",
        "backup_connection",
        BEHIND,
        "Set `route_reflector_clients: [colo_router]` of core, or join colo_router by a circuit to where the routes "
        "come from.",
        behind({"core": {"route_reflector_clients": ["colo_router"]}}),
    ),
    (
        "DX-A017",
        "lag",
        {"lags": {"bundle": {"customer": {"lacp": "off"}}}},
        "Take `lacp` out of `customer`.",
        {"lags": {"bundle": {"customer": {}}}},
    ),
    (
        "DX-A012",
        "backup_connection",
        vif(primary={"customer": NONE}, backup={"customer": NONE}),
        'Send "7224:7300" on the one to use and "7224:7100" on the one that waits.',
        vif(primary={"customer": FIRST}, backup={"customer": LAST}),
    ),
    (
        "DX-A012",
        "backup_connection",
        vif(primary={"customer": {"send_communities": False}}, backup={"customer": {"send_communities": False}}),
        "Set `send_communities: on` on primary and backup: the communities are written and not sent.",
        vif(primary={"customer": {"send_communities": True}}, backup={"customer": {"send_communities": True}}),
    ),
    (
        "DX-A015",
        "backup_connection",
        vif(primary={"graceful_restart": True}, backup={"graceful_restart": True}),
        "Turn `graceful_restart: off`, or set `until_bfd_down`: it keeps the routes although BFD has noticed.",
        vif(primary={"graceful_restart": "until_bfd_down"}, backup={"graceful_restart": False}),
    ),
]


@pytest.mark.parametrize(("code", "name", "change", "remedy", "applied"), REMEDIES)
def test_a_remedy_ends_its_finding(code: str, name: str, change: Change, remedy: str, applied: Change) -> None:
    assert remedy in {one.finding.remedy for one in found(code, name, change)}
    assert problems(code, name, applied) == []


def test_a_remedy_that_the_design_does_not_take_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(topology: Topology, patch: Change) -> Topology:
        raise InputErrors([])

    monkeypatch.setattr("dxemu.audit.not_passed_on.tried", refused)
    said = {one.finding.remedy for one in found("DX-A018", "backup_connection", BEHIND)}
    assert said == {
        f"Join {name} by a circuit to where the routes come from." for name in ("customer_router", "colo_router")
    }


def test_source_nat_that_the_design_does_not_take_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(topology: Topology, patch: Change) -> Topology:
        raise InputErrors([])

    monkeypatch.setattr("dxemu.audit.unreachable.tried", refused)
    assert {one.finding.remedy for one in found("DX-A016", "public_vif", NO_NAT)} == {FOR_SERVICES}


def test_source_nat_that_leads_nowhere_is_not_printed() -> None:
    """Nobody answers over a virtual interface that AWS has switched off."""
    off: Change = {"virtual_interfaces": {"public": {"customer": {"nat": None}, "amazon": {"enabled": False}}}}
    assert {one.finding.remedy for one in found("DX-A016", "public_vif", off)} == {FOR_SERVICES}


def test_source_nat_is_tried_once_for_all_who_lack_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many hosts and prefixes there are: each trial makes a plan."""
    plans: list[Topology] = []
    make = unreachable.make_plan
    monkeypatch.setattr(unreachable, "make_plan", lambda topology: plans.append(topology) or make(topology))
    hosts = {f"host_{n}": f"10.0.1.{n}" for n in range(20, 40)}
    more: Change = {**NO_NAT, "customer": {"data_center": {"hosts": hosts}}}
    assert len(found("DX-A016", "public_vif", more)) >= len(hosts)
    assert len(plans) == 1
