"""The same seed gives the same run: the same events in the same order at the same times, however busy the machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from common import Line, Run, at_most, dxemu_run, finish, options, progress, scenario

SCENARIOS = ("cut_primary_silently", "cut_primary_silently_without_bfd")
TIMES = ("t", "injected_at_s", "healed_at_s")
NOT_COMPARED = ("wall_s", "lateness_max_s", "epoch_ns")
"""The machine's time, how late probes left, and the kernel's uptime at t = 0."""
BUSY_LOOPS = 8
LIMIT_US = 100


@contextmanager
def busy_machine() -> Iterator[None]:
    """Processes that compute for nothing meanwhile, each in a session of its own.

    Linux may share the cores between sessions first (autogroup); in one session all of them would count as one.
    """
    spin = [sys.executable, "-c", "while True: pass"]
    loops = [subprocess.Popen(spin, start_new_session=True) for _ in range(BUSY_LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def content(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event without its times."""
    return {k: v for k, v in event.items() if k not in (*TIMES, *NOT_COMPARED)}


def first_difference(a: Run, b: Run) -> str:
    """The first event that differs in content, in words; "" if none does."""
    for number, (one, other) in enumerate(zip(a.timeline, b.timeline, strict=False)):
        if content(one) != content(other):
            return f"event {number}\n  at {one['t']} s {content(one)}\n  at {other['t']} s {content(other)}"
    more, fewer = len(a.timeline), len(b.timeline)
    return "" if more == fewer else f"{more} events became {fewer}"


def largest_time_difference_us(a: Run, b: Run) -> float:
    """Between the same events of two runs, and between their outages."""
    pairs = [*zip(a.timeline, b.timeline, strict=False), *zip(a.result["outages"], b.result["outages"], strict=False)]
    keys = (*TIMES, "start_s", "end_s")
    both = [(one[k], other[k]) for one, other in pairs for k in keys if None not in (one.get(k), other.get(k))]
    return max(abs(float(a) - float(b)) * 1e6 for a, b in both)


def told(name: str, runs: Sequence[Run], seed: int) -> Iterator[str]:
    """Where runs first differ from the first one."""
    for number, run in enumerate(runs[1:], 2):
        difference = first_difference(runs[0], run)
        if difference:
            yield f"{name}, seed {seed}, run {number} differs from run 1: {difference}"


def judged(name: str, runs: Sequence[Run], busy: int) -> Iterator[Line]:
    """The lines of one scenario; every run is compared with the first."""
    differences = [first_difference(runs[0], run) for run in runs[1:]]
    quiet, loaded = runs[: len(runs) - busy], runs[len(runs) - busy :]
    yield Line(f"{name}: {len(runs)} runs, {busy} of them beside {BUSY_LOOPS} busy loops", "")
    same = sum(not difference for difference in differences)
    whole = f"{len(differences)} of {len(differences)}"
    events = f"  the same {len(runs[0].timeline)} events in the same order"
    yield Line(events, f"{same} of {len(differences)}", whole, same == len(differences))
    if same == len(differences):
        worst = max(largest_time_difference_us(runs[0], run) for run in runs[1:])
        yield at_most("  largest difference of any time", worst, LIMIT_US, "us")
    if loaded:
        ratio = max(run.wall_s for run in loaded) / min(run.wall_s for run in quiet)
        yield Line("  wall time, busy to quiet", f"{ratio:.1f} times")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--runs", type=int, default=10, help="runs of each scenario (default: %(default)s)")
    parser.add_argument("--busy", type=int, default=3, help="so many of them on a busy machine (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--scenario", action="append", help=f"default: {' and '.join(SCENARIOS)}")
    parser.add_argument("--quick", action="store_true", help="3 runs of each, one of them on a busy machine")
    arguments = parser.parse_args()
    total, busy = (3, 1) if arguments.quick else (arguments.runs, arguments.busy)
    lines: list[Line] = []
    notes: list[str] = []
    for name in arguments.scenario or SCENARIOS:
        runs = []
        for number in range(total):
            progress(f"{name}: run {number + 1} of {total}")
            if number < total - busy:
                runs.append(dxemu_run(scenario(name), "--seed", str(arguments.seed)))
                continue
            with busy_machine():
                runs.append(dxemu_run(scenario(name), "--seed", str(arguments.seed), "--stall-limit", "300"))
        lines += judged(name, runs, busy)
        notes += told(name, runs, arguments.seed)
    progress("")
    finish(lines, notes)


if __name__ == "__main__":
    main()
