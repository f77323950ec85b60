"""The list of runs, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dxemu.measure.result import Result
from dxemu.report.matrix import ORDER
from dxemu.words import count, duration


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRun:
    """One run, or all runs of a matrix. `words` say more.

    `verdict` is the result's, or the worst of all; `cut off` for one without result, `newer` or `damaged`.
    """

    folder: str
    verdict: str
    words: str
    topology: str = ""
    seed: int | None = None


def listed(folder: str, result: Result) -> ListedRun:
    """What the list says of a run that has a result."""
    failed = sum(e.verdict != "pass" for e in result.expectations)
    total = len(result.expectations)
    words = f"{failed} of {total} failed" if failed else f"{total} of {total}" if total else "nothing expected"
    ended = [o.duration_ms for o in result.outages if o.duration_ms is not None]
    if len(ended) < len(result.outages):
        words += ", an outage did not end"
    elif ended:
        words += f", longest outage {duration(max(ended))}"
    return ListedRun(folder=folder, verdict=result.verdict, words=words, topology=result.topology, seed=result.seed)


def listed_matrix(folder: str, written: Mapping[str, Any]) -> ListedRun:  # Any: as `matrix.json` has it
    """What it says of all runs of a matrix or a repetition. Raises LookupError, TypeError or ValueError if damaged."""
    runs = written["runs"]
    counted = Counter(str(run["verdict"]) for run in runs)
    words = f"{count(len(runs), 'run')}: {', '.join(f'{counted[word]} {word}' for word in ORDER if counted[word])}"
    lasted = [float(ms) for run in runs for ways in run["longest_outage_ms"].values() for ms in ways.values()]
    if lasted:
        words += f", longest outage {duration(max(lasted))}"
    return ListedRun(folder=folder, verdict=max(counted, key=ORDER.index), words=words)


def lines(found: Sequence[ListedRun]) -> Iterator[str]:
    """One line each, in columns."""
    width = max((len(run.folder) for run in found), default=0)
    name = max((len(run.topology) for run in found), default=0)
    for run in found:
        seed = "" if run.seed is None else f"seed {run.seed}"
        yield f"{run.folder:<{width}}  {run.verdict.upper():<8} {run.topology:<{name}}  {seed:<8} {run.words}".rstrip()
