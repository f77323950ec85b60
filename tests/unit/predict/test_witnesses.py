"""Who is said to have noticed a failure, and what the cables that are left join."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_plan import small_plan

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.control.wires import Wires
from dxemu.faults.cable_silent import CableSilent
from dxemu.plan.model import Side
from dxemu.predict.detect import Detection
from dxemu.predict.impact import Impact, impact_of
from dxemu.predict.notice import Noticed, Witnesses
from dxemu.predict.outcome import World
from dxemu.predict.struck import Struck
from dxemu.predict.windows import Window
from dxemu.units import Seconds

WAY = ForwardingPath(("host", "near", "far"), (), ("mine",), arrives=True)


def noticed(node: str, session: str | None) -> Noticed:
    return Noticed(Detection(node, "bfd", Window()), lambda believed: believed, session)


@pytest.mark.parametrize(
    ("seen", "first"),
    [
        ([("far", None), ("far", "mine"), ("near", "mine")], ("near", "mine")),
        ([("near", "other"), ("beside", "mine")], ("beside", "mine")),
        ([("beside", "other"), ("far", "other"), ("near", None)], ("near", None)),
        ([("beside", "other"), ("above", None)], ("beside", "other")),
    ],
)
def test_the_witness_is_of_a_session_on_the_way_then_the_nearest_then_the_first(
    seen: list[tuple[str, str | None]], first: tuple[str, str | None]
) -> None:
    found = Witnesses([noticed(*one) for one in seen]).first_on(WAY)
    assert found is not None
    assert (found.detection.node, found.session) == first


def test_nobody_is_a_witness_of_what_nobody_notices() -> None:
    assert Witnesses([]).first_on(WAY) is None


def test_each_side_has_the_witnesses_that_are_its_own() -> None:
    plan = small_plan()
    impact = impact_of(plan, "it", Seconds(5), None, CableSilent(connection="primary").effects(plan))
    world = World(plan)
    sides = Struck(world, (impact,), impact, lambda _: world).witnesses
    there = ForwardingPath(("app", "colo_router", "dx_1", "web"), (), ("primary",), arrives=True)
    back = replace(there, nodes=there.nodes[::-1])
    for way in there, back:
        firsts = {side: found.first_on(way) for side, found in sides.items()}
        nodes = {side: None if first is None else first.detection.node for side, first in firsts.items()}
        assert nodes[Side.CUSTOMER] == "colo_router"
        assert nodes[Side.AWS] == "dx_1"
        assert nodes[Side.CARRIER] == way.nodes[1], "whoever notices, where nobody of a side does"


def test_what_was_healed_before_is_dead_no_longer() -> None:
    plan = small_plan()
    world = World(plan)

    def cut(cable: str, at: float, until: float | None) -> Impact:
        end = None if until is None else Seconds(until)
        return Impact(fault=cable, at=Seconds(at), until=end, cables=(cable,), carrier_lost_at=())

    gone, lasting, now, later = (
        cut("app", 5, 10),
        cut("metro", 6, 20),
        cut("primary", 12, None),
        cut("backup", 13, None),
    )
    one = Struck(world, (gone, lasting, now, later), now, lambda _: world)
    assert (one.earlier, one.dead, one.cables) == ({"metro"}, {"metro", "primary"}, {"primary"})
    at_its_end = cut("app", 5, 12)
    assert Struck(world, (at_its_end, now), now, lambda _: world).dead == {"primary"}


def test_cables_that_are_left_join_what_they_joined() -> None:
    plan = small_plan()
    wires = Wires(plan)
    whole = wires.parts(frozenset())
    assert len(set(whole.values())) == 1
    lan = next(cable for cable in plan.cables if plan.node(cable.a.node).name == "app" or cable.b.node == "app")
    cut = wires.parts({lan.name})
    assert {node for node, part in cut.items() if part == cut["app"]} == {"app"}
