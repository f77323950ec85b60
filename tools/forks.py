"""Tests in forks of this process, which has the libraries already: with limits, in silence, and what they give."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import hypothesis
import pytest

HUNG_S = 900
"""Wall time: what waits for something computes nothing."""
MEMORY = 4 << 30
"""What is written to: a browser or JavaScript engine reserves far more."""
WARM = ("hypothesis.strategies", "networkx", "pydantic", "rich.console", "ruamel.yaml", "jinja2", "click")
PYTEST = (
    *("-x", "-q", "--hypothesis-profile=mutants", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *(word for name in ("cacheprovider", "randomly", "xdist") for word in ("-p", f"no:{name}")),
)


def warm() -> None:
    """Has what all forks need: libraries, and Hypothesis without what costs time and is for people."""
    for library in WARM:
        import_module(library)
    hypothesis.settings.register_profile(
        "mutants",
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )


def begun(work: Callable[[], Any], limit_s: int, result: Path) -> int:
    """A fork that does it and leaves what it gives in the file, as JSON. It has so much time of the processor."""
    result.unlink(missing_ok=True)
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.setsid()
        signal.alarm(HUNG_S)
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 5))
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        given = json.dumps(work())
        result.write_text(given, encoding="utf-8")
        status = 0
    finally:
        os._exit(status)


def ended(child: int, status: int, result: Path) -> tuple[Any, str]:
    """What a fork that is over has given, and how it ended if not well."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it has started
    if os.WIFSIGNALED(status):
        return None, f"ended by {signal.Signals(os.WTERMSIG(status)).name}"
    if os.WEXITSTATUS(status):
        return None, f"ended with {os.WEXITSTATUS(status)}"
    return json.loads(result.read_text(encoding="utf-8")), ""


class Failure:
    """A plugin of pytest: the first that failed."""

    name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps it."""
        self.name = self.name or (report.nodeid if report.failed else "")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be imported is one, too."""
        self.name = self.name or (report.nodeid if report.failed else "")


def failure_in(file: str) -> str:
    """The first test that fails there; empty if none does."""
    failure = Failure()
    end = pytest.main([*PYTEST, file], [failure])
    return "" if end in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else failure.name or f"{file}: {end}"
