"""Virtual interfaces whose two ends do not fit: planned as they are configured, down, and it is said why."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from typing import Any

import pytest

from dxemu.aws.ipsec_proposals import IpsecProposal, Phase
from dxemu.control.converge import converge
from dxemu.daemons.exabgp_config import Peer, render
from dxemu.daemons.strongswan_conf import connection, secret
from dxemu.explain.state import State
from dxemu.faults.lacp_silent import LacpSilent
from dxemu.plan.make import make_plan
from dxemu.plan.mismatch import Symptom
from dxemu.plan.model import BgpSession, Plan
from dxemu.report.plan_rows import bonds
from dxemu.topology.load import load
from dxemu.topology.model import Topology

TOPOLOGY = Path(__file__).parents[3] / "topologies" / "backup_connection.yaml"
PEERS = {"amazon_address": "169.254.10.1/30", "customer_address": "169.254.10.2/30"}


def design(customer: dict[str, Any]) -> Topology:
    return load(TOPOLOGY, {"virtual_interfaces": {"primary": {**PEERS, "customer": customer}}})


def session(plan: Plan, name: str = "primary") -> BgpSession:
    return next(s for s in plan.sessions if s.name == name)


DIFFER: list[tuple[dict[str, Any], str, Symptom]] = [
    ({"vlan": 110}, "vlan", Symptom.NO_ARP_ANSWER),
    ({"address": "169.254.10.1/30", "amazon_address": "169.254.10.2"}, "amazon_address", Symptom.NO_ARP_ANSWER),
    ({"address": "169.254.10.2/31"}, "address", Symptom.NO_ARP_ANSWER),
    ({"address": "169.254.10.3/29"}, "address", Symptom.NO_TCP_CONNECTION),
    ({"auth_key": "rehearse-1 "}, "auth_key", Symptom.NO_TCP_CONNECTION),
    ({"signs": False}, "signs", Symptom.NO_TCP_CONNECTION),
    ({"ttl_security": True}, "ttl_security", Symptom.NO_TCP_CONNECTION),
    ({"asn": 65001}, "asn", Symptom.BAD_PEER_AS),
    ({"amazon_asn": 7224}, "amazon_asn", Symptom.BAD_PEER_AS),
    ({"asn": 65001, "vlan": 110}, "vlan", Symptom.NO_ARP_ANSWER),
]


@pytest.mark.parametrize(("customer", "key", "symptom"), DIFFER, ids=lambda value: str(value))
def test_what_differs_keeps_the_session_down(customer: dict[str, Any], key: str, symptom: Symptom) -> None:
    topology = design(customer)
    plan = make_plan(topology)
    differs = session(plan).mismatch
    assert differs is not None and (differs.path[-1], differs.symptom) == (key, symptom)
    assert not session(plan).in_service and session(plan, "backup").in_service
    assert all(route.session != "primary" for rib in converge(plan).values() for route in rib.routes())
    assert f"session primary: {differs.text}" in State(topology, plan).down
    assert not topology.virtual_interfaces[0].in_service


@pytest.mark.parametrize("customer", [{"vlan": 101}, {"asn": 65000}, {"amazon_asn": 64512}, {"auth_key": "rehearse-1"}])
def test_what_is_alike_is_no_difference(customer: dict[str, Any]) -> None:
    plan = make_plan(design(customer))
    assert session(plan).mismatch is None
    assert plan == make_plan(design({}))


def test_a_smaller_mtu_brings_the_session_up() -> None:
    plan = make_plan(design({"mtu": 1400}))
    assert session(plan).in_service
    customer, amazon = session(plan).ends
    mtus = {(vlan.node, vlan.name): vlan.mtu for vlan in plan.vlans}
    assert (mtus[customer.node, customer.interface], mtus[amazon.node, amazon.interface]) == (1400, 1500)


def test_wrong_addresses_leave_the_ipv6_session_alone() -> None:
    primary = {**PEERS, "ipv6": True, "customer": {"address": "169.254.10.2/31"}}
    ipv6 = {
        "customer": {"data_center": {"networks": ["10.0.0.0/16", "2001:db8:10::/48"]}},
        "aws": {"vpcs": {"prod": {"ipv6_cidr": "2001:db8:aaaa::/56"}}},
    }
    topology = load(TOPOLOGY, {**ipv6, "virtual_interfaces": {"primary": primary}})
    plan = make_plan(topology)
    assert not session(plan).in_service and session(plan, "primary_ipv6").in_service
    assert topology.virtual_interfaces[0].in_service


def test_each_end_is_told_its_own() -> None:
    plan = make_plan(design({"asn": 65001, "amazon_asn": 7224, "address": "169.254.10.3/29", "auth_key": "other-1"}))
    found = session(plan)
    held = [a.address for a in plan.addresses if (a.node, a.interface) == (found.ends[0].node, found.ends[0].interface)]
    assert held == [IPv4Interface("169.254.10.3/29")]
    customer = render(IPv4Address(1), [Peer.at(found, "colo_router")])
    amazon = render(IPv4Address(1), [Peer.at(found, found.ends[1].speaker)])
    for told in ("local-as 65001", "peer-as 7224", "local-address 169.254.10.3", 'md5-password "other-1"'):
        assert told in customer
    for told in ("local-as 64512", "peer-as 65000", "neighbor 169.254.10.2 ", 'md5-password "rehearse-1"'):
        assert told in amazon


def test_no_key_is_shown() -> None:
    plan = make_plan(design({"auth_key": "other-1"}))
    assert "other-1" not in repr(plan) and "rehearse-1" not in repr(plan)


@pytest.mark.parametrize(
    ("customer", "symptom"),
    [
        ({"configured": False}, Symptom.NO_IKE),
        ({"pre_shared_key": "Rehearse_3"}, Symptom.AUTHENTICATION_FAILED),
        ({"phase1_proposal": "3DES-SHA1-2"}, Symptom.NO_PROPOSAL_CHOSEN),
        ({"phase1_proposal": "AES256-SHA2-256-5"}, Symptom.NO_PROPOSAL_CHOSEN),
        ({"phase2_proposal": "AES128-MD5-2"}, Symptom.NO_PROPOSAL_CHOSEN),
        ({"phase2_proposal": "AES192-SHA1-1", "pre_shared_key": "Rehearse_3"}, Symptom.AUTHENTICATION_FAILED),
    ],
    ids=str,
)
def test_a_tunnel_that_does_not_fit_is_down(customer: dict[str, Any], symptom: Symptom) -> None:
    topology = load(TOPOLOGY.with_stem("vpn_backup"), {"vpns": {"vpn": {"tunnels": {"2": {"customer": customer}}}}})
    plan = make_plan(topology)
    down = [s for s in plan.sessions if not s.in_service]
    assert [(s.name, s.mismatch and s.mismatch.symptom) for s in down] == [("vpn_tunnel_2", symptom)]
    assert topology.vpns[0].in_service
    assert "Rehearse_3" not in repr(plan)
    keys = [secret(plan.tunnels[1], end.node)["data"] for end in plan.tunnels[1].ends]
    assert keys == [customer.get("pre_shared_key", "Rehearse_2"), "Rehearse_2"]


@pytest.mark.parametrize(
    "customer", [{"phase1_proposal": "AES128-SHA1-2"}, {"phase2_proposal": "aes256-gcm-16-sha2-384-5"}], ids=str
)
def test_a_proposal_that_aws_takes_is_no_difference(customer: dict[str, Any]) -> None:
    path = TOPOLOGY.with_stem("vpn_backup")
    assert make_plan(load(path, {"vpns": {"vpn": {"tunnels": {"2": {"customer": customer}}}}})) == make_plan(load(path))


def test_selectors_that_do_not_meet_keep_both_tunnels_down() -> None:
    end = {"customer": {"local_ipv4_network_cidr": "10.1.0.0/16"}}
    vpn = {"local_ipv4_network_cidr": "10.0.0.0/16", "tunnels": {"1": end, "2": end}}
    topology = load(TOPOLOGY.with_stem("vpn_backup"), {"vpns": {"vpn": vpn}})
    plan = make_plan(topology)
    down = [(s.name, s.mismatch.symptom) for s in plan.sessions if s.mismatch is not None]
    assert down == [(f"vpn_tunnel_{n}", Symptom.TS_UNACCEPTABLE) for n in (1, 2)]
    assert not topology.vpns[0].in_service
    told = [connection(plan.tunnels[0], end.node, plan.tunnels) for end in plan.tunnels[0].ends]
    children = [one["vpn_tunnel_1"]["children"]["vpn_tunnel_1"] for one in told]  # type: ignore[index,call-overload]
    assert [(c["local_ts"], c["remote_ts"]) for c in children] == [  # type: ignore[index,call-overload]
        (["10.1.0.0/16"], ["0.0.0.0/0"]),
        (["0.0.0.0/0"], ["10.0.0.0/16"]),
    ]


@pytest.mark.parametrize(
    ("text", "ike", "esp"),
    [
        ("3DES-MD5-1", "3des-md5-modp768", "3des-md5-modp768"),
        ("AES192-SHA2-512-14", "aes192-sha512-modp2048", "aes192-sha512-modp2048"),
        ("AES256-GCM-16-SHA2-384-20", "aes256gcm16-prfsha384-ecp384", "aes256gcm16-ecp384"),
    ],
)
def test_a_proposal_in_strongswans_words(text: str, ike: str, esp: str) -> None:
    proposal = IpsecProposal.parse(text)
    assert (str(proposal), proposal.words(Phase.IKE), proposal.words(Phase.ESP)) == (text, ike, esp)


def lag(lacp: str) -> Topology:
    return load(TOPOLOGY.with_name("lag.yaml"), {"lags": {"bundle": {"customer": {"lacp": lacp}}}})


def test_a_static_bundle_keeps_the_group_down() -> None:
    topology = lag("off")
    plan = make_plan(topology)
    differs = session(plan, "prod").mismatch
    assert differs is not None and differs.symptom is Symptom.NO_LACP_PARTNER
    assert differs.path == ("lags", "bundle", "customer", "lacp")
    assert not topology.virtual_interfaces[0].in_service
    needs = {bond.node: (bond.forms, bond.least_members) for bond in plan.bonds}
    assert needs == {"colo_router": (False, 1), "dx_1": (False, 3)}  # AWS's never has so many, and no carrier
    assert "no LACP at the customer's end" in LacpSilent(connection="member_1").mistake(plan)
    assert [row[4] for row in bonds(plan)] == ["no LACP", "LACP short timeout"]


@pytest.mark.parametrize("mode", ["active", "passive"])
def test_an_end_that_only_answers_is_enough(mode: str) -> None:
    plan = make_plan(lag(mode))
    assert session(plan, "prod").in_service
    assert all(bond.forms and bond.least_members == 1 for bond in plan.bonds)
    assert LacpSilent(connection="member_1").mistake(plan) == ""
