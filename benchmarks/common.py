"""What the benchmarks share: run dxemu as a user does, time it from outside, print a table, judge it."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

REPOSITORY = Path(__file__).resolve().parent.parent
RUN_LIMIT_S = 600.0
"""Wall time after which a run is ended: far above any claim, so that a slow machine still gets its figures."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. A line without `limit` is told, not judged."""

    what: str
    measured: str
    limit: str = ""
    holds: bool = True


def at_most(what: str, value: float, limit: float, unit: str, digits: int = 1) -> Line:
    """A figure that must not be larger than `limit`."""
    return Line(what, f"{value:.{digits}f} {unit}", f"at most {limit:g} {unit}", value <= limit)


def at_least(what: str, value: float, limit: float, unit: str, digits: int = 1) -> Line:
    """A figure that must not be smaller than `limit`."""
    return Line(what, f"{value:.{digits}f} {unit}", f"at least {limit:g} {unit}", value >= limit)


def all_of(what: str, count: int, total: int) -> Line:
    """A count that must be whole."""
    return Line(what, f"{count} of {total}", f"{total} of {total}", count == total)


def finish(lines: Sequence[Line], notes: Sequence[str] = ()) -> NoReturn:
    """Print the table, and below it what is too long for it; exit with 1 if a limit was missed."""
    rows = [(line.what, line.measured, line.limit, _mark(line)) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=False)]
        print("  ".join([*cells, row[3]]).rstrip())
    for note in notes:
        print(note)
    raise SystemExit(0 if all(line.holds for line in lines) else 1)


def _mark(line: Line) -> str:
    if not line.limit:
        return ""
    return "ok" if line.holds else "MISSED"


def options(claim: str | None) -> argparse.ArgumentParser:
    """A parser that shows the module's docstring under --help."""
    return argparse.ArgumentParser(description=claim, formatter_class=argparse.RawDescriptionHelpFormatter)


def progress(text: str) -> None:
    """Say what goes on, in a line that is written over by the next, where a person is watching."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def scenario(name: str) -> Path:
    """`scenarios/NAME.yaml`."""
    return REPOSITORY / "scenarios" / f"{name}.yaml"


def command(*words: str) -> list[str]:
    """`dxemu WORDS`, by the interpreter that runs the benchmark."""
    return [sys.executable, "-m", "dxemu.cli.app", *words]


@dataclass(frozen=True, slots=True)
class Run:
    """One `dxemu run`, timed from outside: `wall_s` is the whole command."""

    wall_s: float
    result: dict[str, Any]
    timeline: list[dict[str, Any]]


def dxemu_run(file: Path, *words: str) -> Run:
    """Run a scenario in a folder that is gone afterwards. A failed expectation is a result like any other.

    Exits with what the command said if there is no result.
    """
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as runs:
        begun = time.monotonic()
        done = subprocess.run(
            command("run", str(file), "--runs", runs, *words),
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=RUN_LIMIT_S,
            check=False,
        )
        wall_s = time.monotonic() - begun
        if done.returncode not in (0, 1):
            raise SystemExit(f"dxemu run {file.name} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return read_run(Path(runs), wall_s)


def read_run(runs: Path, wall_s: float) -> Run:
    """The only run in a folder of runs."""
    (result,) = runs.glob("*/*/result.json")
    lines = (result.parent / "timeline.jsonl").read_text(encoding="utf-8").splitlines()
    return Run(wall_s, json.loads(result.read_text(encoding="utf-8")), [json.loads(line) for line in lines])


def whole_command(name: str, runs: int, *, at_most_s: float, virtual_s: float) -> tuple[Run, list[Line]]:
    """Run `scenarios/NAME.yaml` `runs` times; the run of median wall time, and what may be said of them."""
    found = []
    for number in range(runs):
        progress(f"{name}: run {number + 1} of {runs}")
        found.append(dxemu_run(scenario(name)))
    progress("")
    walls = [run.wall_s for run in found]
    median = sorted(found, key=lambda run: run.wall_s)[(runs - 1) // 2]
    ready = statistics.median(e["wall_s"] for run in found for e in run.timeline if e["event"] == "lab_ready")
    lines = [
        at_most(f"whole command, median of {runs}", median.wall_s, at_most_s, "s"),
        Line("  fastest and slowest", f"{min(walls):.1f} - {max(walls):.1f} s"),
        Line("  until the lab was built and converged", f"{ready:.1f} s"),
        at_least("virtual time", min(run.result["virtual_s"] for run in found), virtual_s, "s", 0),
        all_of("runs that met their expectations", sum(run.result["verdict"] == "pass" for run in found), runs),
    ]
    return median, lines


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))
