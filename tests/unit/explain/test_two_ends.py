"""Every setting that two ends may have differently: `check` warns, `explain path` names the cause, a scenario shows it.

The settings are those of the file's entries for the customer's end: one that is new has to be told of here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dxemu.explain.path import explain_path
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.plan.mismatch import Symptom
from dxemu.report.explain_path import render
from dxemu.run.checked import checked, warnings
from dxemu.topology.file_interface import CustomerEndEntry
from dxemu.topology.file_policy import PolicyEntry
from dxemu.topology.file_vpn import TunnelCustomerEntry
from dxemu.topology.load import load
from tests.unit.audit.audited import audited

REPOSITORY = Path(__file__).parents[3]
PEERS = {"amazon_address": "169.254.10.1/30", "customer_address": "169.254.10.2/30"}
POLICY = {"local_pref", "communities", "as_path_prepend", "med", "policies", "enabled"}
"""What a router decides by itself, whatever the other end has."""
OF_A_PAIR = {"remote_ipv4_network_cidr": "local_ipv4_network_cidr"}
"""Selectors are a pair: one of it is enough to differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    """A setting: where it is changed, what is warned and explained, and the scenario in which it is seen."""

    topology: str
    patch: Mapping[str, object]
    path: str
    words: tuple[str, ...]
    scenario: str
    symptom: Symptom | None = None


def vif(scenario: str, symptom: Symptom | None, customer: Mapping[str, object], *words: str) -> Differs:
    return Differs(
        topology="backup_connection",
        patch={"virtual_interfaces": {"primary": {**PEERS, "customer": customer}}},
        path="primary",
        words=words,
        scenario=scenario,
        symptom=symptom,
    )


def tunnel(scenario: str, symptom: Symptom | None, customer: Mapping[str, object], *words: str) -> Differs:
    """Of tunnel 1, with nothing else but the VPN in service, so that a tunnel that is up is crossed."""
    shut = {"primary": {"customer": {"enabled": False}}}
    return Differs(
        topology="vpn_backup",
        patch={"virtual_interfaces": shut, "vpns": {"vpn": {"tunnels": {"1": {"customer": customer}}}}},
        path="vpn_tunnel_1",
        words=words,
        scenario=scenario,
        symptom=symptom,
    )


ON_VIFS: Mapping[str, Differs] = {
    "vlan": vif("cases/wrong_vlan", Symptom.NO_ARP_ANSWER, {"vlan": 110}, "VLAN 110", "VLAN 101"),
    "asn": vif("cases/wrong_customer_asn", Symptom.BAD_PEER_AS, {"asn": 65001}, "ASN 65001", "2/2"),
    "amazon_asn": vif("cases/wrong_amazon_asn", Symptom.BAD_PEER_AS, {"amazon_asn": 7224}, "ASN 7224 for AWS", "2/2"),
    "address": vif(
        "cases/wrong_mask", Symptom.NO_ARP_ANSWER, {"address": "169.254.10.2/31"}, "169.254.10.2/31", "subnet"
    ),
    "amazon_address": vif(
        "cases/peer_addresses_swapped",
        Symptom.NO_ARP_ANSWER,
        {"address": "169.254.10.1/30", "amazon_address": "169.254.10.2"},
        "169.254.10.2 as its neighbor",
        "AWS has 169.254.10.1",
    ),
    "auth_key": vif(
        "cases/md5_mismatch", Symptom.NO_TCP_CONNECTION, {"auth_key": "rehearse-1 "}, "another MD5 key", "RFC 2385"
    ),
    "signs": vif("cases/no_md5_key", Symptom.NO_TCP_CONNECTION, {"signs": False}, "no MD5 key", "RFC 2385"),
    "ttl_security": vif("cases/ttl_security", Symptom.NO_TCP_CONNECTION, {"ttl_security": True}, "TTL 1", "RFC 5082"),
    "mtu": vif("cases/mtu_differs", None, {"mtu": 1400}, "MTU 1400", "from AWS of more than 1400 bytes are lost"),
}
ON_TUNNELS: Mapping[str, Differs] = {
    "configured": tunnel("cases/one_tunnel_configured", Symptom.NO_IKE, {"configured": False}, "no such tunnel"),
    "pre_shared_key": tunnel(
        "cases/pre_shared_key_mismatch",
        Symptom.AUTHENTICATION_FAILED,
        {"pre_shared_key": "Rehearse_3"},
        "another pre-shared key",
        "RFC 7296 section 2.15",
    ),
    "phase1_proposal": tunnel(
        "cases/proposal_mismatch",
        Symptom.NO_PROPOSAL_CHOSEN,
        {"phase1_proposal": "3DES-SHA1-2"},
        "3DES-SHA1-2 for phase 1",
        "AWS takes",
    ),
    "phase2_proposal": tunnel(
        "cases/proposal_mismatch",
        Symptom.NO_PROPOSAL_CHOSEN,
        {"phase2_proposal": "AES128-MD5-2"},
        "AES128-MD5-2 for phase 2",
        "AWS takes",
    ),
    "phase1_lifetime": tunnel(
        "cases/lifetimes_differ",
        None,
        {"phase1_lifetime": "86400 s"},
        "phase 1 lifetime of 86400 s",
        "AWS has 28800 s",
        "AWS asks for new keys first",
    ),
    "phase2_lifetime": tunnel(
        "cases/lifetimes_differ",
        None,
        {"phase2_lifetime": "1800 s"},
        "phase 2 lifetime of 1800 s",
        "the router asks for new keys first",
    ),
    "dpd": tunnel(
        "cases/no_dpd_at_the_router", None, {"dpd": False}, "no dead peer detection", "the router never asks"
    ),
    "dpd_timeout": tunnel(
        "cases/dpd_differs", None, {"dpd_timeout": "12 s"}, "the router gives its peer up after 12 s", "AWS after 40 s"
    ),
    "dpd_interval": tunnel("cases/dpd_differs", None, {"dpd_interval": "5 s"}, "DPD 5 s", "AWS has DPD 10 s"),
}
ELSEWHERE: Mapping[str, Differs] = {
    "bfd": Differs(
        topology="backup_connection",
        patch={"virtual_interfaces": {"primary": {"bfd": "1 s x 5"}}},
        path="primary",
        words=("BFD 1 s x 5", "300 ms x 3", "the router notices silence after 3 s, AWS after 5 s"),
        scenario="bfd_notices_whenever_it_strikes",
    ),
    "lacp": Differs(
        topology="lag",
        patch={"lags": {"bundle": {"customer": {"lacp": "off"}}}},
        path="prod",
        words=("a static bundle without LACP", "no LACPDU"),
        scenario="cases/static_port_channel",
        symptom=Symptom.NO_LACP_PARTNER,
    ),
    "selectors": Differs(
        topology="vpn_backup",
        patch={
            "vpns": {
                "vpn": {
                    "local_ipv4_network_cidr": "10.0.0.0/16",
                    "tunnels": {n: {"customer": {"local_ipv4_network_cidr": "10.1.0.0/16"}} for n in ("1", "2")},
                }
            }
        },
        path="vpn_tunnel_1",
        words=("selectors 10.1.0.0/16", "RFC 7296 section 2.9"),
        scenario="cases/selectors_mismatch",
        symptom=Symptom.TS_UNACCEPTABLE,
    ),
}
ALL = {**ON_VIFS, **ON_TUNNELS, **ELSEWHERE}


def test_none_is_left_out() -> None:
    of_vifs = set(CustomerEndEntry.model_fields) - set(PolicyEntry.model_fields)
    of_tunnels = set(TunnelCustomerEntry.model_fields) - POLICY - {*OF_A_PAIR, *OF_A_PAIR.values()}
    assert (of_vifs, of_tunnels) == (set(ON_VIFS), set(ON_TUNNELS))
    assert {one.symptom for one in ALL.values()} == {*Symptom, None}


@pytest.mark.parametrize("name", ALL)
def test_check_warns(name: str) -> None:
    one = ALL[name]
    topology = load(REPOSITORY / "topologies" / f"{one.topology}.yaml", one.patch)
    (line, *others) = [line for line in warnings(topology, make_plan(topology)).splitlines() if one.path in line]
    assert not others
    assert ": warning: " in line
    assert all(words in line for words in one.words), line
    assert ("will not come up" in line) is (one.symptom is not None)


@pytest.mark.parametrize("name", ALL)
def test_explain_names_the_cause(name: str) -> None:
    one = ALL[name]
    topology = load(REPOSITORY / "topologies" / f"{one.topology}.yaml", one.patch)
    found = explain_path(State(topology, make_plan(topology)), "app", "web")
    told = found.ends_differ if one.symptom is None else found.down
    (cause,) = [words for words in told if one.path in words]
    assert all(words in cause for words in one.words), cause
    shown = " ".join(render(found).split())
    assert cause in shown


MTUS = {
    (1500, 1400): "the customer's router has MTU 1400, AWS has MTU 1500: packets from AWS of more than 1400 bytes are "
    "lost at the router without a word; to AWS the router itself tells who sends longer ones (ICMP)",
    (1500, 9001): "the customer's router has MTU 9001, AWS has MTU 1500: packets to AWS of more than 1500 bytes are "
    "lost at AWS's device without a word",
}


@pytest.mark.parametrize(("amazon", "customer"), MTUS)
def test_the_direction_of_an_mtu_is_told(amazon: int, customer: int) -> None:
    """In the file's own place, in the same words everywhere; and where packets are lost is where they are dropped."""
    change = {"virtual_interfaces": {"primary": {"mtu": amazon, "customer": {"mtu": customer}}}}
    topology = load(REPOSITORY / "topologies" / "backup_connection.yaml", change)
    plan, words = make_plan(topology), MTUS[amazon, customer]
    assert warnings(topology, plan).endswith(f": warning: ends of primary differ: {words}")
    assert explain_path(State(topology, plan), "web", "app").ends_differ == (f"primary: {words}",)
    ends = dict(zip(("the router", "AWS's device"), plan.session("primary").ends, strict=True))
    (where,) = [ends[end] for end in ends if f"lost at {end}" in words]
    assert [(d.node, d.interface) for d in plan.silent_drops] == [(where.node, where.interface)]
    assert plan.silent_drops[0].longer_than == min(amazon, customer)
    told = [f.finding for f in audited("backup_connection", change).found if f.code == "DX-A017"]
    assert [(f.problem, f.path) for f in told] == [
        (f"virtual interface primary: {words}", ("virtual_interfaces", "primary", "customer", "mtu"))
    ]


@pytest.mark.parametrize("name", ALL)
def test_a_scenario_shows_it(name: str) -> None:
    one = ALL[name]
    path = REPOSITORY / "scenarios" / f"{one.scenario}.yaml"
    text = path.read_text(encoding="utf-8")
    assert "warning" in checked(path) or "matrix" in text
    expected = f"is: {one.symptom.value}" if one.symptom is not None else "expect"
    assert expected in text


@pytest.mark.parametrize("name", sorted({one.topology for one in ALL.values()}))
def test_what_does_not_differ_is_not_told(name: str) -> None:
    topology = load(REPOSITORY / "topologies" / f"{name}.yaml")
    plan = make_plan(topology)
    assert warnings(topology, plan) == ""
    found = explain_path(State(topology, plan), "app", "web")
    assert (found.down, found.ends_differ) == ((), ())
