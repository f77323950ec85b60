"""`explain path` names the ways that the tables give, on designs that nobody has written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dxemu.explain.path import explain_path
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from tools import verify_designs
from tools.verify_designs import disagreements, drawn

SEEDS = range(1, 31)


@pytest.mark.parametrize("seed", SEEDS)
def test_explained_and_computed_ways_agree(seed: int) -> None:
    assert list(disagreements(drawn(seed))) == []


def test_two_routes_that_both_end_at_one_router_share_nothing() -> None:
    """Seed 70145: both tunnels are equal and neither's own packets get out. That is one way, which ends."""
    design = drawn(70145)
    state = State(design.topology, make_plan(design.topology))
    way = explain_path(state, "app", "web").directions[0]
    assert way.hops[-1].reason is not None
    assert way.hops[-1].reason.shared
    assert not way.shared
    assert list(disagreements(design)) == []


def test_public_services_are_compared_too() -> None:
    """Seed 70004 draws a design that has nothing else at AWS."""
    design = drawn(70004)
    state = State(design.topology, make_plan(design.topology))
    assert list(verify_designs.pairs(state)) == []
    assert len(list(verify_designs.services(state))) == 8
    assert "fetch: {from: app, service: s3_us_east_1" in verify_designs.scenario(design, state)


def test_a_way_that_is_another_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(state: State, near: str, far: str, *, ipv6: bool) -> object:
        found = explain_path(state, near, far, ipv6=ipv6)
        way = found.directions[0]
        return replace(found, directions=(replace(way, hops=way.hops[1:]), found.directions[1]))

    monkeypatch.setattr(verify_designs, "explain_path", wrong)
    assert any("is no way of" in words for words in disagreements(drawn(3)))


def test_designs_are_of_many_arrangements_and_both_ip_versions() -> None:
    designs = [drawn(seed) for seed in SEEDS]
    assert len({design.base for design in designs}) > len(SEEDS) // 3
    versions = {v for d in designs for _, _, v in verify_designs.pairs(State(d.topology, make_plan(d.topology)))}
    assert versions == {4, 6}
