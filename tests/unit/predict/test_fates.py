"""What becomes of packets where routes share the flows, and while something that was healed is not back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_plan import made, small_plan

from dxemu.control.forward import Believed
from dxemu.predict import passing
from dxemu.predict.detect import Detection
from dxemu.predict.followers import followers
from dxemu.predict.impact import Impact
from dxemu.predict.not_back_yet import still_missing
from dxemu.predict.notice import Noticed, may_not_begin, sooner
from dxemu.predict.outcome import Fate, World
from dxemu.predict.returns import Comeback, Return
from dxemu.predict.standing import lasting
from dxemu.predict.windows import Term, Window
from dxemu.units import Seconds


def test_where_flows_are_shared_some_are_lost_with_one_way_and_all_with_all() -> None:
    world = World(made("load_sharing"))
    view, flow = world.view(Believed()), world.flow("app", "web")
    ways = view.ways(flow)
    assert len(ways) > 1
    common = frozenset.intersection(*(frozenset(way.cables()) for way in ways))
    own = [frozenset(way.cables()) - common for way in ways]
    assert view.fate(flow, frozenset()) is Fate.ARRIVES
    assert view.fate(flow, own[0]) is Fate.MAYBE
    assert view.fate(flow, frozenset.union(*own)) is Fate.LOST


def test_a_cable_that_is_no_member_of_a_lag_is_taken_out_of_none() -> None:
    world = World(small_plan())
    out = world.view(Believed(out=frozenset({("colo_router", "primary"), ("dx_1", "primary")})))
    assert out.fate(world.flow("app", "web"), frozenset()) is Fate.ARRIVES


def test_a_tunnel_that_had_a_way_all_the_time_follows_nobody() -> None:
    """What was healed lies beside it; with nothing under it at first it follows."""
    plan = made("ipsec_over_public_vif")
    world = World(plan)
    (public,) = [one for one in plan.sessions if one.name == "public"]
    down = Believed(down_ends=frozenset((public.name, end.speaker) for end in public.ends))
    healed = Impact(fault="it", at=Seconds(5), until=Seconds(500), cables=("web",), carrier_lost_at=())
    assert list(followers(world, [healed], Believed(), Believed())) == []
    assert list(followers(world, [healed], down, down)) == []
    assert list(followers(world, [healed], Believed(), down)) == []
    assert {one.tunnel for one, _ in followers(world, [healed], down, Believed())} == {one.name for one in plan.tunnels}


@pytest.mark.parametrize(("at", "lasts"), [(4.9, False), (5.0, True), (9.9, True), (10.0, False)])
def test_a_fault_lasts_from_its_moment_until_its_heal(at: float, lasts: bool) -> None:
    one = Impact(fault="it", at=Seconds(5), until=Seconds(10), cables=("web",), carrier_lost_at=())
    for_good = replace(one, until=None)
    assert lasting([one, for_good], at) == (*((one,) if lasts else ()), *((for_good,) if at >= 5 else ()))


@pytest.mark.parametrize(
    ("windows", "orders"),
    [([(0, 1), (2, 3), (4, 5)], ["abc"]), ([(0, 2), (1, 3), (4, 5)], ["abc", "cba"]), ([(0, 2), (1, 3)], ["ab", "ba"])],
)
def test_where_the_order_is_not_known_both_are_looked_at(
    windows: list[tuple[float, float]], orders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(passing, "heard_after", lambda _, origins: told.extend(origins))
    monkeypatch.setattr(passing, "under_way", lambda *_: ())
    world = World(small_plan())
    steps = [
        Noticed(Detection(name, "bfd", Window((Term(name, low, high, "here"),))), lambda believed: believed, None)
        for name, (low, high) in zip("abc", windows, strict=False)
    ]
    passing.moving(world, steps, world.unbroken, world.flow("app", "web"), frozenset())
    assert "".join(told) == "".join(orders)


def test_what_a_flow_may_not_see_at_all_begins_at_nothing() -> None:
    lost = Window((Term("it", 3, 5, "here"),))
    whole, later = lost.plus(*may_not_begin(3)), lost.plus(*sooner(2, 3))
    assert (whole.low_s, whole.high_s) == (0, 5)
    assert (later.low_s, later.high_s) == (2, 5), "somebody else may notice a second sooner"
    assert may_not_begin(0) == sooner(3, 3) == sooner(4, 3) == ()


BACKUP = frozenset({("backup", "colo_router"), ("backup", "dx_2:vgw")})
PRIMARY = frozenset({("primary", "colo_router"), ("primary", "dx_1:vgw")})


@pytest.mark.parametrize(
    ("backup_s", "other_s", "at", "outage_s", "more_s"),
    [
        (30, 5, 20, 0, 20),  # healed at 10 s, back by 40 s, and primary is cut at 20 s
        (30, 60, 20, 0, 50),  # whatever is back last
        (30, 5, 20, 4, 16),  # beyond what the cut costs anyway
        (30, 5, 20, 25, 0),
        (30, 5, 45, 0, 0),
        (5, 30, 20, 0, 0),  # backup is back; what is not leads nowhere
    ],
)
def test_what_is_healed_but_not_back_costs_until_it_is(
    backup_s: float, other_s: float, at: float, outage_s: float, more_s: float
) -> None:
    world = World(small_plan())
    returning = Return(world, (), 10.0)

    def back(name: str, s: float, gone: Believed) -> Comeback:
        return Comeback(name, Window((Term(name, 0, s, "here"),)), gone, ())

    vars(returning)["comebacks"] = (
        back("backup", backup_s, Believed(down_ends=BACKUP)),
        back("o", other_s, Believed()),
    )
    outage = Window((Term("the cut", 0, outage_s, "here"),))
    flow = world.flow("app", "web")
    found = still_missing(world, [returning], at, Believed(down_ends=PRIMARY), flow, frozenset(), outage)
    assert sum(term.high_s for term in found) == pytest.approx(more_s)
