"""Each step of RFC 4271 section 9.1.2.2 decides when all steps before it are level, and says so."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dxemu.bgp.decision import best, step_by_step
from dxemu.bgp.decision_step import DecisionStep
from dxemu.bgp.route import Origin, Route, originate
from dxemu.units import Asn

PREFIX = IPv4Network("10.0.0.0/16")
SESSION_A = IPv4Address("192.0.2.1")


def route(
    session: str,
    *,
    local_pref: int = 100,
    as_path: tuple[int, ...] = (64512,),
    origin: Origin = Origin.IGP,
    med: int | None = None,
    external: bool = True,
    router_id: str = "1.1.1.1",
    address: str = "192.0.2.1",
    precedence: int = 0,
    originator: str | None = None,
    cluster_list_length: int = 0,
    preference_group: str = "",
) -> Route:
    return Route(
        prefix=PREFIX,
        next_hop=ip_address(address),
        as_path=tuple(Asn(n) for n in as_path),
        origin=origin,
        local_pref=local_pref,
        med=med,
        session=session,
        external=external,
        peer_router_id=IPv4Address(router_id),
        peer_address=ip_address(address),
        precedence=precedence,
        originator_id=None if originator is None else IPv4Address(originator),
        cluster_list=(IPv4Address(1),) * cluster_list_length,
        preference_group=preference_group,
    )


STEPS = [
    (route("a", local_pref=200, as_path=(1, 2)), route("b"), "higher local preference (200 over 100)"),
    (route("a", origin=Origin.EGP), route("b", as_path=(1, 2)), "shorter AS_PATH (1 over 2)"),
    (route("a", med=9), route("b", origin=Origin.EGP), "lower ORIGIN (IGP over EGP)"),
    (route("a", med=5, external=False), route("b", med=7), "lower MED from AS 64512 (5 over 7)"),
    (route("a", router_id="9.9.9.9"), route("b", external=False), "eBGP over iBGP"),
    (
        route("a", address="192.0.2.9"),
        route("b", router_id="2.2.2.2"),
        "lower router ID (1.1.1.1 over 2.2.2.2)",
    ),
    (route("b"), route("a", address="192.0.2.9"), "lower peer address (192.0.2.1 over 192.0.2.9)"),
    (route("b"), route("a", address="2001:db8::1"), "lower peer address (192.0.2.1 over 2001:db8::1)"),
    (
        route("b", address="2001:db8::9"),
        route("a", address="2001:db8::10"),
        "lower peer address (2001:db8::9 over 2001:db8::10)",
    ),
    (route("a"), route("b"), "first by name (a over b)"),
    (
        replace(route("b"), precedence=0, kind="Direct Connect"),
        replace(route("a", local_pref=999), precedence=1, kind="static VPN"),
        "Direct Connect over static VPN",
    ),
    (originate(PREFIX), replace(route("a"), precedence=-1), "originated by this router"),
    (originate(PREFIX), route("b", local_pref=999), "originated by this router"),
]


@pytest.mark.parametrize(("winner", "loser", "rule"), STEPS, ids=[rule for _, _, rule in STEPS])
def test_each_step_decides_and_names_itself(winner: Route, loser: Route, rule: str) -> None:
    for candidates in ([winner, loser], [loser, winner]):
        choice = best(candidates)
        assert choice is not None
        assert (choice.route, choice.rule) == (winner, rule)


def test_nothing_to_choose_from() -> None:
    assert best([]) is None


def test_one_route_needs_no_rule() -> None:
    choice = best([route("a")])
    assert choice is not None
    assert choice.rule == "only path"


def test_med_of_different_neighbours_is_not_compared() -> None:
    choice = best([route("a", as_path=(1,), med=50), route("b", as_path=(2,), med=10, router_id="2.2.2.2")])
    assert choice is not None
    assert choice.rule == "lower router ID (1.1.1.1 over 2.2.2.2)"


def test_no_med_counts_as_zero() -> None:
    choice = best([route("a", med=1), route("b", router_id="2.2.2.2")])
    assert choice is not None
    assert choice.rule == "lower MED from AS 64512 (0 over 1)"


def test_the_rule_is_why_the_runner_up_lost() -> None:
    low, first, second = route("a", local_pref=50), route("b"), route("c", router_id="2.2.2.2")
    choice = best([low, second, first])
    assert choice is not None
    assert choice.rule == "lower router ID (1.1.1.1 over 2.2.2.2)"


def test_igp_cost_comes_before_the_router_id() -> None:
    far, near = route("a", external=False), route("b", external=False, address="192.0.2.2", router_id="2.2.2.2")
    choice = best([far, near], igp_cost=lambda next_hop: 20 if next_hop == SESSION_A else 10)
    assert choice is not None
    assert (choice.route, choice.rule) == (near, "lower IGP cost to the next hop (10 over 20)")


routes = st.builds(
    route,
    st.sampled_from("abcd"),
    local_pref=st.sampled_from([100, 200]),
    preference_group=st.sampled_from(["", "dxgw"]),
    as_path=st.lists(st.integers(1, 3), max_size=2).map(tuple),
    origin=st.sampled_from(Origin),
    med=st.none() | st.integers(0, 2),
    external=st.booleans(),
    router_id=st.sampled_from(["1.1.1.1", "2.2.2.2"]),
    address=st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"]),
    precedence=st.sampled_from([0, 0, 1]),
    originator=st.none() | st.sampled_from(["1.1.1.1", "3.3.3.3"]),
    cluster_list_length=st.sampled_from([0, 0, 1]),
)


@given(
    st.lists(routes, min_size=1, max_size=6).flatmap(lambda found: st.tuples(st.just(found), st.permutations(found)))
)
def test_best_is_a_candidate_and_order_does_not_matter(found: tuple[list[Route], list[Route]]) -> None:
    as_listed, shuffled = best(found[0]), best(found[1])
    assert as_listed is not None
    assert as_listed.route in found[0]
    assert as_listed == shuffled
    assert (as_listed.step, as_listed.runner_up) == (shuffled.step, shuffled.runner_up)


def test_every_loser_says_at_which_step_it_went_out() -> None:
    low, far, second, first = (
        route("a", local_pref=50),
        route("d", as_path=(64512, 1)),
        route("c", router_id="2.2.2.2"),
        route("b"),
    )
    choice = best([low, second, first, far])
    assert choice is not None
    assert [(loser.route.session, loser.step, loser.why) for loser in choice.losers] == [
        ("a", DecisionStep.LOCAL_PREF, "higher local preference (100 over 50)"),
        ("d", DecisionStep.AS_PATH, "shorter AS_PATH (1 over 2)"),
        ("c", DecisionStep.ROUTER_ID, "lower router ID (1.1.1.1 over 2.2.2.2)"),
    ]


def test_multipath_uses_what_is_level_up_to_the_interior_cost() -> None:
    first, second, third = route("a"), route("b", router_id="2.2.2.2"), route("c", router_id="3.3.3.3")
    longer = route("d", as_path=(64512, 1))
    choice = best([third, longer, second, first], maximum_paths=lambda _best: 2)
    assert choice is not None
    assert choice.routes == (first, second)
    assert [loser.route.session for loser in choice.losers] == ["d", "c"]


@given(st.lists(routes, min_size=1, max_size=6), st.integers(1, 16))
def test_every_candidate_is_used_or_a_loser(found: list[Route], most: int) -> None:
    choice = best(found, maximum_paths=lambda _best: most)
    assert choice is not None
    assert {*choice.routes, *(loser.route for loser in choice.losers)} == set(found)
    assert len(choice.routes) <= most


level_routes = st.builds(
    route,
    st.sampled_from(["", "a", "b", "c"]),
    as_path=st.sampled_from([(), (1,), (2,)]),
    med=st.none() | st.integers(0, 2),
    external=st.sampled_from([True, True, False]),
    router_id=st.sampled_from(["1.1.1.1", "2.2.2.2"]),
    address=st.sampled_from(["192.0.2.1", "192.0.2.2"]),
)
"""They get as far as MED, which is where the least rank alone would be wrong."""


@settings(max_examples=80)
@given(
    st.lists(routes | level_routes, min_size=1, max_size=8) | st.lists(level_routes, min_size=1, max_size=8), st.data()
)
def test_the_least_rank_is_what_is_left_step_by_step(found: list[Route], data: st.DataObject) -> None:
    most = data.draw(st.integers(1, 8))
    assert best(found) == step_by_step(tuple(found))
    paths = best(found, maximum_paths=lambda _best: most)
    assert paths == step_by_step(tuple(found), maximum_paths=lambda _best: most)
    costs = data.draw(st.fixed_dictionaries({item.next_hop: st.integers(0, 2) for item in found}))
    assert best(found, costs.__getitem__) == step_by_step(tuple(found), costs.__getitem__)


def test_med_between_different_neighbours_is_left_to_the_steps() -> None:
    """By rank alone `c` would win: but its lower MED counts against `a` only, and `b` has the lowest router ID."""
    a = route("a", as_path=(1,), med=5, router_id="3.3.3.3")
    b = route("b", as_path=(2,), med=9)
    c = route("c", as_path=(1,), med=1, router_id="2.2.2.2")
    choice = best([a, b, c])
    assert choice is not None
    assert (choice.route, choice.rule) == (b, "lower router ID (1.1.1.1 over 2.2.2.2)")


@pytest.mark.parametrize(
    "last",
    [
        {"router_id": "2.2.2.2"},
        {"cluster_list_length": 1},
        {"address": "192.0.2.9"},
    ],
    ids=["router ID", "length of the CLUSTER_LIST", "peer address"],
)
def test_what_only_the_last_steps_tell_apart_is_used_together(last: dict[str, object]) -> None:
    """RFC 4271 section 9.1.2.2 f) and g), RFC 4456 section 9: these only make one of what is level."""
    one, other = route("a"), route("b", **last)  # type: ignore[arg-type]
    for decide in best, step_by_step:
        assert decide((one, other), maximum_paths=lambda _: 2).routes == (one, other)
        assert decide((one, replace(other, med=7)), maximum_paths=lambda _: 2).routes == (one,)
