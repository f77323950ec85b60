"""pytest and dxemu: scenario files are tests (`pytest --dxemu`), and fixtures bring labs, runs and topologies.

Every run has a kernel of its own, so that the workers of pytest-xdist never meet. This imports little: pytest loads it
in every project where dxemu is installed.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from dxemu.finished import Finished
    from dxemu.labs.live import LiveLab
    from dxemu.topology.model import Topology

_SCENARIO = re.compile(rb"^topology\s*:", re.MULTILINE)
_READ = 1 << 20


class ScenarioFailed(Exception):
    """The run of a scenario did not pass. It says the beginning of the report, and where the rest is."""


class MakesLabs(Protocol):
    """`dx_lab("backup_connection", seed=7)`: a lab that ends with the test."""

    def __call__(
        self, topology: str | Path, *, clock: str = "virtual", kernel: str = "embedded", seed: int = 1
    ) -> LiveLab:
        """As `dxemu.lab`."""
        ...


class LoadsTopologies(Protocol):
    """`dx_topology("backup_connection")`: a design, checked."""

    def __call__(self, topology: str | Path) -> Topology:
        """As `dxemu.load`."""
        ...


class Runs(Protocol):
    """`dx_run("cut_primary_silently")`: a run that is over, whether it passed or not."""

    def __call__(self, scenario: str | Path, *, topology: str | Path | None = None, seed: int = 1) -> Finished:
        """As `dxemu.run`."""
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--dxemu`, and what goes with it."""
    group = parser.getgroup("dxemu", "rehearse Direct Connect failovers")
    group.addoption("--dxemu", action="store_true", help="Collect dxemu's scenario files (*.yaml) as tests.")
    group.addoption("--dxemu-seed", type=int, default=1, metavar="N", help="The seed of these runs.")
    group.addoption(
        "--dxemu-runs", type=Path, default=Path("runs"), metavar="FOLDER", help="Where the runs leave their files."
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A scenario file, with `--dxemu`."""
    if parent.config.getoption("dxemu") and file_path.suffix in (".yaml", ".yml") and _is_scenario(file_path):
        collected: pytest.Collector = ScenarioTests.from_parent(parent, path=file_path)
        return collected
    return None


class ScenarioTests(pytest.File):
    """A scenario file. It is one test."""

    def collect(self) -> Iterator[pytest.Item]:
        """That test."""
        yield ScenarioTest.from_parent(self, name=self.path.stem)


class ScenarioTest(pytest.Item):
    """The run of a scenario, which passes or not."""

    def runtest(self) -> None:
        """Raises ScenarioFailed, and DxemuError."""
        from dxemu.api import run
        from dxemu.forms import BY_PYTEST, asking_with

        options = self.config.option
        with asking_with(BY_PYTEST):
            finished = run(self.path, seed=options.dxemu_seed, runs=options.dxemu_runs)
        self.user_properties.append(("dxemu_run", str(finished.folder)))
        if not finished.passed:
            raise ScenarioFailed(finished.first_screen())

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """A message; no traceback, unless it is a bug of dxemu's."""
        del style
        from dxemu.errors import DxemuError, InputErrors
        from dxemu.report.problems import render

        if isinstance(excinfo.value, InputErrors):
            return render(excinfo.value)
        if isinstance(excinfo.value, ScenarioFailed | DxemuError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it is written, and what it is called."""
        return self.path, 0, f"scenario {self.name}"


def _is_scenario(file: Path) -> bool:
    """Looked at, not read: what is wrong in it shall fail as a test."""
    try:
        with file.open("rb") as opened:
            return _SCENARIO.search(opened.read(_READ)) is not None
    except OSError:
        return False


@pytest.fixture
def dx_lab() -> Iterator[MakesLabs]:
    """Brings labs up; they end with the test. As `dxemu.lab`."""
    with contextlib.ExitStack() as stack:

        def make(topology: str | Path, *, clock: str = "virtual", kernel: str = "embedded", seed: int = 1) -> LiveLab:
            from dxemu.labs.live import up

            return stack.enter_context(up(topology, clock=clock, kernel=kernel, seed=seed))

        yield make


@pytest.fixture
def dx_topology() -> LoadsTopologies:
    """Loads topologies, by path or by the name of one that comes with dxemu."""

    def load_one(topology: str | Path) -> Topology:
        from dxemu.topology.load import load
        from dxemu.topology.shipped import TOPOLOGY, found

        return load(found(Path(topology), (TOPOLOGY,)))

    return load_one


@pytest.fixture
def dx_run(tmp_path: Path) -> Runs:
    """Runs scenarios, which leave their files in the test's temporary folder. As `dxemu.run`."""

    def run_one(scenario: str | Path, *, topology: str | Path | None = None, seed: int = 1) -> Finished:
        from dxemu.api import run

        return run(scenario, topology=topology, seed=seed, runs=tmp_path / "runs")

    return run_one
