"""What a router notices helps nobody whom it cannot tell: of its sessions none carries anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.audit.design import Design
from dxemu.plan.make import make_plan
from dxemu.predict.predict import predict
from dxemu.topology.load import load

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
