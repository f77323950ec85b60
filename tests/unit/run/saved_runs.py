"""A folder as a run leaves it, made without a lab."""

from __future__ import annotations

import json
from pathlib import Path

from stories import silent_cut

from dxemu.events.codec import encoded
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.report import result_json
from dxemu.run import record
from dxemu.run.prepare import prepare
from tests.unit.events.filled import filled

REPOSITORY = Path(__file__).parents[3]
SCENARIO = REPOSITORY / "scenarios" / "cut_primary_silently.yaml"
PLACE = Where(kernel="embedded", clock="virtual", release="6.12", stall_limit_s=None)


def run_of(folder: Path, result: Result | None = None, scenario: Path = SCENARIO) -> Path:
    """What the run of a scenario keeps from its start, a timeline of a silent cut, and `result` if there is one."""
    folder.mkdir(parents=True)
    record.keep(prepare(scenario), PLACE, 7, folder)
    started = {"t": 0.0, "event": "run_started", "seed": 7, "kernel": "embedded", "clock": "virtual", "epoch_ns": 0}
    events = [filled(started), *silent_cut(5.0, (5.683, 5.763), "bfd")]
    lines = [json.dumps(encoded(event)) for event in events]
    (folder / "timeline.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if result is not None:
        result_json.write(result, folder / "result.json")
    return folder
