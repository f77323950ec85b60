"""Does the lab agree with the audit? Every element of a topology fails in a run of its own, and is never repaired.

`python -m tools.verify_audit` says it for every topology, or for those that are named. What a run finds is in
its folder, with the scenario that was made for it: `dxemu run` repeats it.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol, TypeVar

import click

from dxemu.audit.design import Design
from dxemu.audit.elements import Outcome, together
from dxemu.audit.pairs import apart_from_each_other
from dxemu.audit.scenario import scenario_text
from dxemu.errors import DxemuError
from dxemu.host import versions, where
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.predict.predict import Pair, Prediction
from dxemu.probes.fetch import Fetch
from dxemu.report.terminal import echo
from dxemu.run.prepare import Rehearsal, prepare
from dxemu.run.rehearse import rehearse
from dxemu.topology.load import load
from dxemu.words import count, duration, until_repair

TOPOLOGIES = Path("topologies")
CONFLICT = 1

F = TypeVar("F", bound=Callable[..., Any])


class Told(Protocol):
    """What a lab showed, which has a line for people."""

    def line(self, width: int) -> str:
        """With what was asked `width` wide."""


T = TypeVar("T", bound=Told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One failure of a topology, and what the audit says that it costs."""

    file: Path
    plan: Plan
    outcome: Outcome
    pairs: tuple[Pair, ...]

    @property
    def text(self) -> str:
        """The failure for people."""
        return " and ".join(failure.text for failure in self.outcome.failures)

    @property
    def said(self) -> str:
        """What the audit says."""
        return until_repair(self.outcome.outage.low_s, self.outcome.outage.high_s)

    def folder(self, runs: Path) -> Path:
        """Where its run is kept."""
        names = (f"{one.mode.fault}_{one.mode.kind}_{one.name}" for one in self.outcome.failures)
        return runs.resolve() / self.file.stem / "_and_".join(names)

    @property
    def scenario(self) -> str:
        """A scenario file for it."""
        return scenario_text(str(self.file.resolve()), self.plan, self.outcome, self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the lab showed, in words, and whether that is what the audit says."""

    check: Check
    agrees: bool
    measured: str

    def line(self, width: int) -> str:
        """One line for people."""
        word = "agrees" if self.agrees else "DISAGREES"
        what = f"{self.check.file.stem}: {self.check.text}"
        return f"{word:<10} {what:<{width}}  audit {self.check.said:<19} lab {self.measured}"


def checks_of(file: Path) -> tuple[Check, ...]:
    """A check for everything that can fail alone in a topology, in every way. Raises InputErrors."""
    topology = load(file)
    plan = make_plan(topology, versions.installed())
    design = Design(topology, plan)
    return tuple(Check(file=file, plan=plan, outcome=outcome, pairs=design.pairs) for outcome in design.outcomes)


def pairs_of(file: Path) -> tuple[Check, ...]:
    """A check for every two elements of a topology that may fail alone, at one moment. Raises InputErrors."""
    topology = load(file)
    plan = make_plan(topology, versions.installed())
    design = Design(topology, plan)
    return tuple(
        Check(file=file, plan=plan, outcome=together(design.world, pair, design.pairs), pairs=design.pairs)
        for pair in apart_from_each_other(design)
    )


def sampled(checks: Sequence[Check], size: int, seed: int) -> list[Check]:
    """`size` of them, each of another topology and of another kind for as long as there are any."""
    left = list(checks)
    Random(seed).shuffle(left)
    found: list[Check] = []
    while left and len(found) < size:
        files = [check.file for check in found]
        modes = [check.outcome.failures[0].mode for check in found]
        best = min(left, key=lambda c: (files.count(c.file), modes.count(c.outcome.failures[0].mode)))
        left.remove(best)
        found.append(best)
    return found


async def verify(check: Check, place: Where, folder: Path, seed: int) -> Verdict:
    """Run it. A lab that breaks agrees with nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scenario.yaml"
    file.write_text(check.scenario, encoding="utf-8")
    try:
        rehearsal = prepare(file, versions=check.plan.versions)
        result = await rehearse(rehearsal, place, folder, seed, lambda _event: None)
    except DxemuError as error:
        return Verdict(check=check, agrees=False, measured=f"broke: {str(error).splitlines()[0]} ({folder})")
    wrong = [*_predicted_otherwise(check, rehearsal), *disagreements(check, result)]
    words = "; ".join(wrong) if wrong else _measured(result)
    return Verdict(check=check, agrees=not wrong, measured=f"{words} ({folder})" if wrong else words)


def _predicted_otherwise(check: Check, rehearsal: Rehearsal) -> list[str]:
    """Where the run's own prediction is not the audit's."""

    def windows(predictions: Sequence[Prediction]) -> set[tuple[str, str, float, float]]:
        return {(p.probe, p.direction, p.outage.low_s, p.outage.high_s) for p in predictions}

    udp = {p.probe for p in rehearsal.predictions}
    mine = [p for p in check.outcome.predictions if p.probe in udp]
    of_run = windows(rehearsal.predictions)
    # Of several faults the run predicts each, and the audit what they cost together: the first one's.
    alike = windows(mine) == of_run if len(check.outcome.failures) == 1 else windows(mine) <= of_run
    return [] if alike else ["the run predicts something else"]


def disagreements(check: Check, result: Result) -> list[str]:
    """What of the result contradicts the audit, in words."""
    wrong = [f"{e.text.split(',')[0].removeprefix('outage: ')}: {e.measured}" for e in result.expectations]
    wrong = [words for words, e in zip(wrong, result.expectations, strict=True) if e.verdict != "pass"]
    wrong += _ends_otherwise(check, result) if len(check.outcome.failures) > 1 else []
    for pair in check.pairs:
        fetched = [f for f in result.found.all_of(Fetch) if f.probe == pair.probe]
        if not fetched:
            continue
        lost = any(math.isinf(p.outage.high_s) for p in check.outcome.predictions if p.probe == pair.probe)
        if not fetched[0].answered:
            wrong.append(f"{pair.probe}: nothing was fetched before the failure")
        elif fetched[-1].answered is lost:
            wrong.append(f"{pair.probe}: {'still' if lost else 'not'} fetched at the end")
    return wrong


def _ends_otherwise(check: Check, result: Result) -> list[str]:
    """Where only a repair would end an outage in the lab and not by the audit, or the other way round."""
    lasting = {(o.probe, o.direction) for o in result.outages if o.end_s is None}
    probes = {probe.probe for probe in result.probes}
    said = {(p.probe, p.direction): math.isinf(p.outage.high_s) for p in check.outcome.predictions if p.probe in probes}
    return [
        f"{probe} {direction}: {'ends by itself' if fatal else 'does not end'}"
        for (probe, direction), fatal in said.items()
        if fatal is not ((probe, direction) in lasting)
    ]


def _measured(result: Result) -> str:
    """The longest outage of any probe in either direction."""
    if any(not f.answered for f in result.found.all_of(Fetch)):
        return "still out at the end"
    if any(o.duration_ms is None for o in result.outages):
        return "still out at the end"
    longest = max((o.duration_ms or 0.0 for o in result.outages), default=0.0)
    return duration(longest) if longest else "none"


async def each_of(checks: Sequence[Check], jobs: int, verify_one: Callable[[Check], Awaitable[T]]) -> list[T]:
    """All of them, `jobs` at once, each told when it is over."""
    free = asyncio.Semaphore(jobs)
    width = max((len(f"{check.file.stem}: {check.text}") for check in checks), default=0)

    async def one(check: Check) -> T:
        async with free:
            verdict = await verify_one(check)
        echo(verdict.line(width))
        return verdict

    return list(await asyncio.gather(*(one(check) for check in checks)))


async def verify_all(checks: Sequence[Check], folder: Path, seed: int, jobs: int) -> list[Verdict]:
    """All of them, in labs."""
    place = where.embedded("virtual")
    return await each_of(checks, jobs, lambda check: verify(check, place, check.folder(folder), seed))


def sample_options(command: F) -> F:
    """TOPOLOGIES, `--sample`, `--seed` and `--jobs`."""
    cores = len(os.sched_getaffinity(0))
    for option in (
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            metavar="N",
            default=cores,
            help="Labs at once.  [default: one a core]",
        ),
        click.option(
            "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the sample, and the runs."
        ),
        click.option(
            "--sample", type=click.IntRange(min=1), metavar="N", help="Only so many, of as many kinds as can be."
        ),
        click.argument("topologies", nargs=-1, type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


def runs_option(name: str) -> Callable[[F], F]:
    """`--runs`, the folder that the runs are kept in."""
    kind = click.Path(path_type=Path, file_okay=False)
    return click.option("--runs", type=kind, default=Path("runs", name), show_default=True)


def wanted(
    topologies: Sequence[Path],
    sample: int | None,
    seed: int,
    of: Callable[[Path], Sequence[Check]] = checks_of,
) -> list[Check]:
    """What is to fail: all of all topologies, unless others are given, or a sample of it."""
    files = topologies or tuple(sorted(TOPOLOGIES.glob("*.yaml")))
    checks = [check for file in files for check in of(file)]
    return checks if sample is None else sampled(checks, sample, seed)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@sample_options
@click.option("--pairs", is_flag=True, help="Every two that may fail alone, at one moment.")
@runs_option("verify_audit")
def main(topologies: tuple[Path, ...], sample: int | None, seed: int, jobs: int, pairs: bool, runs: Path) -> None:
    """Let everything that can fail alone in TOPOLOGIES (default: all) fail in a lab, and compare with the audit.

    With --pairs every two of them, of which the design survives either.

    Exits with 0 if all agree, else with 1.
    """
    checks = wanted(topologies, sample, seed, pairs_of if pairs else checks_of)
    verdicts = asyncio.run(verify_all(checks, runs, seed, jobs))
    wrong = [verdict for verdict in verdicts if not verdict.agrees]
    of = f"{count(len(verdicts), 'failure')} of {count(len({c.file for c in checks}), 'topology')}".replace("ys", "ies")
    echo(f"\n{of}: " + (f"{len(wrong)} disagree with the audit" if wrong else "all agree with the audit"))
    sys.exit(CONFLICT if wrong else 0)


if __name__ == "__main__":
    main()
