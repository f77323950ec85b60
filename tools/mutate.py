"""Small mutations of the pure half: does a unit test notice each?

    scripts/mutate [--count N] [--seed S] [--only PACKAGE] [--seconds T]
    scripts/mutate --again FILE [--seconds T]         the survivors that FILE, printed before, tells of

Cosmic Ray makes the mutations; of all that can be made N are drawn from the seed, but none that is equivalent by what
it is (annotations, asserts, `== None`). Each is tried with the test files that run what it changes, cheapest first, of
which T seconds of processor are granted. The script runs this in a copy of the work tree. Survivors are printed with
their difference. Exits with 1 if there are any.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import as_completed
from pathlib import Path

from tools import forks
from tools.covering import chosen, known_tests
from tools.mutants import SURVIVED, Mutant, drawn, survivors
from tools.trials import Trial, noticed_at_once, tried, workers

PACKAGES = ("aws", "bgp", "control", "predict", "measure")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=PACKAGES)
    parser.add_argument("--again", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--known", type=Path, default=Path("known-tests.json"), help="where what tests run is kept")
    asked = parser.parse_args(arguments)
    forks.warm()
    if asked.again:
        mutants = _there_still(survivors(asked.again.read_text(encoding="utf-8")))
    else:
        mutants = drawn([asked.only] if asked.only else PACKAGES, asked.count, asked.seed)
    return _all_tried(mutants, asked.jobs, asked.seconds, asked.known)


def _there_still(mutants: Iterable[Mutant]) -> list[Mutant]:
    there = []
    for mutant in mutants:
        found = mutant.found_in(Path(mutant.module).read_text(encoding="utf-8"))
        if found is None:
            print(f"gone   {mutant}  its lines are there no longer")
        else:
            there.append(found)
    return there


def _all_tried(mutants: Sequence[Mutant], jobs: int, granted_s: float, kept: Path) -> int:
    with workers(jobs) as pool:
        known = known_tests(pool, kept)
    trials = [Trial(mutant, chosen(mutant, known), granted_s) for mutant in mutants]
    dead = []

    def tell(trial: Trial, noticed_by: str) -> None:
        if noticed_by:
            dead.append(trial)
            print(f"died   {trial.mutant}  {noticed_by}", flush=True)
        else:
            print(f"{SURVIVED}  {trial.mutant}  of {len(trial.files)} test files\n{trial.mutant.text}", flush=True)

    by_itself = noticed_at_once(trials, jobs, tell)
    with workers(jobs) as pool:
        ends = {pool.submit(tried, trial): trial for trial in by_itself}
        for end in as_completed(ends):
            tell(ends[end], end.result())
    print(f"{len(dead)} of {len(mutants)} mutations were noticed")
    return 0 if len(dead) == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
