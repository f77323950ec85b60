"""Which test file runs which function, and what it costs: kept until its own text changes.

Functions, not lines, since those move.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import resource
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from pathlib import Path
from types import CodeType, FrameType

from tools.forks import begun, ended, failure_in
from tools.mutants import Mutant, function_at

TESTS = Path("tests/unit")
KNOW_IT = ("aws", "bgp", "explain", "lab", "measure", "plan", "predict", "report")
"""The folders that are asked: what knows the pure half. Others run it, too, but look at something else."""
LOOKS_AT_MODULES = ("tests/unit/test_frozen.py", "tests/unit/aws/test_numbers.py")
"""These run nothing of what they look at."""
SLOW_S = 15
"""Processor time after which a test file is left out."""


@dataclass(frozen=True)
class Known:
    """What a test file runs and costs."""

    text: str
    """A sum of the file's text."""
    cost_s: float
    runs: tuple[str, ...]
    """`module:function`. Nothing if the file is too slow, or fails by itself."""


def known_tests(pool: Executor, kept: Path) -> dict[str, Known]:
    """Of each test file; those that have changed are run. Tells what is left out."""
    before = json.loads(kept.read_text()) if kept.exists() else {}
    files = sorted(str(path) for folder in KNOW_IT for path in (TESTS / folder).glob("test_*.py"))
    sums = {file: hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files}
    known = {
        file: Known(one["text"], one["cost_s"], tuple(one["runs"]))
        for file, one in before.items()
        if sums.get(file) == one["text"]
    }
    new = [file for file in files if file not in known]
    for file, one in zip(new, pool.map(_looked_at, new), strict=True):
        known[file] = Known(sums[file], *one)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({file: asdict(one) for file, one in known.items()}))
    for file in sorted(file for file, one in known.items() if not one.runs):
        print(f"left out  {file}: slow, failing, or it runs nothing of dxemu", flush=True)
    return known


class Look:
    """What is run from when it begins on, in this thread and new ones."""

    def __init__(self) -> None:
        self._ran: set[CodeType] = set()

    def begin(self) -> None:
        """From here on."""
        sys.settrace(self._called)
        threading.settrace(self._called)

    def _called(self, frame: FrameType, _event: str, _argument: object) -> None:
        self._ran.add(frame.f_code)

    def end(self) -> set[str]:
        """The functions of dxemu that were run, `module:function`."""
        sys.settrace(None)
        package, found = Path("dxemu").absolute(), set()
        for code in self._ran:
            if code.co_flags & inspect.CO_OPTIMIZED and Path(code.co_filename).is_relative_to(package):
                module = Path(code.co_filename).relative_to(package.parent)
                found.add(f"{module}:{code.co_qualname.split('.<locals>')[0]}")
        return found


def _looked_at(file: str) -> tuple[float, tuple[str, ...]]:
    def work() -> list[str]:
        look = Look()
        look.begin()
        failed = failure_in(file)
        return [] if failed else sorted(look.end())

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = Path("result.json")
    child = begun(work, SLOW_S, result)
    runs, _ = ended(*os.waitpid(child, 0), result)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2), tuple(runs or ())


def chosen(mutant: Mutant, known: dict[str, Known]) -> list[str]:
    """The test files that run what it changes, cheapest first."""
    name = function_of(mutant)
    if name:
        files = [file for file, one in known.items() if name in one.runs]
    else:
        modules = {mutant.module, *_importers(mutant.module)}
        files = [file for file, one in known.items() if any(run.split(":")[0] in modules for run in one.runs)]
    return [*(() if name else LOOKS_AT_MODULES), *sorted(files, key=lambda file: known[file].cost_s)]


def function_of(mutant: Mutant) -> str | None:
    """`module:function`; None if what it changes is run when the module is imported."""
    name = function_at(Path(mutant.module).read_text(encoding="utf-8"), mutant.line)
    return name and f"{mutant.module}:{name}"


def _importers(module: str) -> Iterator[str]:
    line = f"from {module.removesuffix('.py').replace('/', '.')} import"
    return (str(path) for path in Path("dxemu").rglob("*.py") if line in path.read_text(encoding="utf-8"))
