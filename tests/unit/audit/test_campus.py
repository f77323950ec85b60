"""Buildings of one campus are one location to AWS's resiliency models, and can fail alone or together."""

from __future__ import annotations

import pytest

from dxemu.audit.level import Level, built_as
from dxemu.faults.location_down import LocationDown
from dxemu.plan.make import make_plan
from dxemu.topology.load import load
from tests.unit.audit.audited import NOTHING_SHARED, REPOSITORY, Change, audited, problems

ONE_CAMPUS: Change = {"aws": {"locations": {"EqDC2": {"campus": "ashburn"}, "EqNY5": {"campus": "ashburn"}}}}
TOGETHER: Change = {**NOTHING_SHARED, **ONE_CAMPUS}


@pytest.mark.parametrize("name", ["high_resiliency", "maximum_resiliency"])
def test_two_buildings_of_a_campus_are_development_and_test(name: str) -> None:
    assert built_as(load(REPOSITORY / "topologies" / f"{name}.yaml", ONE_CAMPUS)) is Level.DEVELOPMENT


def test_a_campus_and_a_location_of_another_place_are_two() -> None:
    york: Change = {"aws": {"locations": {"EqNY5": {"campus": "york"}, "EqNY6": {"campus": "york", "devices": ["d"]}}}}
    assert built_as(load(REPOSITORY / "topologies" / "high_resiliency.yaml", york)) is Level.HIGH


def test_a_campus_alone_keeps_a_design_from_high_resiliency() -> None:
    apart, together = audited("high_resiliency", NOTHING_SHARED), audited("high_resiliency", TOGETHER)
    assert (apart.resiliency.effective, together.resiliency.effective) == (Level.HIGH, Level.DEVELOPMENT)
    assert [blocker.failures[0].element for blocker in together.resiliency.blockers] == ["campus ashburn"]
    assert problems("DX-A001", "high_resiliency", NOTHING_SHARED) == []
    assert problems("DX-A001", "high_resiliency", TOGETHER) == ["campus ashburn: no way from app to web is left"]


def test_what_stands_in_for_each_other_shares_the_campus_and_no_building() -> None:
    (found,) = problems("DX-A002", "high_resiliency", TOGETHER)
    assert found.endswith("all depend on campus ashburn")


def test_a_building_that_is_fatal_says_it_for_its_campus() -> None:
    only_one: Change = {**ONE_CAMPUS, "virtual_interfaces": {"ny_1": None}}
    names = [one.finding.names for one in audited("high_resiliency", only_one).found if one.code == "DX-A001"]
    assert ("EqDC2",) in names
    assert ("ashburn",) not in names


def test_a_campus_with_one_building_in_use_is_no_element_of_its_own() -> None:
    spare: Change = {"aws": {"locations": {"EqDC2": {"campus": "a"}, "EqDC4": {"campus": "a", "devices": ["dx_9"]}}}}
    kinds = {o.failures[0].mode.kind for o in audited("high_resiliency", spare).outcomes}
    assert "location" in kinds
    assert "campus" not in kinds


def test_a_fault_strikes_a_building_or_all_of_them() -> None:
    plan = make_plan(load(REPOSITORY / "topologies" / "high_resiliency.yaml", ONE_CAMPUS))
    building = {effect.node for effect in LocationDown(location="EqDC2").effects(plan)}  # type: ignore[attr-defined]
    campus = {effect.node for effect in LocationDown(campus="ashburn").effects(plan)}  # type: ignore[attr-defined]
    assert building < campus
    assert campus == {node.name for node in plan.nodes if node.place in ("EqDC2", "EqNY5")}
