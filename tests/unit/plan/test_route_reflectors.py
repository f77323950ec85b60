"""Two clusters behind one router: who hears of AWS's route by whom, and which of the two it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.bgp.rib import LocRib
from dxemu.control.converge import NeverSettles, Settled, converge
from dxemu.daemons.exabgp_config import Peer
from dxemu.plan.diff import diff
from dxemu.plan.followed import not_followed
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.plan.order import RESET, careful
from dxemu.topology.load import load
from dxemu.units import network

DESIGN = Path(__file__).parents[1] / "topology" / "valid" / "route_reflectors.yaml"
VPC, OWN = network("172.31.0.0/16"), network("10.0.0.0/16")


def plan_of(change: Mapping[str, object] | None = None) -> Plan:
    return make_plan(load(DESIGN, change or {}))


def next_of(plan: Plan, ribs: Mapping[str, LocRib], router: str, prefix: object = VPC) -> str:
    """The router that another one sends to."""
    route = ribs[router].best[prefix].route  # type: ignore[index]  # a prefix
    ends = plan.session(route.session).ends
    return next(end.speaker for end in ends if end.speaker != router)


def test_each_router_takes_the_shorter_cluster_list_and_the_other_exit_takes_over() -> None:
    plan = plan_of()
    settled = Settled(plan)
    edge = settled.ribs["edge"].best[VPC]
    assert edge.rule == "shorter CLUSTER_LIST (1 over 2)"
    assert next_of(plan, settled.ribs, "edge") == "core_1"
    assert next_of(plan, settled.ribs, "exit_2") == "core_2"
    without = settled.without(frozenset({("primary", "exit_1"), ("primary", "dx_1:vgw")}))
    assert next_of(plan, without, "edge") == "core_2"
    assert next_of(plan, without, "exit_1") == "core_1"
    assert [str(c) for c in without["core_1"].best[VPC].route.cluster_list] == ["10.0.0.2"]


def test_the_data_centers_network_comes_to_both_exits() -> None:
    plan = plan_of()
    ribs = converge(plan)
    assert next_of(plan, ribs, "exit_1", OWN) == "core_1"
    assert str(ribs["exit_1"].best[OWN].route.originator_id) == str(plan.speaker("edge").router_id)


def test_reflectors_of_one_cluster_take_nothing_of_each_other() -> None:
    one = {"customer": {"data_center": {"routers": {"core_1": {"cluster_id": "10.0.0.2"}}}}}
    plan = plan_of(one)
    assert VPC in converge(plan)["core_2"].best  # edge is a client of both, and tells none of the other's
    both = [route.session for route in converge(plan)["core_2"].candidates(VPC)]
    assert not [name for name in both if "cores" in name]


def test_a_router_that_is_nobodys_client_hears_nothing_of_the_others() -> None:
    plan = plan_of({"customer": {"data_center": {"routers": {"core_1": {"route_reflector_clients": None}}}}})
    assert VPC in converge(plan)["core_1"].best
    only_core_2 = {route.session for route in converge(plan)["edge"].candidates(VPC)}
    assert only_core_2 == {"edge-edge_2-core_2"}


def test_reflectors_that_prefer_each_other_are_told_so_instead_of_computed_for_ever() -> None:
    near = {"customer": {"circuits": {"cores": {"cost": 5}}}}
    level = {"virtual_interfaces": {"primary": {"customer": {"local_pref": 100}}}}
    with pytest.raises(NeverSettles, match=r"never settles: .*core_"):
        converge(plan_of({**near, **level}))


@pytest.mark.parametrize(
    ("core_1", "anew"),
    [
        ({"cluster_id": "10.0.0.9"}, {"edge-edge_1-core_1", "core_1-cores-core_2", "core_1-far_1-exit_1"}),
        ({"route_reflector_clients": ["exit_1"]}, {"edge-edge_1-core_1"}),
        ({"route_reflector_clients": None}, {"edge-edge_1-core_1", "core_1-far_1-exit_1"}),
    ],
    ids=["another cluster", "a client less", "no reflector any more"],
)
def test_a_running_lab_makes_those_sessions_anew_that_a_router_does(core_1: object, anew: set[str]) -> None:
    """FRR ends a session whose peer becomes a client, or none, and all iBGP sessions where its cluster changes."""
    after = plan_of({"customer": {"data_center": {"routers": {"core_1": core_1}}}})
    for found in (diff(plan_of(), after), diff(after, plan_of())):
        assert list(not_followed(found)) == []
        steps = [step for step in careful(found) if step.difference.table == "sessions"]
        assert {str(step.difference.key[0]) for step in steps if step.breaks == RESET} == anew


def test_the_others_of_a_reflector_hear_of_a_client_more_without_being_made_anew() -> None:
    session, end = plan_of().session("core_1-cores-core_2"), plan_of().session("core_1-cores-core_2").ends[0]
    same = replace(session, ends=(replace(end, cluster_id=None), session.ends[1]))
    assert not Peer.at(session, "core_1").opens_otherwise(Peer.at(same, "core_1"))
    other = replace(session, ends=(replace(end, client=True), session.ends[1]))
    assert Peer.at(session, "core_1").opens_otherwise(Peer.at(other, "core_1"))
