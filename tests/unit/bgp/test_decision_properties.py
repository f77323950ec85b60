"""Decisions over any routes and any history: an order, whoever came first, and nothing outlives its session."""

from __future__ import annotations

from functools import reduce
from ipaddress import IPv4Address, ip_address, ip_network
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from dxemu.bgp.decision import Choice, best, step_by_step
from dxemu.bgp.rib import BestPathChange, LocRib
from dxemu.bgp.route import Origin, Route
from dxemu.units import Asn, IPNetwork

PREFIXES: list[IPNetwork] = [
    ip_network(text) for text in ("10.0.0.0/16", "10.0.1.0/24", "10.1.0.0/16", "2001:db8::/48")
]
SESSIONS = ("a", "b", "c", "d")
Table = dict[str, dict[IPNetwork, Route]]
"""The plain model: what each session has announced and not taken back."""


def route(
    session: str,
    prefix: IPNetwork = PREFIXES[0],
    *,
    local_pref: int = 100,
    as_path: tuple[int, ...] = (64512,),
    med: int | None = None,
    external: bool = True,
    router_id: str = "1.1.1.1",
    precedence: int = 0,
    origin: Origin = Origin.IGP,
) -> Route:
    return Route(
        prefix=prefix,
        next_hop=ip_address("192.0.2.1"),
        as_path=tuple(Asn(number) for number in as_path),
        origin=origin,
        local_pref=local_pref,
        med=med,
        session=session,
        external=external,
        peer_router_id=IPv4Address(router_id),
        peer_address=ip_address("192.0.2.1"),
        precedence=precedence,
    )


paths = st.lists(st.integers(1, 3), min_size=1, max_size=2).map(tuple)
any_route = st.builds(
    route,
    st.sampled_from(SESSIONS),
    st.sampled_from(PREFIXES),
    local_pref=st.sampled_from([100, 200]),
    as_path=paths,
    med=st.none() | st.integers(0, 2),
    external=st.booleans(),
    router_id=st.sampled_from(["1.1.1.1", "2.2.2.2", "3.3.3.3"]),
    precedence=st.sampled_from([0, 0, 1]),
)
level_route = st.builds(
    route,
    st.sampled_from(SESSIONS),
    st.sampled_from(PREFIXES[:2]),
    as_path=st.sampled_from([(1,), (2,)]),
    router_id=st.sampled_from(["1.1.1.1", "2.2.2.2", "3.3.3.3"]),
)
"""Level with each other as far as multipath asks."""

of_one_neighbour = st.builds(
    route,
    st.sampled_from(SESSIONS),
    local_pref=st.sampled_from([100, 200]),
    as_path=st.sampled_from([(1,), (1, 2), (1, 3, 2)]),
    med=st.none() | st.integers(0, 2),
    external=st.booleans(),
    router_id=st.sampled_from(["1.1.1.1", "2.2.2.2"]),
    origin=st.sampled_from(Origin),
    precedence=st.sampled_from([0, 0, 1]),
)
"""Among routes of one neighbour AS MED compares all of them."""


def better(one: Route, other: Route) -> Route:
    choice = best([one, other])
    assert choice is not None
    return choice.route


several = st.lists(of_one_neighbour, min_size=1, max_size=6)


@given(several.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_routes_of_one_neighbour_are_in_a_total_order(orders: tuple[list[Route], list[Route]]) -> None:
    """The best of all is what comparing two at a time gives, in whatever order; and it beats each of them."""
    choice = best(orders[0])
    assert choice is not None
    assert {reduce(better, order) for order in orders} == {choice.route}
    assert all(better(choice.route, other) == better(other, choice.route) == choice.route for other in orders[0])


@given(of_one_neighbour, of_one_neighbour, of_one_neighbour)
def test_better_than_better_is_better(first: Route, second: Route, third: Route) -> None:
    if better(first, second) == first and better(second, third) == second:
        assert better(first, third) == first


def test_med_is_no_order_of_two_at_a_time_and_the_decision_does_not_depend_on_arrival() -> None:
    """`old` wins over `other`, `other` over `new`, and `new` over `old`: two at a time one goes in circles.

    RFC 4271 section 9.1.2.2 (c): a lower MED puts out the other routes of its neighbour AS before router IDs are
    compared, so `old` is out, whether or not it was there first.
    """
    old = route("a", as_path=(1,), med=5, router_id="1.1.1.1")
    other = route("b", as_path=(2,), router_id="2.2.2.2")
    new = route("c", as_path=(1,), med=1, router_id="3.3.3.3")
    assert (better(old, other), better(other, new), better(new, old)) == (old, other, new)
    assert {reduce(better, order) for order in permutations([old, other, new])} == {old, other, new}
    for order in permutations([old, other, new]):
        rib = LocRib()
        for item in order:
            rib.learn(item.session, [item])
        assert rib.best[old.prefix].route == other


def chosen(table: Table, most: int) -> dict[IPNetwork, Choice]:
    """What is best of everything in the model, by the RFC's steps one after the other."""
    by_prefix: dict[IPNetwork, list[Route]] = {}
    for routes in table.values():
        for prefix, item in routes.items():
            by_prefix.setdefault(prefix, []).append(item)
    return {p: step_by_step(tuple(routes), maximum_paths=lambda _best: most) for p, routes in by_prefix.items()}


steps = st.lists(
    st.one_of(
        st.tuples(st.just("learn"), st.lists(any_route | level_route, min_size=1, max_size=3)),
        st.tuples(
            st.just("withdraw"),
            st.tuples(st.sampled_from(SESSIONS), st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=3)),
        ),
        st.tuples(st.just("purge"), st.sampled_from(SESSIONS)),
    ),
    max_size=20,
)


def step(rib: LocRib, table: Table, action: str, what: object) -> tuple[BestPathChange, ...]:
    """One thing that happens, to the RIB and to the model."""
    if action == "learn":
        assert isinstance(what, list)
        session = what[0].session
        mine = [item for item in what if item.session == session]
        table.setdefault(session, {}).update({item.prefix: item for item in mine})
        return rib.learn(session, mine)
    if action == "withdraw":
        assert isinstance(what, tuple)
        for prefix in what[1]:
            table.get(what[0], {}).pop(prefix, None)
        return rib.withdraw(*what)
    assert isinstance(what, str)
    table.pop(what, None)
    return rib.purge(what)


@settings(max_examples=60)
@given(steps, st.integers(1, 3))
def test_any_history_gives_what_a_plain_model_gives(history: list[tuple[str, object]], most: int) -> None:
    """After each step: the same choices, candidates and prefixes by session; and what is told is what changed."""
    rib, table = LocRib(maximum_paths=lambda _best: most), Table()
    before: dict[IPNetwork, Choice] = {}
    for action, what in history:
        changes = step(rib, table, action, what)
        now = chosen(table, most)
        assert dict(rib.best) == now
        for prefix in PREFIXES:
            there = [routes[prefix] for _, routes in sorted(table.items()) if prefix in routes]
            assert list(rib.candidates(prefix)) == there
        for session in SESSIONS:
            assert set(rib.learnt(session)) == set(table.get(session, {}))
        differs = {p for p in PREFIXES if _used(before.get(p)) != _used(now.get(p))}
        assert [change.prefix for change in changes] == [p for p in sorted(differs, key=PREFIXES.index)]
        for change in changes:
            old = before.get(change.prefix)
            assert (change.old, change.choice) == (None if old is None else old.route, now.get(change.prefix))
        before = now


def _used(choice: Choice | None) -> tuple[Route, ...]:
    return () if choice is None else choice.routes


@given(steps, any_route)
def test_a_withdrawal_restores_the_choice_before(history: list[tuple[str, object]], late: Route) -> None:
    rib, table = LocRib(), Table()
    for action, what in history:
        step(rib, table, action, what)
    late = route("late", late.prefix, local_pref=late.local_pref, as_path=tuple(late.as_path), med=late.med)
    before = dict(rib.best)
    came = rib.learn("late", [late])
    gone = rib.withdraw("late", [late.prefix])
    assert dict(rib.best) == before
    assert [(change.old, change.new) for change in gone] == [(change.new, change.old) for change in came]


@given(steps, st.sampled_from(SESSIONS))
def test_no_route_outlives_its_session(history: list[tuple[str, object]], lost: str) -> None:
    rib, table = LocRib(maximum_paths=lambda _best: 4), Table()
    for action, what in history:
        step(rib, table, action, what)
    rib.purge(lost)
    assert rib.learnt(lost) == ()
    left = [r for p in PREFIXES for r in rib.candidates(p)]
    used = [r for choice in rib.best.values() for r in choice.routes]
    assert lost not in {r.session for r in (*left, *used)}
    assert set(rib.best) == {r.prefix for r in left}
    assert rib.purge(lost) == ()
