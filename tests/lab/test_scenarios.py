"""Every scenario of the repository, run whole: it passes, and `result.json` says so in the agreed words.

Its numbers are those of the yardstick, to 0.1 ms. What `dxemu explain path --run` says of it at several moments is what
its kernels said then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dxemu.run.prepare import prepare
from tests.lab import yardstick
from tests.lab.explained import differences
from tests.lab.guest import REPOSITORY
from tests.lab.rehearsals import CIRCUIT, Rehearsed, rehearsed

pytestmark = pytest.mark.lab

SCENARIOS = sorted(file.stem for file in (REPOSITORY / "scenarios").glob("*.yaml"))
SILENT = ("cut_primary_silently", "cut_primary_silently_without_bfd")
NUMBER = (int, float)
OR_NONE = type(None)

SCHEMA: dict[str, dict[str, Any]] = {
    "expectations": {"text": str, "verdict": ("pass", "fail"), "measured": str, "file": str, "line": int},
    "faults": {"kind": str, "injected_at_s": NUMBER, "healed_at_s": (*NUMBER, OR_NONE), "evidence": str},
    "outages": {
        "probe": str,
        "direction": ("to_aws", "from_aws"),
        "fault": (str, OR_NONE),
        "start_s": NUMBER,
        "end_s": (*NUMBER, OR_NONE),
        "duration_ms": (*NUMBER, OR_NONE),
        "uncertainty_ms": NUMBER,
        "packets_lost": int,
    },
    "stages": {
        "fault": str,
        "detected_by": ("carrier", "bfd", "hold_timer", "lacp", "vrrp", "dpd", "notification", "prefix_limit", "none"),
        "detect_ms": (*NUMBER, OR_NONE),
        "withdraw_ms": (*NUMBER, OR_NONE),
        "install_ms": (*NUMBER, OR_NONE),
        "first_packet_ms": (*NUMBER, OR_NONE),
    },
    "convergences": {
        "event": str,
        "after": ("fault", "heal", "action"),
        "loss_of_connectivity_ms": (*NUMBER, OR_NONE),
        "loss_derived_ms": NUMBER,
        "control_plane_to_data_plane_ms": (*NUMBER, OR_NONE),
        "differs": str,
    },
    "predicted": {"fault": str, "detect_ms": list, "outage_ms": list, "terms": list},
}
"""The keys of `result.json` as the architecture states them: a type, types, or the words that are allowed."""


def mistakes(written: dict[str, Any]) -> list[str]:
    """What of a `result.json` differs from the agreed schema."""
    wanted = {
        "schema": ("dxemu.result/1",),
        "scenario": str,
        "topology": str,
        "kernel": ("embedded",),
        "clock": ("virtual",),
        "seed": int,
        "verdict": ("pass", "fail", "invalid"),
        "virtual_s": NUMBER,
        "wall_s": NUMBER,
    }
    found = _mistakes("", written, wanted)
    for key, entry in SCHEMA.items():
        for number, value in enumerate(written[key]):
            found += _mistakes(f"{key}[{number}].", value, entry)
    return found


def _mistakes(where: str, value: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    found = []
    for key, kind in wanted.items():
        words = isinstance(kind, tuple) and isinstance(kind[0], str)
        if key not in value:
            found.append(f"{where}{key} is missing")
        elif not (value[key] in kind if words else isinstance(value[key], kind)):
            found.append(f"{where}{key} is {value[key]!r}")
    return found


def measured_inside_predicted(run: Rehearsed) -> None:
    """Compare the numbers themselves: of every fault and change, what each direction lost lies in its own window."""
    slack_ms = max((probe.interval_ms for probe in run.result.probes), default=0.0)
    for prediction in run.result.predicted:
        low, high = prediction.outage_ms
        lost = [
            outage.duration_ms
            for outage in run.result.outages
            if (outage.direction, outage.after or "fault") == (prediction.direction, "fault")
            and prediction.fault in (outage.fault, outage.action)
            and prediction.probe in ("", outage.probe)
        ]
        total = sum(duration or 0.0 for duration in lost)
        assert None not in lost, f"still out at the end: {run.result.outages}"
        assert low is not None and high is not None
        inside = low - slack_ms <= total <= high + slack_ms
        assert inside, f"{prediction.direction}: {total} ms is outside {low} - {high} ms"


def unexplained(written: dict[str, Any]) -> list[dict[str, Any]]:
    """Events whose measures of the same outage are apart by more than can be told, without a word about why."""
    found = []
    for one in written["convergences"]:
        measures = ("loss_of_connectivity_ms", "loss_derived_ms", "control_plane_to_data_plane_ms")
        values = [one[key] for key in measures if one[key] is not None]
        apart = one["packets_lost"] and max(values) - min(values) > 2 * one["uncertainty_ms"]
        if apart and one["loss_of_connectivity_ms"] is not None and not one["differs"]:
            found.append(one)
    return found


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario_passes(scenario: str, tmp_path: Path) -> None:
    run = rehearsed(scenario, tmp_path)
    assert run.result.verdict == "pass", [e for e in run.result.expectations if e.verdict != "pass"]
    assert mistakes(run.written) == []
    assert run.written["scenario"] == scenario
    assert run.written["expectations"]
    assert run.result.still_broken == (), "after the run everything is healed, and the lab is whole again"
    measured_inside_predicted(run)
    assert unexplained(run.written) == []
    probes = prepare(REPOSITORY / "scenarios" / f"{scenario}.yaml").scenario.probes
    assert list(differences(tmp_path, run.events, probes)) == []
    assert yardstick.compared(scenario, run.numbers()) == []


def test_schema_check_can_fail() -> None:
    good = {
        "schema": "dxemu.result/1",
        "scenario": "a",
        "topology": "b",
        "kernel": "embedded",
        "clock": "virtual",
        "seed": 1,
        "verdict": "pass",
        "virtual_s": 1.0,
        "wall_s": 1,
        **{key: [] for key in SCHEMA},
    }
    assert mistakes(good) == []
    assert mistakes({**good, "seed": "1", "verdict": "passed", "stages": [{}]}) != []


def test_measures_that_differ_without_a_reason_are_seen() -> None:
    one = {"loss_of_connectivity_ms": 700.0, "loss_derived_ms": 690.0, "control_plane_to_data_plane_ms": 705.0}
    one |= {"uncertainty_ms": 10.0, "packets_lost": 70, "differs": ""}
    assert unexplained({"convergences": [one]}) == []
    apart = {**one, "control_plane_to_data_plane_ms": 1000.0}
    assert unexplained({"convergences": [apart]}) == [apart]
    assert unexplained({"convergences": [{**apart, "differs": "nothing was lost for the first 300 ms"}]}) == []


@pytest.mark.parametrize("scenario", SILENT)
def test_silent_cut_means_the_same_through_a_carriers_circuit(scenario: str, tmp_path: Path) -> None:
    run = rehearsed(scenario, tmp_path, CIRCUIT)
    assert run.result.verdict == "pass", [e for e in run.result.expectations if e.verdict != "pass"]
    assert run.result.topology == CIRCUIT.stem
    measured_inside_predicted(run)


def test_pulled_cable_behind_a_carriers_circuit_is_seen_by_aws_only(tmp_path: Path) -> None:
    """AWS's port loses light. The customer's port leads to the carrier and stays lit: BFD has to notice there."""
    run = rehearsed("pull_primary_cable", tmp_path, CIRCUIT)
    assert run.detected() == {"dx_1": "carrier", "customer_router": "bfd"}
    assert {p.direction: p.detected_by for p in run.result.predicted} == {"to_aws": "bfd", "from_aws": "carrier"}
    lost_light = {e["node"] for e in run.events if e["event"] == "carrier" and not e["up"] and e["t"] > 0}
    assert lost_light == {"dx_1"}
    measured_inside_predicted(run)
    assert run.verdict_of("within_prediction") == "pass"
    assert run.verdict_of("at_most: 50 ms") == "fail"
    assert run.verdict_of("session: backup") == "pass"
    assert run.verdict_of("via: backup") == "pass"
