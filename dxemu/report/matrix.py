"""A matrix as people read it, a line for each run, and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.events.timeline import DIRECTIONS
from dxemu.measure.result import Result
from dxemu.story.outage_verdict import lasted_ms
from dxemu.words import direction, duration

SCHEMA = "dxemu.matrix/1"
ORDER = ("pass", "fail", "invalid", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One run of a matrix: the values of its axes, its seed, and what came of it; `problem` if nothing did."""

    number: int
    names: tuple[tuple[str, str], ...]
    seed: int
    folder: str
    verdict: str
    result: Result | None
    problem: str = ""


def row_line(row: MatrixRow, size: int) -> str:
    """One run: which, its verdict, and the longest outages, or the first expectation that failed."""
    which = ", ".join(f"{axis} {name}" for axis, name in row.names)
    number = f"{row.number:{len(str(size))}}"
    if row.result is None:
        return f"  {number}  {row.verdict.upper():<8}{which}   {row.problem}"
    told = [*_outages(row.result), *_failed(row.result)]
    return f"  {number}  {row.verdict.upper():<8}{which}   {'; '.join(told)}"


def summary(rows: Sequence[MatrixRow]) -> Iterator[str]:
    """How many came out how, and between which bounds the longest outages of each probe are."""
    counted = Counter(row.verdict for row in rows)
    yield "  " + ", ".join(f"{counted[word]} {word}" for word in ORDER if counted[word]) + f" of {len(rows)}"
    for probe in dict.fromkeys(p.probe for row in rows if row.result for p in row.result.probes):
        for way in DIRECTIONS:
            found = sorted(_longest_ms(row.result, probe, way) for row in rows if row.result is not None)
            middle = found[len(found) // 2]
            words = f"{duration(found[0])} to {duration(found[-1])}, half of them {duration(middle)} at most"
            yield f"  {probe} {direction(way):<9} longest outage {words}"


def matrix_json(scenario: str, rows: Sequence[MatrixRow]) -> dict[str, object]:
    """The same as plain JSON values; every run's own `result.json` has the rest."""
    return {
        "schema": SCHEMA,
        "scenario": scenario,
        "runs": [
            {
                "number": row.number,
                "values": dict(row.names),
                "seed": row.seed,
                "folder": row.folder,
                "verdict": row.verdict,
                "problem": row.problem,
                "longest_outage_ms": {
                    probe: {way: _longest_ms(row.result, probe, way) for way in DIRECTIONS}
                    for probe in dict.fromkeys(p.probe for p in row.result.probes)
                }
                if row.result is not None
                else {},
                "failed": list(_failed(row.result)) if row.result is not None else [],
            }
            for row in rows
        ],
    }


def _outages(result: Result) -> Iterator[str]:
    for probe in dict.fromkeys(p.probe for p in result.probes):
        ways = (f"{duration(_longest_ms(result, probe, way))} {direction(way)}" for way in DIRECTIONS)
        yield f"{probe} {', '.join(ways)}"


def _failed(result: Result) -> Iterator[str]:
    if result.verdict == "invalid":
        yield result.invalid_because
    for expectation in result.expectations:
        if expectation.verdict != "pass":
            yield f"line {expectation.line}: {expectation.text}: {expectation.measured}"


def _longest_ms(result: Result, probe: str, way: str) -> float:
    mine = (o for o in result.outages if (o.probe, o.direction) == (probe, way))
    return max((round(lasted_ms(o, result.virtual_s), 6) for o in mine), default=0.0)
