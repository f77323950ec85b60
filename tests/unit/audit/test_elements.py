"""What can fail alone: the same elements, faults and impacts as a scenario has."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from audited import REPOSITORY, TOPOLOGIES, audited

from dxemu.audit.elements import NOUNS, failures, modes, probe_pairs
from dxemu.audit.menu import make_audit
from dxemu.faults.menu import kinds
from dxemu.parameters import Need, parameters_of
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.report.audit import to_json
from dxemu.report.picture.draw import draw
from dxemu.report.picture.weak import weak_spots
from dxemu.story.names import names_of
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from tools.verify_audit import checks_of, sampled

VALID = sorted((REPOSITORY / "tests" / "unit" / "topology" / "valid").glob("*.yaml"))


def of(name: str) -> tuple[Topology, Plan]:
    topology = load(REPOSITORY / "topologies" / f"{name}.yaml")
    return topology, make_plan(topology)


def test_what_faults_let_fail_is_a_target_of_theirs_and_an_element_of_the_audit() -> None:
    for kind, fault in kinds().items():
        targets = [p.key for p in parameters_of(fault) if p.need is Need.TARGET]
        assert set(fault.audited) <= set(targets) & set(NOUNS), kind
    listed = {(mode.fault, mode.kind) for mode in modes()}
    assert listed == {(kind, target) for kind, fault in kinds().items() for target in fault.audited}


def test_a_routing_process_that_stops_takes_no_element_away() -> None:
    """What is asked of a design there is graceful restart."""
    assert not kinds()["bgp_restart"].audited


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_failures_are_of_elements_that_a_scenario_may_name(name: str) -> None:
    topology, plan = of(name)
    found = failures(topology, plan)
    assert found
    for failure in found:
        assert failure.name in names_of(topology)[failure.mode.kind]
        assert failure.mode.of(failure.name).target == failure.name


def test_a_carrier_takes_all_of_its_circuits() -> None:
    topology, plan = of("hardware_high_availability")
    taken = {f.name: f.impact.cables for f in failures(topology, plan) if f.mode.kind == "carrier"}
    assert taken == {"north": ("metro_aa", "metro_bb"), "south": ("metro_ab", "metro_ba")}


def test_pairs_have_ipv6_where_both_ends_have_it() -> None:
    _, plan = of("private_vif")
    assert [pair.version for pair in probe_pairs(plan)] == [4, 6]


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_every_topology_can_be_audited_and_drawn(file: Path) -> None:
    topology = load(file)
    plan = make_plan(topology)
    audit = make_audit(topology, plan, pairs=True)
    assert json.dumps(to_json(audit))
    assert draw(topology, plan, weak_spots(audit))


def test_two_devices_may_not_fail_together() -> None:
    (pair,) = audited("backup_connection", pairs=True).pairs or ()
    assert [failure.element for failure in pair.first] == [
        "connection primary",
        "VLAN of primary",
        "AWS device dx_1",
    ]
    assert [failure.element for failure in pair.second] == ["connection backup", "VLAN of backup", "AWS device dx_2"]


def test_pairs_are_asked_for() -> None:
    assert audited("backup_connection").pairs is None


def test_worst_comes_first() -> None:
    severities = [one.severity for one in audited("vpn_backup_static").found]
    assert severities == sorted(severities, reverse=True)
    assert math.isinf(severities[0][0])


def test_sample_repeats_and_is_of_many_topologies() -> None:
    checks = [check for name in TOPOLOGIES[::2] for check in checks_of(REPOSITORY / "topologies" / f"{name}.yaml")]
    chosen = sampled(checks, 8, 3)
    assert [check.text for check in chosen] == [check.text for check in sampled(checks, 8, 3)]
    assert len({check.file for check in chosen}) == 8
    assert [check.text for check in chosen] != [check.text for check in sampled(checks, 8, 4)]
