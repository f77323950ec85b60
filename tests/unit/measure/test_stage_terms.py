"""Which stage an outage's terms are of, and which daemons a run met."""

from __future__ import annotations

import pytest
from small_plan import small_plan

from dxemu.measure.daemons import daemons
from dxemu.measure.result import Stage
from dxemu.measure.terms import _stage


def stage(fault: str, direction: str, probe: str | None) -> Stage:
    return Stage(fault=fault, direction=direction, detected_by="bfd", node="", probe=probe)


def test_a_stage_is_of_its_fault_and_direction_and_rather_of_its_probe() -> None:
    of_all, own, other = (stage("cut", "to_aws", probe) for probe in (None, "app", "other"))
    beside = [stage("cut", "from_aws", "app"), stage("a", "to_aws", "app"), stage("later", "to_aws", "app")]
    assert _stage([*beside, of_all, other, own], "cut", "app", "to_aws") == own
    assert _stage([*beside, of_all, other], "cut", "app", "to_aws") == of_all
    assert _stage([*beside, other], "cut", "app", "to_aws") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("private_vif", {"ExaBGP", "BIRD"}),
        ("vpn_backup", {"ExaBGP", "BIRD", "strongSwan"}),
        ("hardware_high_availability", {"ExaBGP", "BIRD", "keepalived"}),
    ],
)
def test_a_run_has_met_what_its_design_needs(name: str, expected: set[str]) -> None:
    assert {one.name for one in daemons(small_plan(name=name))} == expected
