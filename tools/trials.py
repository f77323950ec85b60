"""Mutants meet tests: first in forks of a process that has collected them, then each in a new one."""

from __future__ import annotations

import compileall
import gc
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import cache_from_source
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from tools import forks
from tools.covering import Look, function_of
from tools.mutants import Mutant


@dataclass(frozen=True)
class Trial:
    """A mutant and what is to notice it."""

    mutant: Mutant
    files: Sequence[str]
    """Cheapest first."""
    granted_s: float
    """So much time of the processor; a file that has begun within it is run to its end."""

    @property
    def limit_s(self) -> int:
        """Then it computes without an end, which is noticed, too."""
        return int(2 * self.granted_s) + 60


@contextmanager
def workers(jobs: int) -> Iterator[Executor]:
    """Processes with a copy of all files each, beside this one."""
    compileall.compile_dir("dxemu", quiet=2)
    with ProcessPoolExecutor(jobs, get_context("fork"), _own_copy) as pool:
        yield pool


def _own_copy() -> None:
    old = Path.cwd()
    new = old.with_name(f"worker-{os.getpid()}")
    shutil.copytree(old, new)
    os.chdir(new)
    sys.path[:] = [str(new) if path in ("", str(old)) else path for path in sys.path]
    os.environ["PYTHONPATH"] = str(new)


def tried(trial: Trial) -> str:
    """What notices the mutant in a process of its own; empty if nothing does. In the worker's copy of the files."""
    path, compiled = Path(trial.mutant.module), Path(cache_from_source(trial.mutant.module))
    source = path.read_text(encoding="utf-8")

    def work() -> str:
        in_time = _within(trial)
        return next((found for file in in_time if (found := forks.failure_in(file))), "")

    def write(text: str) -> None:
        path.write_text(text, encoding="utf-8")
        # Python takes compiled text for the module's if both were written in one second and are of one length.
        compiled.unlink(missing_ok=True)

    write(trial.mutant.applied(source))
    try:
        result = Path("result.json")
        child = forks.begun(work, trial.limit_s, result)
        found, end = forks.ended(*os.waitpid(child, 0), result)
    finally:
        write(source)
    return end or str(found)


def _within(trial: Trial) -> Iterator[str]:
    for file in trial.files:
        if time.process_time() < trial.granted_s:
            yield file


def noticed_at_once(trials: Sequence[Trial], jobs: int, tell: Callable[[Trial, str], None]) -> list[Trial]:
    """In forks of one process: each costs what its tests cost, no more. Gives those to be tried by themselves.

    The new code is put where the function is. That cannot be done with what runs when a module is imported, and shows
    nothing of what was computed already while tests were collected.
    """
    by_itself = [trial for trial in trials if function_of(trial.mutant) is None]
    loop = _Loop([trial for trial in trials if trial not in by_itself], jobs, tell)
    files = sorted({file for trial in loop.trials for file in trial.files})
    if files:
        loop.look.begin()
        pytest.main([*forks.PYTEST, *files], [loop, loop.failure])
    return by_itself + loop.in_doubt


class _Loop:
    """A plugin of pytest: in the place of running all that was collected."""

    def __init__(self, trials: Sequence[Trial], jobs: int, tell: Callable[[Trial, str], None]) -> None:
        self.trials, self.failure, self.look = trials, forks.Failure(), Look()
        self.in_doubt: list[Trial] = []
        self._jobs, self._tell = jobs, tell
        self._running: dict[int, Trial] = {}
        self._collecting: set[str] = set()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """All trials, so many at a time."""
        self._collecting = self.look.end()
        items: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            items.setdefault(item.nodeid.split("::")[0], []).append(item)
        for trial in self.trials:
            if len(self._running) == self._jobs:
                self._one_ends()
            child = forks.begun(partial(self._noticed, trial, session, items), trial.limit_s, self._result(trial))
            self._running[child] = trial
        while self._running:
            self._one_ends()
        return True

    def _one_ends(self) -> None:
        child, status = os.wait()
        trial = self._running.pop(child)
        found, end = forks.ended(child, status, self._result(trial))
        noticed_by = end or str(found)
        if not noticed_by and function_of(trial.mutant) in self._collecting:
            self.in_doubt.append(trial)
        else:
            self._tell(trial, noticed_by)

    def _result(self, trial: Trial) -> Path:
        return Path(f"result-{self.trials.index(trial)}.json")

    def _noticed(self, trial: Trial, session: pytest.Session, items: dict[str, list[pytest.Item]]) -> str:
        put_in_place(trial.mutant)
        session.config.pluginmanager.unregister(name="terminalreporter")
        for file in _within(trial):
            of_file = items.get(file, [])
            for item, following in zip(of_file, [*of_file[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self.failure.name:
                    return self.failure.name
        return ""


def put_in_place(mutant: Mutant) -> None:
    """The functions of a module that is imported have the mutant's code."""
    path = sys.modules[mutant.module.removesuffix(".py").replace("/", ".")].__file__ or ""
    mutated = compile(mutant.applied(Path(path).read_text(encoding="utf-8")), path, "exec", dont_inherit=True)
    new = {(code.co_qualname, code.co_firstlineno): code for code in _codes(mutated) if "<" not in code.co_qualname}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename == path:
            one.__code__ = new.get((one.__code__.co_qualname, one.__code__.co_firstlineno), one.__code__)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)
