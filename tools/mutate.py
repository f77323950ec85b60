"""Small mutations of the pure half, one after the other: does a unit test notice?

    scripts/mutate [--count N] [--seed S] [--only PACKAGE]        usual: 40, 1, all of PACKAGES

Cosmic Ray makes the mutations in place: the script runs this in a copy of what is committed, so that none is left in
anybody's work. Of all that can be made N are drawn from the seed. Each
is tried with the tests of its package. Survivors are printed with their difference. Exits with 1 if there are any.
Mutations of annotations are left out: nothing evaluates them.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkItem

PACKAGES = {
    "aws": ("aws", "plan"),
    "bgp": ("bgp", "plan"),
    "control": ("plan", "aws", "explain", "lab/test_route_mtu.py"),
    "predict": ("predict", "plan"),
    "measure": ("measure", "report", "lab"),
}
"""Each with the folders of tests/unit that know it, and files."""
EACH = ("test_frozen.py",)
"""What knows all of them."""
TIMEOUT_S = 600
OF_ANNOTATIONS = "BinaryOperator_BitOr"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=sorted(PACKAGES))
    asked = parser.parse_args(arguments)
    drawn = _drawn([asked.only] if asked.only else list(PACKAGES), asked.count, asked.seed)
    survivors = [text for item in drawn if (text := _survivor(item))]
    print(f"{len(drawn) - len(survivors)} of {len(drawn)} mutations were noticed")
    return 1 if survivors else 0


def _drawn(packages: Sequence[str], count: int, seed: int) -> list[WorkItem]:
    paths = [Path("dxemu") / package for package in packages]
    modules = sorted(module for path in paths for module in path.glob("*.py"))
    with use_db("mutations.sqlite", WorkDB.Mode.create) as found:
        init(modules, found, {})
        items = [item for item in found.work_items if OF_ANNOTATIONS not in item.mutations[0].operator_name]
    items.sort(key=lambda item: (str(item.mutations[0].module_path), item.mutations[0].start_pos, _operator(item)))
    return random.Random(seed).sample(items, min(count, len(items)))


def _operator(item: WorkItem) -> tuple[str, int]:
    return item.mutations[0].operator_name, item.mutations[0].occurrence


def _survivor(item: WorkItem) -> str:
    """The difference that no test has noticed; empty if one has. Tells of each."""
    (mutation,) = item.mutations
    package = Path(mutation.module_path).parts[1]
    tests = " ".join(f"tests/unit/{folder}" for folder in (*EACH, *PACKAGES[package]))
    command = f"{sys.executable} -m pytest -x -q -p no:cacheprovider -p no:randomly {tests}"
    result = mutate_and_test(item.mutations, command, TIMEOUT_S)
    lived = result.test_outcome is TestOutcome.SURVIVED
    where = f"{mutation.module_path}:{mutation.start_pos[0]}"
    print(f"{'LIVED ' if lived else 'died  '} {where}  {mutation.operator_name}", flush=True)
    if not lived:
        return ""
    print(result.diff, flush=True)
    return result.diff or where


if __name__ == "__main__":
    sys.exit(main())
