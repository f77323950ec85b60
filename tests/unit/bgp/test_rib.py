"""Tables: what is learnt and lost changes the best routes, and every peer is told once."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from dxemu.bgp.policy import ExportPolicy, ImportPolicy
from dxemu.bgp.rib import AdjRibOut, Change, LocRib, Update
from dxemu.bgp.route import Announcement, Route
from dxemu.units import Asn

PREFIX = IPv4Network("10.0.0.0/16")
PREFIXES = [IPv4Network(f"10.{n}.0.0/16") for n in range(4)]
PEER = IPv4Address("192.0.2.1")
OWN = IPv4Address("192.0.2.2")
SESSIONS = ("a", "b", "c")


def route(session: str, prefix: IPv4Network = PREFIX, local_pref: int = 100) -> Route:
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
    return ExportPolicy(session=session, own_asn=Asn(65000), external=external, own_address=OWN)


def test_a_better_route_takes_over_and_its_loss_gives_way() -> None:
    rib = LocRib()
    backup, primary = route("backup"), route("primary", local_pref=200)
    assert rib.learn("backup", [backup]) == (Change(PREFIX, None, backup, "only path"),)
    assert rib.learn("primary", [primary]) == (
        Change(PREFIX, backup, primary, "higher local preference (200 over 100)"),
    )
    assert rib.learnt("primary") == (PREFIX,)
    assert rib.purge("primary") == (Change(PREFIX, primary, backup, "only path"),)
    assert rib.withdraw("backup", [PREFIX]) == (Change(PREFIX, backup, None, "no path left"),)
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


learnings = st.lists(
    st.builds(route, st.sampled_from(SESSIONS), st.sampled_from(PREFIXES), local_pref=st.sampled_from([100, 200])),
    max_size=12,
)


def table(found: list[Route]) -> LocRib:
    rib = LocRib([PREFIXES[3]])
    for item in found:
        rib.learn(item.session, [item])
    return rib


@given(learnings, st.sampled_from(SESSIONS))
def test_purge_then_relearn_gives_the_same_table(found: list[Route], lost: str) -> None:
    rib, untouched = table(found), table(found)
    kept = [item for prefix in PREFIXES for item in rib.candidates(prefix) if item.session == lost]
    gone = rib.purge(lost)
    assert all(item.session != lost for item in rib.routes())
    assert len(rib.learn(lost, kept)) == len(gone)
    assert rib.best == untouched.best


actions = st.lists(
    st.one_of(
        learnings.map(lambda found: ("learn", found)),
        st.tuples(st.sampled_from(["purge", "up", "down"]), st.sampled_from(SESSIONS)),
    ),
    max_size=15,
)


@given(actions, st.booleans())
def test_peers_are_told_everything_once(steps: list[tuple[str, list[Route] | str]], external: bool) -> None:
    """A peer that obeys the updates always knows exactly what the export policy allows, and no update is redundant."""
    rib, out = LocRib([PREFIXES[3]]), AdjRibOut()
    known: dict[str, dict[IPv4Network, Announcement]] = {}
    for action, what in steps:
        updates: list[Update] = []
        if isinstance(what, list):
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
        assert tuple(announcements[prefix] for prefix in sorted(announcements)) == out.sent(session)
