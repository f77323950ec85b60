"""What changes from the state with everything up is what BGP comes to when it starts without it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from dxemu.bgp.rib import LocRib
from dxemu.control.converge import Settled, announcements, converge_ends
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


def routes(rib: LocRib) -> dict[object, object]:
    return {prefix: (choice.routes, rib.candidates(prefix)) for prefix, choice in rib.best.items()}


@pytest.mark.parametrize("name", ["backup_connection", "site_link", "vpn_backup_static", "many_vpcs"])
def test_ends_that_give_up_come_to_the_same_as_a_start_without_them(name: str) -> None:
    plan = make_plan(load(TOPOLOGIES / f"{name}.yaml"))
    settled, before = Settled(plan), announcements(plan)
    for session, which in product(plan.sessions, ((0,), (1,), (0, 1))):
        down = frozenset((session.name, session.ends[number].speaker) for number in which)
        anew, changed = converge_ends(plan, down, before), settled.without(down)
        assert {s: routes(rib) for s, rib in changed.items()} == {s: routes(rib) for s, rib in anew.items()}


def test_only_the_tables_of_those_who_hear_of_it_are_other_ones() -> None:
    plan = make_plan(load(TOPOLOGIES / "many_vpcs.yaml"))
    settled = Settled(plan)
    ends = next(s.ends for s in plan.sessions if s.name == "staging")
    changed = settled.without(frozenset(("staging", end.speaker) for end in ends))
    others = {name for name, rib in changed.items() if rib is not settled.ribs[name]}
    assert others == {"customer_router", *(end.speaker for end in ends)}
