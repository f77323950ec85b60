"""What a router notices helps nobody whom it cannot tell: a session that carries nothing carries no update."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.audit.design import Design
from dxemu.plan.make import make_plan
from dxemu.predict.predict import predict
from dxemu.topology.load import load
from dxemu.units import Seconds

TOPOLOGY = Path(__file__).parents[3] / "topologies" / "vpn_backup.yaml"
CIRCUIT = "circuit metro falls silent"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("connection primary falls silent", CIRCUIT),
        ("VLAN of primary falls silent", CIRCUIT),
        (CIRCUIT, "VLAN of primary falls silent"),
    ],
)
def test_a_withdrawal_does_not_cross_a_silent_circuit(first: str, second: str) -> None:
    """BFD tells colo_router in a second; the hosts' router, with its VPN, hears of it by the hold timer of iBGP."""
    topology = load(TOPOLOGY)
    design = Design(topology, make_plan(topology))
    failures = {failure.text: failure.impact for failure in design.failures}
    both = predict(design.plan, [failures[first], failures[second]], design.pairs, design.world)
    found = {p.direction: p for p in both if p.fault == failures[first].fault}
    to_aws, from_aws = found["to_aws"], found["from_aws"]
    assert (to_aws.node, to_aws.detected_by) == ("customer_router", "hold_timer")
    assert to_aws.outage.low_s == pytest.approx(60, abs=0.01)
    assert (from_aws.node, from_aws.detected_by) == ("dx_1", "bfd")
    assert from_aws.outage.high_s < 1


def test_one_that_is_told_moves_at_once() -> None:
    """The circuit lives: the hosts' router hears of it as soon as BFD has noticed."""
    topology = load(TOPOLOGY)
    design = Design(topology, make_plan(topology))
    (impact,) = [f.impact for f in design.failures if f.text == "VLAN of primary falls silent"]
    to_aws = next(p for p in predict(design.plan, [impact], design.pairs, design.world) if p.direction == "to_aws")
    assert (to_aws.node, to_aws.detected_by) == ("colo_router", "bfd")
    assert to_aws.outage.high_s < 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("connection primary falls silent", "circuit metro_aa falls silent"),
        ("VLAN of primary falls silent", "carrier north falls silent"),
        ("circuit metro_aa falls silent", "AWS device dx_1 dies"),
    ],
)
def test_one_of_two_circuits_that_is_silent_carries_no_withdrawal(first: str, second: str) -> None:
    """colo_a tells dc_b, and cannot tell dc_a, which goes on sending until iBGP's hold timer has expired."""
    topology = load(TOPOLOGY.with_name("hardware_high_availability.yaml"))
    design = Design(topology, make_plan(topology))
    failures = {failure.text: failure.impact for failure in design.failures}
    both = predict(design.plan, [failures[first], failures[second]], design.pairs, design.world)
    to_aws = next(p for p in both if (p.fault, p.direction) == (failures[first].fault, "to_aws"))
    assert (to_aws.node, to_aws.detected_by) == ("dc_a", "hold_timer")
    assert to_aws.outage.low_s == pytest.approx(60, abs=0.01)


def test_what_was_told_before_a_circuit_fell_silent_stays_told() -> None:
    """The connection is silent for a minute before the circuit is: by then dc_a has heard of it."""
    topology = load(TOPOLOGY.with_name("hardware_high_availability.yaml"))
    design = Design(topology, make_plan(topology))
    failures = {failure.text: failure.impact for failure in design.failures}
    silent = replace(failures["connection primary falls silent"], at=Seconds(5))
    circuit = replace(failures["circuit metro_aa falls silent"], at=Seconds(65), fault="later")
    found = predict(design.plan, [silent, circuit], design.pairs, design.world)
    assert all(p.outage.high_s == 0 for p in found if p.fault == "later")
