"""Does what happens lie inside what is predicted? Random faults in random designs, overlapping, healed or not.

`python -m tools.verify_predictions --count 200` draws so many runs, each from its own number: `--first 17 --count 1`
is the 17th again. Only faults are drawn whose cost is predicted. What is outside is told with all that it was drawn as,
and its scenario is in its folder.
"""

from __future__ import annotations

import asyncio
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from random import Random

import click

from dxemu.errors import DxemuError, InputErrors
from dxemu.faults.fis_disconnect import FisDisconnect
from dxemu.faults.menu import kinds
from dxemu.host import versions, where
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.predict.impact import impact_of
from dxemu.report.outage_rows import rows
from dxemu.report.terminal import echo
from dxemu.run.prepare import Rehearsal, prepare
from dxemu.run.rehearse import rehearse
from dxemu.story.agenda import FaultStep
from dxemu.units import Seconds
from dxemu.words import count
from tools.fault_examples import Example, Site, examples, sites
from tools.verify_audit import CONFLICT, F, runs_option

AT_S, RATE = 5.0, 250
LASTS_S = ((0.1, 1.5), (1.5, 10.0), (10.0, 100.0))
"""Before anybody notices, while BFD and LACP do, while hold timers do."""
NEVER, SECOND, TOGETHER = 0.25, 0.5, 0.2
"""How many are never healed; how many have a second fault, and how many of these strike at the same moment."""
END_S, LONGEST_S = 210.0, 300.0
"""Of what never ends by itself: the last fault strikes before 106 s, and hold timers need up to 91 s."""
TRIES = 200
OF_HUNDRED = 99.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """One run: its number, where it is, and its scenario as it was drawn."""

    number: int
    site: Site
    rehearsal: Rehearsal
    words: str


def drawn(number: int, seed: int, everywhere: Sequence[Site], folder: Path) -> Drawn:
    """The run of this number. One that cannot be (two faults that clash) is drawn again."""
    random = Random(f"{seed}/{number}")
    file = folder / "scenario.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(TRIES):
        site = random.choice(everywhere)
        faults = [one for one in (_fault(site, random) for _ in range(1 + (random.random() < SECOND))) if one]
        steps = list(_steps(faults, random))
        for end in ("", f"end: {END_S:g} s\n"):  # without one it ends by itself, if all that it costs does
            file.write_text(_scenario(site, steps) + end, encoding="utf-8")
            try:
                rehearsal = prepare(file, versions=versions.installed())
            except InputErrors:
                continue
            if rehearsal.predictions and rehearsal.end <= LONGEST_S and not may_be_refused(rehearsal):
                words = f"{site.file.stem}: {'; '.join(steps)}"
                return Drawn(number, site, rehearsal, words)
    raise DxemuError(f"nothing can be drawn as run {number} of seed {seed}")


def _fault(site: Site, random: Random) -> Example | None:
    """One whose cost is predicted; None if the kind that was drawn has none there."""
    found = next(examples(random.choice(list(kinds())), site, random), None)
    if found is None:
        return None
    effects = found.fault.effects(site.plan)
    by_chance = impact_of(site.plan, "fault", Seconds(AT_S), None, effects).by_chance
    return found if effects and not by_chance else None


def may_be_refused(rehearsal: Rehearsal) -> bool:
    """Whether FIS may refuse a fault in the lab: it takes only what is up, and another fault may have taken it down."""
    for step in rehearsal.scenario.steps:
        if isinstance(step.fault, FisDisconnect):
            sessions = {session.name for session in rehearsal.plan.sessions_on(step.fault.target)}
            at = float(step.at)
            if any(_may_be_down(rehearsal, other, sessions, at) for other in rehearsal.scenario.steps if other != step):
                return True
    return False


def _may_be_down(rehearsal: Rehearsal, step: FaultStep, sessions: AbstractSet[str], at: float) -> bool:
    """Whether one of the sessions may be down at that moment because of a step."""
    for one in (p for p in rehearsal.predictions if p.fault == step.id and not sessions.isdisjoint(p.sessions)):
        back = math.inf
        if step.until is not None and one.recovery is not None:
            windows = {one.recovery.session: one.recovery.session_back, **one.recovery.others_back}
            back = float(step.until) + max(windows[name].high_s for name in sessions & windows.keys())
        if float(step.at) + one.detect.low_s <= at <= back:
            return True
    return False


def _steps(faults: Sequence[Example], random: Random) -> Iterator[str]:
    at = AT_S + random.random()
    for number, one in enumerate(faults):
        if number and random.random() > TOGETHER:
            at += random.uniform(*random.choice(LASTS_S))
        lasts = random.uniform(*random.choice(LASTS_S))
        heals = random.random() > NEVER and lasts < one.lasts_s
        yield f"{{at: {at:.3f} s, fault: {one.text}{f', for: {lasts:.3f} s' if heals else ''}}}"


def _scenario(site: Site, steps: Sequence[str]) -> str:
    pair = site.pair
    probes = f"probes: {{app: {{udp: {{from: {pair.near}, to: {pair.far}, rate: {RATE}/s}}}}}}"
    lines = ["story: Drawn at random.", f"topology: {site.file.resolve()}", probes, "steps:"]
    return "\n".join([*lines, *(f"  - {step}" for step in steps)]) + "\n"


def outside(result: Result) -> list[str]:
    """What contradicts its prediction, or what no fault explains, in words; and what was not whole afterwards."""
    wrong = [" | ".join(filter(None, row.cells)) for row in rows(result, "app") if row.right is False]
    return [*wrong, *result.still_broken]


async def verify_all(
    numbers: Sequence[int], seed: int, jobs: int, folder: Path, place: Where, everywhere: Sequence[Site]
) -> int:
    """Run all of them, `jobs` at once. Gives how many were inside."""
    free = asyncio.Semaphore(jobs)
    width = len(str(max(numbers)))

    async def one(number: int) -> bool:
        async with free:
            run = drawn(number, seed, everywhere, folder / str(number))
            try:
                result = await rehearse(run.rehearsal, place, folder / str(number), number, lambda _event: None)
                wrong = outside(result)
            except DxemuError as error:
                wrong = [f"broke: {str(error).splitlines()[0]}"]
        echo(f"{'OUTSIDE' if wrong else 'inside':<8} {number:>{width}}  {run.words}")
        for words in wrong:
            echo(f"         {'':>{width}}  {words}")
        return not wrong

    return sum(await asyncio.gather(*(one(number) for number in numbers)))


def drawing_options(size: int) -> Callable[[F], F]:
    """`--count`, by default `size`, `--first`, `--seed` and `--jobs`."""

    def with_them(command: F) -> F:
        number, seed = click.IntRange(min=1), click.IntRange(min=0)
        for option in (
            click.option("--jobs", type=number, metavar="N", help="Labs at once.  [default: one a core]"),
            click.option("--seed", type=seed, default=1, show_default=True, help="What all are drawn from."),
            click.option("--first", type=number, default=1, show_default=True, help="The number of the first one."),
            click.option("--count", "size", type=number, default=size, show_default=True, help="So many runs."),
        ):
            command = option(command)
        return command

    return with_them


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@drawing_options(200)
@runs_option("verify_predictions")
def main(size: int, first: int, seed: int, jobs: int | None, runs: Path) -> None:
    """Let random faults happen in random designs, and compare what they cost with what was predicted.

    Exits with 0 if at least 99 of 100 are inside, else with 1.
    """
    numbers = range(first, first + size)
    at_once = jobs or len(os.sched_getaffinity(0))
    inside = asyncio.run(verify_all(numbers, seed, at_once, runs.resolve(), where.embedded("virtual"), sites()))
    echo(f"\n{count(size, 'run')}: {inside} inside their predictions")
    sys.exit(0 if inside * 100 >= OF_HUNDRED * size else CONFLICT)


if __name__ == "__main__":
    main()
