"""The page of a run of 1.2 million packets is rendered in at most 5 s of processor time, and has less than 1 MB.

The logs are made: 600,000 packets in each direction at 10,000 a second, with an outage and single losses.
"""

from __future__ import annotations

import json
import tempfile
import time
from array import array
from pathlib import Path

from common import at_most, finish, options

from dxemu.events.codec import encoded
from dxemu.events.probes import PacketsLogged
from dxemu.events.timeline import DIRECTIONS, ProbeLog
from dxemu.plan.make import make_plan
from dxemu.report.evaluate import RunMeta, evaluate
from dxemu.report.html.page import PageOf, render
from dxemu.story.load import load

REPOSITORY = Path(__file__).resolve().parents[1]
PACKETS, INTERVAL_NS, DELAY_NS = 600_000, 100_000, 4_000_000
OUTAGE = range(200_000, 260_000)


def main() -> None:
    options(__doc__).parse_args()
    scenario = load(REPOSITORY / "scenarios" / "cut_primary_silently.yaml")
    plan = make_plan(scenario.topology)
    meta = RunMeta(kernel="embedded", clock="virtual", seed=1, virtual_s=60.0, wall_s=8.0)
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as name:
        folder = Path(name)
        events = [_logged(folder, direction) for direction in DIRECTIONS]
        (folder / "timeline.jsonl").write_text("\n".join(json.dumps(encoded(event)) for event in events))
        result = evaluate(scenario, plan, (), events, folder, meta)
        of = PageOf(result=result, events=events, folder=folder, design=scenario.topology, plan=plan)
        before = time.process_time()
        html = render(of)
        used = time.process_time() - before
    finish([at_most("rendered", used, 5, "s of processor"), at_most("  size", len(html.encode()) / 1e6, 1, "MB")])


def _logged(folder: Path, direction: str) -> PacketsLogged:
    sent = array("q", range(0, PACKETS * INTERVAL_NS, INTERVAL_NS))
    received = array("q")
    for number, at in enumerate(sent):
        if number not in OUTAGE and number % 7919:
            received.extend((number, at + DELAY_NS + number % 1000))
    file = f"app.{direction}.probe"
    ProbeLog(sent, received).write(folder / file)
    return PacketsLogged(
        t=60.0,
        probe="app",
        direction=direction,
        interval_s=INTERVAL_NS / 1e9,
        sent=PACKETS,
        received=len(received) // 2,
        lateness_max_s=0.0,
        file=file,
    )


if __name__ == "__main__":
    main()
