"""Probes of two files: what a newcomer, or another distribution, brings as a runner is what runs them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any  # a lab that is none

import pytest

import dxemu.lab.probes
import dxemu.plugins
import dxemu.probes
from dxemu.lab.probes.menu import plugged_runners, runner_of
from dxemu.plugins import BrokenPlugin
from dxemu.probes.menu import kinds
from dxemu.run.prober import Prober

PROBE = '''"""A test's own."""
from dataclasses import dataclass
from typing import ClassVar
from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.base import Probe

@dataclass(frozen=True, slots=True, kw_only=True)
class Knock(Probe):
    """It knocks."""
    words: ClassVar[str] = "whether anybody opens"
    example: ClassVar[str] = "{from: app}"
    from_host: str = parameter(Takes.NAME, key="from", need=Need.ALWAYS, noun="host or instance", example="app")
'''
RUNNER = '''"""A test's own."""
from contextlib import AsyncExitStack
from dxemu.lab.probes.base import Runner
from dxemu.probes.base import Probe

class Knocks(Runner[Probe]):
    """All knocks of a run."""

    async def start(self, stack: AsyncExitStack) -> None:
        stack.callback(self.run.lab.append, "left")
        self.run.lab.append([probe.name for probe in self.probes])
        self.go_on(self._knock())

    async def _knock(self) -> None:
        self.run.lab.append(self.run.end_s)
'''


def knocked(runners: dict[str, str]) -> list[object]:
    """What the runner of two knocks did to its lab."""
    knock = kinds()["knock"]
    done: Any = []
    probes = [knock(name=name, from_host="app") for name in ("once", "twice")]
    job: Any = SimpleNamespace(end=5, kernel="embedded", probes=probes, runners=runners, seed=1, outages=frozenset())

    async def run() -> None:
        async with Prober(done, job, "") as prober:
            await prober.finished()

    asyncio.run(run())
    return list(done)


def test_two_files_are_a_probe_with_a_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package, text in ((dxemu.probes, PROBE), (dxemu.lab.probes, RUNNER)):
        folder = tmp_path / package.__name__
        folder.mkdir()
        (folder / "knock.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    assert knocked({}) == [["once", "twice"], 5.0, "left"]


def test_another_distribution_brings_a_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package, text in (("pure", PROBE), ("acting", RUNNER)):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('"""A test\'s own."""\n')
        (tmp_path / package / "knock.py").write_text(text, encoding="utf-8")
    about = tmp_path / "knocking-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: knocking\nVersion: 1.0\n")
    entries = "[dxemu.probes]\nknock = pure.knock\n[dxemu.lab.probes]\nknock = acting.knock\n"
    (about / "entry_points.txt").write_text(entries)
    monkeypatch.syspath_prepend(str(tmp_path))
    dxemu.plugins._mentioned.cache_clear()
    try:
        runners = {kind: runner.__module__ for kind, runner in plugged_runners().items()}
        assert runners == {"knock": "acting.knock"}
        assert knocked(runners) == [["once", "twice"], 5.0, "left"]
        (about / "entry_points.txt").write_text("[dxemu.lab.probes]\nudp = acting.knock\n")
        with pytest.raises(BrokenPlugin, match=r"'udp' of knocking 1\.0 has a name that dxemu uses already"):
            plugged_runners()
    finally:
        dxemu.plugins._mentioned.cache_clear()


def test_only_the_runners_that_are_used_are_imported() -> None:
    assert runner_of("udp").__module__ == "dxemu.lab.probes.udp"
