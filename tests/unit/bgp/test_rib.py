"""Tables: what is learnt and lost changes the best routes, and every peer is told once."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dxemu.bgp.adj_rib_out import AdjRibOut, Update
from dxemu.bgp.policy import ExportPolicy, ImportPolicy
from dxemu.bgp.rib import BestPathChange, LocRib, in_order
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.units import Asn, IPNetwork

PREFIX = IPv4Network("10.0.0.0/16")
PREFIXES = [IPv4Network(f"10.{n}.0.0/16") for n in range(4)]
PREFIXES6 = [ip_network(f"2001:db8:{n}::/48") for n in range(2)]
MIXED = [*PREFIXES, *PREFIXES6]
PEER = IPv4Address("192.0.2.1")
OWN = IPv4Address("192.0.2.2")
OWN6 = IPv6Address("2001:db8::2")
SESSIONS = ("a", "b", "c")
SIX = "c"
"""The session whose peer has an IPv6 address."""


def route(session: str, prefix: IPNetwork = PREFIX, local_pref: int = 100) -> Route:
    return Route(
        prefix=prefix,
        next_hop=PEER,
        as_path=(Asn(64512),),
        local_pref=local_pref,
        session=session,
        external=True,
        peer_router_id=PEER,
        peer_address=PEER,
    )


def export(session: str, *, external: bool = True) -> ExportPolicy:
    own = OWN6 if session == SIX else OWN
    return ExportPolicy(session=session, own_asn=Asn(65000), external=external, own_address=own)


def told(changes: tuple[BestPathChange, ...]) -> tuple[object, ...]:
    """The only change, field by field."""
    (change,) = changes
    return change.prefix, change.old, change.new, change.rule, change.routes


def test_a_better_route_takes_over_and_its_loss_gives_way() -> None:
    rib = LocRib()
    backup, primary = route("backup"), route("primary", local_pref=200)
    assert told(rib.learn("backup", [backup])) == (PREFIX, None, backup, "only path", (backup,))
    better = told(rib.learn("primary", [primary]))
    assert better == (PREFIX, backup, primary, "higher local preference (200 over 100)", (primary,))
    assert rib.learnt("primary") == (PREFIX,)
    assert told(rib.purge("primary")) == (PREFIX, primary, backup, "only path", (backup,))
    assert told(rib.withdraw("backup", [PREFIX])) == (PREFIX, backup, None, "no path left", ())
    assert not rib.best


def test_what_changes_no_best_route_is_no_change() -> None:
    rib = LocRib()
    rib.learn("primary", [route("primary", local_pref=200)])
    assert rib.learn("backup", [route("backup")]) == ()
    assert rib.learn("primary", [route("primary", local_pref=200)]) == ()
    assert rib.purge("backup") == ()
    assert rib.withdraw("unknown", [PREFIX]) == ()


def test_an_originated_prefix_cannot_be_taken_over() -> None:
    rib = LocRib([PREFIX])
    assert rib.learn("a", [route("a", local_pref=1000)]) == ()
    assert rib.best[PREFIX].route.originated


def test_a_refused_announcement_takes_away_the_one_before() -> None:
    rib = LocRib()
    policy = ImportPolicy(
        session="a", own_asn=Asn(65000), external=True, peer_router_id=PEER, peer_address=PEER, local_pref=200
    )
    good = Announcement(prefix=PREFIX, next_hop=PEER, as_path=(Asn(64512),))
    looped = Announcement(prefix=PREFIX, next_hop=PEER, as_path=(Asn(64512), Asn(65000)))
    assert rib.receive([good], [], policy).changes[0].new == route("a", local_pref=200)
    received = rib.receive([looped], [], policy)
    assert [change.new for change in received.changes] == [None]
    assert [item.reason for item in received.refused] == ["AS loop: own AS 65000 is in the AS_PATH 64512 65000"]


def test_withdrawn_and_announced_in_one_message_is_one_change() -> None:
    rib = LocRib()
    policy = ImportPolicy(session="a", own_asn=Asn(65000), external=True, peer_router_id=PEER, peer_address=PEER)
    good = Announcement(prefix=PREFIX, next_hop=PEER, as_path=(Asn(64512),))
    rib.receive([good], [], policy)
    assert rib.receive([good], [PREFIX], policy).changes == ()


def test_a_new_session_hears_the_whole_table_but_not_its_own_routes() -> None:
    rib, out = LocRib([PREFIXES[1]]), AdjRibOut()
    rib.learn("a", [route("a")])
    assert [item.prefix for item in out.up(export("a"), rib.routes()).announce] == [PREFIXES[1]]
    assert [item.prefix for item in out.up(export("b"), rib.routes()).announce] == [PREFIX, PREFIXES[1]]
    assert out.up(export("b"), rib.routes()).announce == ()


def test_a_peer_whose_own_route_becomes_the_best_hears_a_withdrawal() -> None:
    rib, out = LocRib(), AdjRibOut()
    out.up(export("a"), ())
    out.up(export("b"), ())
    (update,) = out.after(rib.learn("a", [route("a")]))
    assert (update.session, [item.prefix for item in update.announce]) == ("b", [PREFIX])
    updates = out.after(rib.learn("b", [route("b", local_pref=200)]))
    assert [(u.session, [item.prefix for item in u.announce], u.withdraw) for u in updates] == [
        ("a", [PREFIX], ()),
        ("b", [], (PREFIX,)),
    ]


def test_a_session_that_comes_back_hears_everything_again() -> None:
    rib, out = LocRib([PREFIX]), AdjRibOut()
    out.up(export("a"), rib.routes())
    out.down("a")
    assert out.after(rib.learn("b", [route("b", PREFIXES[1])])) == ()
    assert [item.prefix for item in out.up(export("a"), rib.routes()).announce] == [PREFIX, PREFIXES[1]]


def test_up_again_takes_back_what_is_gone() -> None:
    out = AdjRibOut()
    out.up(export("b"), [route("a")])
    assert out.up(export("b"), []).withdraw == (PREFIX,)


def test_prefixes_are_in_order_ipv4_first_by_number_then_length() -> None:
    texts = ["2.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "::/0", "2001:db8::/32", "2001:db8::/48", "2001:db8:1::/48"]
    ordered = [ip_network(text) for text in texts]
    assert in_order(reversed(ordered)) == ordered
    rib = LocRib(reversed(ordered))
    assert [item.prefix for item in rib.routes()] == ordered
    assert [change.prefix for change in rib.originate([])] == ordered


def test_what_is_originated_at_runtime_changes_only_that_route() -> None:
    rib, out = LocRib([PREFIXES[0], PREFIXES6[0]]), AdjRibOut()
    for session in ("a", SIX):
        out.up(export(session), rib.routes())
    changes = rib.originate([PREFIXES[0], PREFIXES[1], PREFIXES6[0]])
    assert [(change.prefix, change.old is None) for change in changes] == [(PREFIXES[1], True)]
    (update,) = out.after(changes)
    assert (update.session, [item.prefix for item in update.announce], update.withdraw) == ("a", [PREFIXES[1]], ())
    (update,) = out.after(rib.originate([PREFIXES[0], PREFIXES[1]]))
    assert (update.session, update.announce, update.withdraw) == (SIX, (), (PREFIXES6[0],))
    assert rib.originate([PREFIXES[1], PREFIXES[0]]) == ()


def test_what_is_no_longer_originated_gives_way_to_what_was_learnt() -> None:
    rib, learnt = LocRib([PREFIX]), route("a")
    rib.learn("a", [learnt])
    (change,) = rib.originate([])
    assert (change.old, change.new) == (originate(PREFIX), learnt)
    (change,) = rib.originate([PREFIX])
    assert (change.old, change.new, change.rule) == (learnt, originate(PREFIX), "originated by this router")


learnings = st.lists(
    st.builds(route, st.sampled_from(SESSIONS), st.sampled_from(MIXED), local_pref=st.sampled_from([100, 200])),
    max_size=12,
)


def table(found: list[Route]) -> LocRib:
    rib = LocRib([PREFIXES[3], PREFIXES6[1]])
    for item in found:
        rib.learn(item.session, [item])
    return rib


@given(learnings, st.sampled_from(SESSIONS))
def test_purge_then_relearn_gives_the_same_table(found: list[Route], lost: str) -> None:
    rib, untouched = table(found), table(found)
    kept = [item for prefix in MIXED for item in rib.candidates(prefix) if item.session == lost]
    gone = rib.purge(lost)
    assert all(item.session != lost for item in rib.routes())
    assert len(rib.learn(lost, kept)) == len(gone)
    assert rib.best == untouched.best


actions: st.SearchStrategy[list[tuple[str, list[Any] | str]]] = st.lists(
    st.one_of(
        learnings.map(lambda found: ("learn", found)),
        st.tuples(st.sampled_from(["purge", "up", "down"]), st.sampled_from(SESSIONS)),
        st.lists(st.sampled_from(MIXED), unique=True).map(lambda prefixes: ("originate", prefixes)),
    ),
    max_size=15,
)


@given(actions, st.booleans())
def test_peers_are_told_everything_once(steps: list[tuple[str, list[Any] | str]], external: bool) -> None:
    """A peer that obeys the updates always knows exactly what the export policy allows, and no update is redundant."""
    rib, out = LocRib([PREFIXES[3], PREFIXES6[1]]), AdjRibOut()
    known: dict[str, dict[IPNetwork, Announcement]] = {}
    for action, what in steps:
        updates: list[Update] = []
        if action == "originate" and isinstance(what, list):
            updates += out.after(rib.originate(what))
        elif isinstance(what, list):
            for item in what:
                updates += out.after(rib.learn(item.session, [item]))
        elif action == "purge":
            updates += out.after(rib.purge(what))
        elif action == "up":
            known.setdefault(what, {})
            updates.append(out.up(export(what, external=external), rib.routes()))
        else:
            known.pop(what, None)
            out.down(what)
        for update in updates:
            for announcement in update.announce:
                assert known[update.session].get(announcement.prefix) != announcement
                known[update.session][announcement.prefix] = announcement
            for prefix in update.withdraw:
                del known[update.session][prefix]
    for session, announcements in known.items():
        fresh = AdjRibOut().up(export(session, external=external), rib.routes())
        assert {item.prefix: item for item in fresh.announce} == announcements
        assert tuple(announcements[prefix] for prefix in in_order(announcements)) == out.sent(session)


def everything_in(rib: LocRib) -> object:
    learnt = {session: rib.learnt(session) for session in SESSIONS}
    return learnt, {prefix: (choice, rib.candidates(prefix)) for prefix, choice in rib.best.items()}


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(SESSIONS), st.lists(st.sampled_from(PREFIXES)), st.integers(0, 2)),
    max_size=12,
)


@given(STEPS)
def test_copies_change_as_tables_that_never_had_anything_in_common(steps: list[tuple[int, str, Any, int]]) -> None:
    """A table, its copy and a copy of that, changed in turn, against the same changes of each from nothing."""
    begun = [route(session, prefix) for session in SESSIONS for prefix in PREFIXES]
    first = table(begun)
    second = first.copy()
    third = second.copy()
    ribs, apart = [first, second, third], [table(begun) for _ in range(3)]
    for which, session, prefixes, what in steps:
        changes = [_changed(rib[which], session, prefixes, what) for rib in (ribs, apart)]
        assert changes[0] == changes[1]
        assert [everything_in(rib) for rib in ribs] == [everything_in(rib) for rib in apart]


def _changed(rib: LocRib, session: str, prefixes: list[IPNetwork], what: int) -> tuple[BestPathChange, ...]:
    if what == 0:
        return rib.learn(session, [route(session, prefix, local_pref=150) for prefix in prefixes])
    return rib.withdraw(session, prefixes) if what == 1 else rib.purge(session)
