"""Building and converging the lab takes at most half the time that stock Mininet needs merely to build its like.

Both inside the embedded kernel, booted the same way; both counted from the kernel's start. Mininet makes the same
nodes and the same links between the same interfaces, with plain hosts and links: no addresses of ours, no VLANs, no
rates and delays, no routers. The lab does all that, and every BGP and BFD session is up and every path is there.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

from common import Line, finish, options, progress, scenario

from dxemu.host import where
from dxemu.host.job import Job
from dxemu.plan.model import Plan
from dxemu.run.job import RunJob
from dxemu.run.prepare import Rehearsal, prepare

SCENARIO = "cut_primary_silently"
LIMIT = 0.5


def lab(rehearsal: Rehearsal) -> Job:
    """The lab process of a run; its `lab_ready` is what counts."""
    payload = RunJob(
        plan=rehearsal.plan,
        probes=rehearsal.scenario.probes,
        steps=rehearsal.scenario.steps,
        actions=rehearsal.scenario.actions,
        end=rehearsal.end,
        seed=1,
        kernel="embedded",
        clock="virtual",
    )
    return Job(target="dxemu.run.lab_process:main", payload=payload)


def mininet(plan: Plan) -> Job:
    """Nothing but its nodes and links, by stock Mininet."""
    links = tuple((c.a.node, c.a.name, c.b.node, c.b.name) for c in plan.cables)
    payload = (tuple(node.name for node in plan.nodes), links)
    return Job(target="benchmarks.inside.stock_mininet:main", payload=payload)


async def seconds_until(job: Job, wanted: str) -> float:
    """Wall time from the kernel's start to an event."""
    place = where.embedded("virtual", stall_limit_s=300)
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        begun = time.monotonic()
        async with aclosing(place.run(job, Path(folder), 1)) as stream:
            async for event in stream:
                if event["event"] == wanted:
                    return time.monotonic() - begun
    raise SystemExit(f"{job.target} finished without '{wanted}'")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, in turn (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one run of each")
    arguments = parser.parse_args()
    runs = 1 if arguments.quick else arguments.runs
    rehearsal = prepare(scenario(SCENARIO))
    ours, stock = [], []
    for number in range(runs):
        progress(f"round {number + 1} of {runs}")
        ours.append(asyncio.run(seconds_until(lab(rehearsal), "lab_ready")))
        stock.append(asyncio.run(seconds_until(mininet(rehearsal.plan), "built")))
    progress("")
    plan = rehearsal.plan
    ratio = statistics.median(a / b for a, b in zip(ours, stock, strict=True))
    finish(
        [
            Line(f"stock Mininet builds {len(plan.nodes)} nodes, {len(plan.cables)} links", _seconds(stock)),
            Line(f"dxemu builds them, {len(plan.sessions)} BGP sessions up", _seconds(ours)),
            Line(f"dxemu to Mininet, median of {runs}", f"{ratio:.2f}", f"at most {LIMIT}", ratio <= LIMIT),
        ]
    )


def _seconds(values: list[float]) -> str:
    return f"{statistics.median(values):.1f} s"


if __name__ == "__main__":
    main()
