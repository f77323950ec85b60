"""`dxemu explain path`: the rule at each hop, what would be next, what is asymmetric and what is unused.

After a change of the words that is meant: DXEMU_WRITE_GOLDEN=1 pytest tests/unit/explain, and read the files.
"""

from __future__ import annotations

import dataclasses
import json
import os
from itertools import combinations
from pathlib import Path

import pytest

from dxemu.explain.model import Direction, Explanation, Hop
from dxemu.explain.names import NotExplained
from dxemu.explain.path import explain_path
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.plan.model import Role
from dxemu.report.explain_path import render
from dxemu.topology.load import load
from tests.unit.explain.designs import NAMES, changed, state_of

GOLDEN = Path(__file__).parent / "golden"
VALID = Path(__file__).parents[1] / "topology" / "valid"
SHOWN = [
    ("vpn_backup_static", "web", "app"),
    ("backup_connection", "app", "web"),
    ("transit_gateway", "build", "app"),
    ("public_vif", "app", "s3_us_west_2"),
    ("many_vpcs", "app", "db"),
    ("many_vpcs", "web", "db"),
    ("ipsec_over_transit_vif", "app", "web"),
    ("lag", "app", "web"),
]


def text_of(name: str, source: str, target: str) -> str:
    return render(explain_path(state_of(name), source, target), width=100)


def hop_at(way: Direction, node: str) -> Hop:
    (found,) = [hop for hop in way.hops if hop.node == node]
    return found


@pytest.mark.parametrize(("name", "source", "target"), SHOWN, ids=lambda word: word)
def test_what_is_printed(name: str, source: str, target: str) -> None:
    golden = GOLDEN / f"path_{name}_{source}_{target}.txt"
    text = text_of(name, source, target)
    if os.environ.get("DXEMU_WRITE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_why_the_vpn_although_direct_connect_is_up() -> None:
    """The question that brings people here, answered with the rule that decided and AWS's page."""
    found = explain_path(state_of("vpn_backup_static"), "web", "app")
    from_aws, to_aws = found.directions
    reason = hop_at(from_aws, "tgw").reason
    assert reason is not None
    assert reason.how == "static VPN, vpn_tunnel_1"
    lost = {loser.how: loser.why for loser in reason.losers}
    assert lost["Direct Connect, dx_1, virtual interface primary"] == "static VPN over Direct Connect"
    assert any("a static route wins over a propagated one" in rule and "Transit Gateway" in rule for rule in reason.aws)
    assert (from_aws.over, to_aws.over) == (("vpn_tunnel_1",), ("primary",))
    assert found.asymmetric
    assert "BGP VPN" in found.remedy
    (unused,) = found.unused
    assert (unused.connection, unused.direction) == ("primary", "from_aws")
    assert unused.why == "transit gateway tgw: static VPN over Direct Connect"


def test_both_directions_are_the_same_whichever_is_asked_for() -> None:
    forth = explain_path(state_of("vpn_backup_static"), "web", "app").directions
    back = explain_path(state_of("vpn_backup_static"), "app", "web").directions
    assert forth == back[::-1]


def test_next_best_until_nothing_is_left() -> None:
    (_, to_aws) = explain_path(state_of("vpn_backup_static"), "web", "app").directions
    assert [(one.lost[-1], one.over) for one in to_aws.next_best] == [
        ("primary", ("vpn_tunnel_1",)),
        ("vpn_tunnel_1", ("vpn_tunnel_2",)),
        ("vpn_tunnel_2", ()),
    ]
    assert to_aws.next_best[0].at == "router customer_router"
    assert "no route to 172.31.1.10" in to_aws.next_best[-1].rule


def test_next_best_of_maximum_resiliency_is_the_order_of_the_design() -> None:
    ways = explain_path(state_of("maximum_resiliency"), "app", "web").directions
    assert len(ways) == 2
    for way in ways:
        assert [one.over for one in way.next_best] == [("dc_2",), ("ny_1",), ("ny_2",), ()]


def test_next_best_between_two_sites() -> None:
    """The packet crosses a virtual interface at each site, and either may be lost."""
    there, back = explain_path(state_of("site_link"), "app", "branch").directions
    assert [(one.lost, one.over) for one in there.next_best] == [(("dc",), ()), (("ny_1",), ("dc", "ny_2"))]
    assert [(one.lost, one.over) for one in back.next_best] == [
        (("ny_1",), ("ny_2", "dc")),
        (("ny_1", "ny_2"), ()),
        (("dc",), ()),
    ]
    assert (there.direction, back.direction) == ("", "")
    reason = hop_at(there, "dc_dx_1").reason
    assert reason is not None
    assert reason.how == "SiteLink from ny_dx_1"


def test_a_tunnel_is_lost_with_what_carries_it() -> None:
    """Nobody has to say that the tunnels are down: their own packets no longer arrive."""
    state = state_of("ipsec_over_transit_vif").without(["primary", "backup"])
    assert [s.name for s in state.plan.sessions if s.tunnel is not None and state.is_up(s)] == []
    assert not explain_path(state, "app", "web").directions[0].arrives


@pytest.mark.parametrize("name", NAMES)
def test_every_hop_of_every_path_has_a_reason(name: str) -> None:
    """Each table that was asked is named with the entry that matched, in every design and both IP versions."""
    state = state_of(name)
    ends = [node.name for node in state.plan.nodes if node.role in (Role.HOST, Role.INSTANCE, Role.SERVICE)]
    assert len(ends) > 1
    for source, target in combinations(ends, 2):
        found = explain_path(state, source, target)
        assert len(found.directions) == 2
        for way in found.directions:
            assert way.arrives == (way.end == "")
            reasons = [hop.reason for hop in way.hops]
            assert None not in reasons[:-1]
            assert all(reason.how and reason.prefix and reason.rule for reason in reasons if reason is not None)
        assert render(found) and json.dumps(dataclasses.asdict(found))


def test_ipv6() -> None:
    found = explain_path(state_of("private_vif"), "app", "web", ipv6=True)
    assert [way.over for way in found.directions] == [("prod",), ("prod",)]
    assert found.directions[0].address == "2001:db8:aaaa:1::10"
    reason = hop_at(found.directions[1], "vgw").reason
    assert reason is not None
    assert (reason.prefix, reason.table) == ("2001:db8:10::/48", "VPC prod route table")


def test_longest_prefix_wins_over_direct_connect() -> None:
    """A VPN with a more specific prefix takes the traffic, whatever AWS prefers for equal prefixes."""
    state = changed("vpn_backup_static", vpns={"vpn": {"static_routes": ["10.0.0.0/17"]}})
    found = explain_path(state, "web", "app")
    reason = hop_at(found.directions[0], "tgw").reason
    assert reason is not None
    assert reason.rule.startswith("lower router ID")
    over = [loser for loser in reason.losers if loser.prefix == "10.0.0.0/16"]
    assert [(loser.why, loser.how) for loser in over] == [
        ("longest prefix (/17 over /16)", "Direct Connect, dx_1, virtual interface primary")
    ]
    assert any("longest prefix" in rule for rule in reason.aws)
    assert found.remedy == "Use a BGP VPN, whose routes lose to Direct Connect."
    (unused,) = [entry for entry in found.unused if entry.direction == "from_aws"]
    assert "it has 10.0.0.0/16 by it, and the longer 10.0.0.0/17" in unused.why


def test_two_connections_out_of_step() -> None:
    change = {"backup": {"customer": {"local_pref": 300, "communities": ["7224:7100"]}}}
    found = explain_path(changed("backup_connection", virtual_interfaces=change), "app", "web")
    assert found.asymmetric
    assert "send 7224:7300 on backup and 7224:7100 on primary" in found.remedy
    assert "give primary the higher customer.local_pref" in found.remedy


def test_several_routes_used_together() -> None:
    """Each flow takes one of them: the other one is not unused, and the path is not asymmetric."""
    found = explain_path(state_of("load_sharing"), "app", "web")
    to_aws, from_aws = found.directions
    assert to_aws.shared and from_aws.shared
    reason = hop_at(from_aws, "vgw").reason
    assert reason is not None
    assert reason.shared == (
        "Direct Connect, dx_1, virtual interface first",
        "Direct Connect, dx_2, virtual interface second",
    )
    assert (found.unused, found.asymmetric) == ((), False)
    assert [one.over for one in to_aws.next_best] == [("second",), ()]
    assert "shared per flow over Direct Connect, dx_1" in " ".join(render(found).split())


def test_routers_that_prefer_the_vpn() -> None:
    change = {"vpn": {"customer": {"local_pref": 500}}}
    found = explain_path(changed("vpn_backup", vpns=change), "app", "web")
    assert found.asymmetric
    assert "Give primary a higher customer.local_pref than vpn_tunnel_1" in found.remedy


def test_route_propagation_off() -> None:
    change = {"vgw": {"route_propagation": "off"}}
    state = changed("backup_connection", aws={"virtual_private_gateways": change})
    way = explain_path(state, "web", "app").directions[0]
    assert not way.arrives
    assert "route propagation is off: vgw knows 10.0.0.0/16 by Direct Connect, dx_1" in way.end


def test_what_is_unused_is_not_contradicted() -> None:
    """The gateway knows the prefix by the virtual interface, and its VPC's route table does not get it."""
    for version in (False, True):
        state = changed("private_vif", aws={"virtual_private_gateways": {"vgw": {"route_propagation": "off"}}})
        found = explain_path(state, "app", "web", ipv6=version)
        (unused,) = [one for one in found.unused if one.direction == "from_aws"]
        assert "hears of" in unused.why and unused.why.endswith("by it, but route propagation is off")


def with_static_routes(*prefixes: str, propagation: str = "off") -> State:
    return changed(
        "backup_connection",
        aws={
            "virtual_private_gateways": {"vgw": {"route_propagation": propagation}},
            "vpcs": {"prod": {"static_routes": dict.fromkeys(prefixes, "vgw")}},
        },
    )


def test_a_static_route_of_a_vpc_leads_to_the_gateway_which_chooses() -> None:
    way = explain_path(with_static_routes("0.0.0.0/0"), "web", "app").directions[0]
    assert (way.arrives, way.over) == (True, ("primary",))
    hop = hop_at(way, "vgw")
    assert hop.vpc is not None and hop.reason is not None
    assert (hop.vpc.table, hop.vpc.prefix, hop.vpc.rule) == ("VPC prod route table", "0.0.0.0/0", "only match")
    assert hop.vpc.how == "static route to virtual private gateway vgw"
    assert hop.reason.how == "Direct Connect, dx_1, virtual interface primary"
    text = text_of_state(with_static_routes("0.0.0.0/0"))
    assert "  VPC prod route table          0.0.0.0/0 static route to virtual private gateway vgw: only match" in text
    assert "next best   without primary: backup" in text


def test_the_rules_of_a_vpcs_route_table() -> None:
    state = with_static_routes("0.0.0.0/0", "10.0.0.0/16", propagation="on")
    reason = hop_at(explain_path(state, "web", "app").directions[0], "vgw").vpc
    assert reason is not None
    assert [(loser.prefix, loser.how, loser.why) for loser in reason.losers] == [
        ("0.0.0.0/0", "static route to virtual private gateway vgw", "longest prefix (/16 over /0)"),
        ("10.0.0.0/16", "propagated from virtual private gateway vgw", "static over propagated"),
    ]
    assert any("a static route wins over a propagated one" in rule and "VPC User Guide" in rule for rule in reason.aws)
    state = with_static_routes("0.0.0.0/0", propagation="on")
    reason = hop_at(explain_path(state, "web", "app").directions[0], "vgw").vpc
    assert reason is not None
    assert reason.how == "propagated from virtual private gateway vgw"


def test_a_static_route_of_a_vpc_that_does_not_cover_the_destination() -> None:
    found = explain_path(with_static_routes("10.64.0.0/16"), "web", "app")
    way = found.directions[0]
    assert not way.arrives
    assert way.end.startswith("VPC prod route table: no route to 10.0.1.10, because route propagation is off and no ")
    assert way.end.endswith("vgw knows 10.0.0.0/16 by Direct Connect, dx_1, virtual interface primary")
    (primary,) = [entry for entry in found.unused if entry.virtual_interface == "primary"]
    assert primary.why == "virtual private gateway vgw hears of 10.0.0.0/16 by it, but route propagation is off"
    unknown = explain_path(with_static_routes("0.0.0.0/0"), "web", "192.0.2.1").directions[0]
    assert unknown.end == "virtual private gateway vgw has no route to 192.0.2.1"


def text_of_state(state: State) -> str:
    return render(explain_path(state, "web", "app"), width=100)


def test_static_routes_of_a_vpc_on_a_transit_gateway() -> None:
    def design(static: object) -> State:
        return changed("transit_gateway", aws={"vpcs": {"prod": {"static_routes": static}}})

    way = explain_path(design({"10.0.0.0/8": "tgw"}), "web", "app").directions[0]
    reason = hop_at(way, "prod").reason
    assert way.arrives and reason is not None
    assert (reason.prefix, reason.how) == ("10.0.0.0/8", "static route to transit gateway tgw")
    assert explain_path(design({}), "web", "app").directions[0].end == "VPC prod has no route to 10.0.1.10"


def test_a_route_table_that_nothing_propagates_to() -> None:
    tables = {
        "on_premises": {"associations": ["dxgw"], "propagations": ["prod", "dev"]},
        "vpcs": {"associations": ["prod", "dev"], "propagations": []},
    }
    state = changed("transit_gateway", aws={"transit_gateways": {"tgw": {"route_tables": tables}}})
    way = explain_path(state, "web", "app").directions[0]
    assert "transit gateway tgw, route table vpcs: no route to 10.0.1.10, because nothing propagates it" in way.end
    assert "tgw knows 10.0.0.0/16 by Direct Connect, dx_1" in way.end


def test_a_static_route_of_a_route_table() -> None:
    def design(static: object) -> State:
        tables = {
            "on_premises": {"associations": ["dxgw"], "propagations": ["prod", "dev"]},
            "vpcs": {"associations": ["prod", "dev"], "propagations": ["dxgw"], "static_routes": static},
        }
        return changed("transit_gateway", aws={"transit_gateways": {"tgw": {"route_tables": tables}}})

    reason = hop_at(explain_path(design({"10.0.0.0/16": "dxgw"}), "web", "app").directions[0], "tgw").reason
    assert reason is not None
    assert reason.how == "static route to dxgw: Direct Connect, dx_1, virtual interface transit"
    assert any("a static route wins" in rule for rule in reason.aws)
    shorter = hop_at(explain_path(design({"10.0.0.0/8": "dxgw"}), "web", "app").directions[0], "tgw").reason
    assert shorter is not None
    assert (shorter.prefix, shorter.how) == ("10.0.0.0/16", "Direct Connect, dx_1, virtual interface transit")
    dropped = explain_path(design({"10.0.0.0/16": "blackhole"}), "web", "app").directions[0]
    assert "10.0.0.0/16 is a blackhole; it wins over Direct Connect, dx_1" in dropped.end


def test_a_virtual_interface_that_nobody_accepted() -> None:
    text = text_of("hosted_vif", "app", "warehouse")
    assert "virtual interface guest: its owner has not accepted it" in text
    assert "not reached: router customer_router has no route to 172.30.1.10" in text


def test_addresses_instead_of_names() -> None:
    named = explain_path(state_of("backup_connection"), "app", "web").directions
    by_address = explain_path(state_of("backup_connection"), "10.0.1.10", "172.31.1.10").directions
    assert [way.hops for way in by_address] == [way.hops for way in named]


def test_an_address_that_nothing_has() -> None:
    found = explain_path(state_of("backup_connection"), "app", "172.31.9.9")
    assert "nothing in backup_connection has 172.31.9.9" in found.directions[0].end
    elsewhere = explain_path(state_of("backup_connection"), "app", "192.0.2.1")
    assert "router customer_router has no route to 192.0.2.1" in elsewhere.directions[0].end
    assert "cannot be told" in elsewhere.directions[1].end


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("wbe", "app", "Did you mean 'web'?"),
        ("app", "nothing_like_it", "Known: app, colo_router"),
        ("dx_1", "app", "Direct Connect device dx_1 forwards packets and sends none"),
        ("vgw", "app", "virtual private gateway vgw forwards packets and sends none"),
        ("prod", "app", "prod is a VPC\n  Ask for one of its instances: web."),
        ("app", "app", "are both app"),
        ("app", "10.0.1.10", "are both app"),
        ("192.0.2.1", "app", "is in no network"),
        ("app", "2001:db8::1", "are of two IP versions"),
    ],
)
def test_what_cannot_be_explained(source: str, target: str, says: str) -> None:
    with pytest.raises(NotExplained, match=r".*") as error:
        explain_path(state_of("backup_connection"), source, target)
    assert says in str(error.value)
    assert error.value.exit_status == 2


def test_a_host_without_ipv6() -> None:
    with pytest.raises(NotExplained, match="app has no IPv6 address"):
        explain_path(state_of("backup_connection"), "app", "web", ipv6=True)


def test_no_key_is_told() -> None:
    found: Explanation = explain_path(state_of("vpn_backup_static"), "web", "app")
    text = render(found) + json.dumps(dataclasses.asdict(found))
    assert "rehearse" not in text.lower()


def test_lines_keep_to_the_width() -> None:
    for width in (80, 100, 140):
        text = render(explain_path(state_of("vpn_backup_static"), "web", "app"), width)
        assert max(map(len, text.splitlines())) <= width
        assert all(line == line.rstrip() for line in text.splitlines())


def test_a_mesh_with_a_hole_is_the_reason_where_it_is() -> None:
    """core_1 has it by iBGP, and tells nobody by iBGP: there is no route reflector."""
    routers = {
        "core_1": {"route_reflector_clients": None},
        "core_2": {"route_reflector_clients": None, "cluster_id": None},
    }
    topology = load(VALID / "route_reflectors.yaml", {"customer": {"data_center": {"routers": routers}}})
    (to_aws, _) = explain_path(State(topology, make_plan(topology)), "app", "web").directions
    assert to_aws.end == (
        "router edge has no route to 172.31.1.10: core_1 and core_2 have 172.31.0.0/16 by iBGP, and iBGP does not pass "
        "on what iBGP brought"
    )
