"""A lab follows another plan, or is what it was before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from dxemu.bgp.rib import LocRib
from dxemu.errors import LabError
from dxemu.lab.apply import ChangeNotMade, Follower
from dxemu.lab.routing import Routing
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan, Role
from dxemu.topology.load import load
from dxemu.units import IPNetwork

TOPOLOGY = Path(__file__).parents[3] / "topologies/high_resiliency.yaml"
NEW = ip_network("10.9.0.0/16")
LEAKED = ip_network("10.8.0.0/16")


@dataclass
class Table:
    """A router that announces what it is told to, until it is `stuck`."""

    loc_rib: LocRib
    orders: list[tuple[IPNetwork, ...]] = field(default_factory=list)
    stuck: tuple[int, ...] = ()

    async def originate(self, prefixes: Sequence[IPNetwork]) -> None:
        self.orders.append(tuple(prefixes))
        if len(self.orders) not in self.stuck:
            self.loc_rib.originate(prefixes)

    @property
    def says(self) -> list[IPNetwork]:
        return [route.prefix for route in self.loc_rib.routes()]


@pytest.fixture
def before() -> Plan:
    return make_plan(load(TOPOLOGY))


def with_more(plan: Plan) -> Plan:
    """Every speaker announces one prefix more."""
    return replace(plan, speakers=tuple(replace(s, originates=(*s.originates, NEW)) for s in plan.speakers))


def follow(before: Plan, after: Plan, tables: dict[str, Table]) -> str:
    routers: Any = tables
    clock: Any = None
    return asyncio.run(Follower(before, after, Routing(routers, {}, {}), clock).follow())


def tables_of(plan: Plan) -> dict[str, Table]:
    return {speaker.name: Table(LocRib(speaker.originates)) for speaker in plan.speakers}


def test_it_says_what_it_read_back(before: Plan) -> None:
    tables = tables_of(before)
    said = follow(before, with_more(before), tables)
    assert all(NEW in table.says for table in tables.values())
    assert all(name in said for name in tables)
    assert "its table says 10.0.0.0/16, 10.9.0.0/16" in said


def test_what_is_announced_beside_the_design_stays(before: Plan) -> None:
    tables = tables_of(before)
    leaking = tables[before.speakers[0].name]
    leaking.loc_rib.originate((*before.speakers[0].originates, LEAKED))
    follow(before, with_more(before), tables)
    assert {LEAKED, NEW} <= set(leaking.says)


def test_what_was_begun_is_taken_back_if_something_fails(before: Plan) -> None:
    tables = tables_of(before)
    was = {name: table.says for name, table in tables.items()}
    tables[before.speakers[-1].name].stuck = (1,)
    with pytest.raises(ChangeNotMade, match=r"should announce .* All is as it was before"):
        follow(before, with_more(before), tables)
    assert {name: table.says for name, table in tables.items()} == was


def test_a_lab_that_cannot_go_back_is_lost(before: Plan) -> None:
    tables = tables_of(before)
    tables[before.speakers[0].name].stuck = (2,)
    tables[before.speakers[-1].name].stuck = (1,)
    with pytest.raises(LabError, match="Going back failed, too") as caught:
        follow(before, with_more(before), tables)
    assert not isinstance(caught.value, ChangeNotMade)


def test_nothing_is_touched_for_what_no_lab_follows(before: Plan) -> None:
    tables = tables_of(before)
    more = replace(before.nodes[0], name="spare", role=Role.ROUTER)
    with pytest.raises(ChangeNotMade, match="add node spare"):
        follow(before, replace(with_more(before), nodes=(*before.nodes, more)), tables)
    assert not any(table.orders for table in tables.values())
