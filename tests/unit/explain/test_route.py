"""`dxemu explain route`: who originates a prefix, who hears of it, what refuses it, and what each table does."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest

from dxemu.bgp.rib import in_order
from dxemu.explain.names import NotExplained
from dxemu.explain.prefix import explain_prefix
from dxemu.explain.prefix_model import PrefixExplanation, TableEntry, Told
from dxemu.explain.state import State
from dxemu.report.explain_route import render
from tests.unit.explain.designs import NAMES, changed, state_of

GOLDEN = Path(__file__).parent / "golden"
SHOWN = [
    ("vpn_backup_static", "10.0.0.0/16"),
    ("backup_connection", "10.0.0.0/16"),
    ("transit_gateway", "172.31.0.0/16"),
    ("public_vif", "203.0.113.0/24"),
    ("many_vpcs", "172.29.0.0/16"),
    ("backup_connection", "10.0.0.0/12"),
]


@pytest.mark.parametrize(("name", "prefix"), SHOWN)
def test_what_is_printed(name: str, prefix: str) -> None:
    golden = GOLDEN / f"route_{name}_{prefix.replace('/', '_')}.txt"
    text = render(explain_prefix(state_of(name), prefix), width=100)
    if os.environ.get("DXEMU_WRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def told(found: PrefixExplanation, speaker: str, hears: str) -> Told:
    (one,) = [one for one in found.told if (one.speaker, one.hears) == (speaker, hears)]
    return one


def table(found: PrefixExplanation, where: str) -> TableEntry:
    (one,) = [entry for entry in found.tables if entry.where == where]
    return one


def unfiltered(name: str) -> State:
    """The design with customer's routers that announce all that they know."""
    state = state_of(name)
    sessions = tuple(
        dataclasses.replace(s, ends=(dataclasses.replace(s.ends[0], announces=None), s.ends[1]))
        for s in state.plan.sessions
    )
    return dataclasses.replace(state, plan=dataclasses.replace(state.plan, sessions=sessions))


def test_who_announces_it_to_whom() -> None:
    found = explain_prefix(state_of("backup_connection"), "10.0.0.0/16")
    assert found.originated == ("customer_router (AS 65000)",)
    primary = told(found, "colo_router", "dx_1:vgw")
    assert (primary.kind, primary.as_path, primary.communities) == ("eBGP", "65000", ("7224:7300",))
    assert (primary.local_pref, told(found, "colo_router", "dx_2:vgw").local_pref) == (300, 100)
    gateway = table(found, "virtual private gateway vgw")
    assert gateway.kernel == "VPC prod route table"
    assert [loser.why for loser in gateway.losers] == ["higher local preference (300 over 100)"]


def test_aws_passes_nothing_on() -> None:
    found = explain_prefix(state_of("public_vif"), "203.0.113.0/24")
    assert "passes nothing on" in told(found, "dx_1:public", "rival").why_not


def test_a_route_filter_refuses_it() -> None:
    """Announced by a router whose own filter is wider than what AWS has approved."""
    state = unfiltered("public_vif")
    found = explain_prefix(state, "10.0.0.0/16")
    assert "10.0.0.0/16 is private" in told(found, "colo_router", "dx_1:public").refused
    narrow = explain_prefix(state_of("public_vif"), "10.0.0.0/16")
    assert told(narrow, "colo_router", "dx_1:public").why_not == "only 203.0.113.0/24 may be announced there"


def test_an_as_loop_refuses_it() -> None:
    """A router that announces everything tells AWS on one connection what AWS said on the other."""
    state = unfiltered("backup_connection")
    found = told(explain_prefix(state, "172.31.0.0/16"), "colo_router", "dx_2:vgw")
    assert found.refused == "AS loop: own AS 64512 is in the AS_PATH 65000 64512"
    kept = told(explain_prefix(state_of("backup_connection"), "172.31.0.0/16"), "colo_router", "dx_2:vgw")
    assert kept.why_not == "only 10.0.0.0/16 may be announced there"


def test_a_quota_is_named() -> None:
    networks = [f"10.{n}.0.0/16" for n in range(101)]
    state = changed("backup_connection", customer={"data_center": {"networks": networks}})
    found = explain_prefix(state, "10.7.0.0/16")
    primary = next(line for line in found.down if line.startswith("session primary: Idle"))
    assert "101 prefixes are more than the 100 allowed" in primary
    assert {(one.speaker, one.hears) for one in found.told} == {("customer_router", "colo_router")}
    assert not any("dx_1" in table.where or "vgw" in table.where for table in found.tables)


def test_allowed_prefixes() -> None:
    literal = explain_prefix(state_of("transit_gateway"), "172.31.0.0/16")
    assert any("not announced; the allowed prefixes are announced literally: 172.16.0.0/12" in n for n in literal.notes)
    named = explain_prefix(state_of("transit_gateway"), "172.16.0.0/12")
    assert any("announced because it is an allowed prefix" in note for note in named.notes)
    change = {"dxgw": {"associations": {"vgw_east": {"allowed_prefixes": ["192.168.0.0/16"]}}}}
    state = changed("direct_connect_gateway", aws={"direct_connect_gateways": change})
    (cidr,) = next(v.cidrs for v in state.topology.aws.vpcs if v.name == "east")
    filtered = explain_prefix(state, str(cidr))
    assert any("does not pass the filter of the allowed prefixes" in note for note in filtered.notes)
    assert filtered.told == ()


def test_route_propagation_off() -> None:
    change = {"vgw": {"route_propagation": "off"}}
    state = changed("backup_connection", aws={"virtual_private_gateways": change})
    found = explain_prefix(state, "10.0.0.0/16")
    entry = table(found, "virtual private gateway vgw")
    assert (entry.kernel, entry.why_not) == ("", "route propagation is off")


def test_a_vpcs_own_route_table() -> None:
    def design(propagation: str) -> State:
        vgw = {"virtual_private_gateways": {"vgw": {"route_propagation": propagation}}}
        return changed("backup_connection", aws={**vgw, "vpcs": {"prod": {"static_routes": {"0.0.0.0/0": "vgw"}}}})

    off, on = (table(explain_prefix(design(word), "10.0.0.0/16"), "VPC prod") for word in ("off", "on"))
    assert (off.kernel, off.why_not) == ("", "route propagation is off")
    assert (on.kernel, on.how) == ("VPC prod route table", "propagated from virtual private gateway vgw")
    found = explain_prefix(design("off"), "0.0.0.0/0")
    assert table(found, "VPC prod").how == "static route to virtual private gateway vgw"
    assert any(note.endswith("and has static routes: 0.0.0.0/0") for note in found.notes)
    assert table(explain_prefix(design("off"), "172.31.0.0/16"), "VPC prod").how == "local"


def test_nobody_has_it() -> None:
    around = explain_prefix(state_of("backup_connection"), "10.0.1.0/24")
    assert around.nobody
    assert around.covering == ("10.0.0.0/16",)
    inside = explain_prefix(state_of("backup_connection"), "10.0.0.0/12")
    assert inside.covered == ("10.0.0.0/16",)
    nothing = explain_prefix(state_of("backup_connection"), "2001:db8::/32")
    assert (nothing.nobody, nothing.covering, nothing.covered) == (True, (), ())


def test_sessions_that_are_down_tell_nothing() -> None:
    found = explain_prefix(state_of("backup_connection").without(["primary"]), "10.0.0.0/16")
    assert {one.hears for one in found.told} == {"colo_router", "dx_2:vgw"}


@pytest.mark.parametrize("name", NAMES)
def test_every_prefix_of_every_design(name: str) -> None:
    """What is best at a speaker or gateway is there, and nothing is told that would not be let in and kept."""
    state = state_of(name)
    prefixes = in_order({prefix for rib in state.tables.ribs.values() for prefix in rib.best})
    assert prefixes
    for prefix in prefixes:
        found = explain_prefix(state, str(prefix))
        assert not found.nobody
        assert render(found) and json.dumps(dataclasses.asdict(found))
        for one in found.told:
            known = prefix in state.tables.ribs[one.hears].learnt(one.session)
            assert known == (not one.why_not and not one.refused), one


@pytest.mark.parametrize(
    ("text", "says"),
    [("10.0.1.0/16", "Did you mean 10.0.0.0/16?"), ("ten", "Write one such as 10.0.0.0/16"), ("10.0.0.0/33", "Write")],
)
def test_what_is_no_prefix(text: str, says: str) -> None:
    with pytest.raises(NotExplained) as error:
        explain_prefix(state_of("backup_connection"), text)
    assert says in str(error.value)
