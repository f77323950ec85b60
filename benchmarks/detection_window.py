"""What the timers predict is what happens: every detection falls inside its predicted window, whatever the seed."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from common import Line, Run, all_of, dxemu_run, finish, options, progress, scenario, usable_cores

NAMED_MS = {"cut_primary_silently": (600, 900), "cut_primary_silently_without_bfd": (60_000, 91_000)}
"""The windows as people say them, without milliseconds for routers, cables and timers: told, not judged."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One direction of one fault of one run.

    `measured_ms` is None if it was not noticed by what was predicted: `instead` says who noticed, by what, when.
    """

    seed: int
    direction: str
    node: str
    by: str
    instead: str
    measured_ms: float | None
    low_ms: float
    high_ms: float

    @property
    def inside(self) -> bool:
        """Whether it is inside its window."""
        return self.measured_ms is not None and self.low_ms <= self.measured_ms <= self.high_ms


def detections(seed: int, run: Run) -> Iterator[Detection]:
    """One for every fault and direction that was predicted."""
    for predicted in run.result["predicted"]:
        key = ("fault", "direction", "node", "detected_by")
        same_way = [s for s in run.result["stages"] if all(s[k] == predicted[k] for k in key[:2])]
        noticed = [s["detect_ms"] for s in same_way if all(s[k] == predicted[k] for k in key)]
        low, high = predicted["detect_ms"]
        yield Detection(
            seed,
            predicted["direction"],
            predicted["node"],
            predicted["detected_by"],
            ", ".join(f"{s['detected_by']} at {s['node']} after {s['detect_ms']} ms" for s in same_way) or "nobody",
            noticed[0] if noticed else None,
            low,
            high,
        )


def measured(name: str, runs: int, jobs: int) -> Iterator[Detection]:
    """The detections of seeds 1 to `runs`, `jobs` runs at a time."""
    seeds = range(1, runs + 1)
    with ThreadPoolExecutor(jobs) as pool:
        found = pool.map(lambda seed: dxemu_run(scenario(name), "--seed", str(seed)), seeds)
        for seed, run in zip(seeds, found, strict=True):
            progress(f"{name}: {seed} of {runs}")
            yield from detections(seed, run)


def judged(name: str, found: list[Detection]) -> Iterator[Line]:
    """The lines of one scenario."""
    low_named, high_named = NAMED_MS[name]
    yield Line(f"{name}", "")
    for direction in dict.fromkeys(d.direction for d in found):
        these = [d for d in found if d.direction == direction]
        node, by = these[0].node, these[0].by
        low, high = min(d.low_ms for d in these), max(d.high_ms for d in these)
        window = f"{low:.0f} - {high:.0f} ms"
        yield all_of(f"  {direction}: by {by} at {node}, inside {window}", sum(d.inside for d in these), len(these))
        times = [d.measured_ms for d in these if d.measured_ms is not None]
        if times:
            shown = f"{min(times):.1f} / {statistics.median(times):.1f} / {max(times):.1f} ms"
            yield Line("    min / median / max", shown)
        named = sum(low_named <= t <= high_named for t in times)
        yield Line(f"    inside {low_named:,} - {high_named:,} ms", f"{named} of {len(these)}")


def told(name: str, found: list[Detection]) -> Iterator[str]:
    """What was outside its window."""
    for missed in (d for d in found if not d.inside):
        predicted = f"{missed.by} at {missed.node} after {missed.low_ms} - {missed.high_ms} ms"
        yield f"{name}, seed {missed.seed}, {missed.direction}: predicted {predicted}, noticed by {missed.instead}"


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--runs", type=int, default=50, help="seeds 1 to N of each scenario (default: %(default)s)")
    parser.add_argument(
        "--jobs",
        type=int,
        default=min(4, usable_cores()),
        help="runs at a time: the virtual clock does not mind (default: one a core, %(default)s)",
    )
    parser.add_argument("--quick", action="store_true", help="5 runs of each")
    arguments = parser.parse_args()
    runs = 5 if arguments.quick else arguments.runs
    lines: list[Line] = []
    notes: list[str] = []
    for name in NAMED_MS:
        found = list(measured(name, runs, arguments.jobs))
        lines += judged(name, found)
        notes += told(name, found)
    progress("")
    finish(lines, notes)


if __name__ == "__main__":
    main()
