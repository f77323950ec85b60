"""Actions that change nothing are mistakes; what a router passes on can be withdrawn; announcing moves no packets."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.predict.prediction import Prediction
from dxemu.run.prepare import prepare

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


def predicted(folder: Path, topology: str, *actions: str) -> tuple[Prediction, ...]:
    file = folder / "scenario.yaml"
    steps = "\n".join(f"  - {{at: {5 * number} s, action: {{{a}}}}}" for number, a in enumerate(actions, start=1))
    file.write_text(
        f"story: it is announced\ntopology: {TOPOLOGIES / topology}.yaml\n"
        f"probes:\n  app: {{udp: {{from: app, to: web, rate: 100/s}}}}\nsteps:\n{steps}\nend: 60 s\n",
        encoding="utf-8",
    )
    return prepare(file).predictions


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("announce_prefixes: {router: colo_router, prefixes: [10.0.0.0/16]}", "announces 10.0.0.0/16 already"),
        ("withdraw_prefixes: {router: colo_router, prefixes: [203.0.113.0/24]}", "nothing to withdraw"),
    ],
)
def test_an_action_without_effect_is_a_mistake_of_the_file(tmp_path: Path, action: str, words: str) -> None:
    with pytest.raises(InputErrors, match=words) as raised:
        predicted(tmp_path, "backup_connection", action)
    (problem,) = raised.value.problems
    assert problem.code == "DX-S020"
    assert problem.mark.line == 6


def test_what_a_router_passes_on_is_drained_by_withdrawing_it(tmp_path: Path) -> None:
    gone = "withdraw_prefixes: {router: colo_dc, prefixes: [10.0.0.0/16]}"
    back = "announce_prefixes: {router: colo_dc, prefixes: [10.0.0.0/16]}"
    found = predicted(tmp_path, "high_resiliency", gone, back)
    assert {p.fault for p in found} == {"withdraw_prefixes", "announce_prefixes"}
    assert all(p.outage.high_s < 0.1 for p in found)


def test_what_the_only_router_withdraws_is_lost(tmp_path: Path) -> None:
    gone = "withdraw_prefixes: {router: colo_router, prefixes: [10.0.0.0/16]}"
    lost = {p.direction: p.outage.low_s for p in predicted(tmp_path, "backup_connection", gone)}
    assert lost == {"to_aws": 0, "from_aws": float("inf")}


def test_what_was_announced_can_be_withdrawn(tmp_path: Path) -> None:
    leak = "{router: colo_router, first: 10.64.0.0/24, count: 3}"
    found = predicted(tmp_path, "backup_connection", f"announce_prefixes: {leak}", f"withdraw_prefixes: {leak}")
    assert all(p.outage.high_s == 0 for p in found)
