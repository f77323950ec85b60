"""Commands that start nothing answer at once. Time hangs on the machine; what is imported for an answer does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dxemu import actions, faults, probes
from dxemu.actions.base import Action
from dxemu.faults.base import Fault
from dxemu.probes.base import Probe
from dxemu.registry import Members
from dxemu.story import awaited, expectations
from dxemu.story.awaited.base import Awaited
from dxemu.story.expectations.base import Subject

PROGRAM = """
import sys
sys.argv = ["dxemu", *sys.argv[1:]]
from dxemu.__main__ import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
finally:
    print("modules", *sorted(sys.modules))
"""
EFFECTS = {
    "dxemu.lab",
    "dxemu.daemons",
    "dxemu.netlink",
    "dxemu.host.embedded",
    "asyncio",
    "subprocess",
    "multiprocessing",
}
HEAVY = {
    *("jinja2", "rich", "networkx", "pandas", "mininet", "pyroute2", "exabgp", "jsonschema", "concurrent.futures"),
    *("difflib", "traceback"),
}
FILES = {"pydantic", "pydantic_core", "ruamel.yaml", "dxemu.topology.file"}
KINDS = ("faults", "actions", "probes", "topology.check", "story.expectations", "story.awaited")
"""Folders that grow by a file for each kind: their modules do not count."""
SCENARIOS = {
    f"dxemu.{package}" for package in ("story", "predict", "control", "faults", "actions", "events", "measure")
}


@pytest.mark.parametrize(
    ("words", "unwanted", "ours", "all_"),
    [
        (["--help"], EFFECTS | HEAVY | FILES | SCENARIOS | {"json", "socket"}, 15, 160),
        (["check", "topologies/maximum_resiliency.yaml"], EFFECTS | HEAVY | SCENARIOS, 119, 392),
        (["check", "scenarios/cut_primary_silently.yaml"], EFFECTS | HEAVY, 236, 514),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else None,
)
def test_an_answer_imports_what_it_needs(words: list[str], unwanted: set[str], ours: int, all_: int) -> None:
    modules = _modules([sys.executable, "-c", PROGRAM, *words])
    assert modules & unwanted == set()
    of_kinds = {module for module in modules if module.startswith(tuple(f"dxemu.{folder}." for folder in KINDS))}
    found = {module for module in modules if module.split(".")[0] == "dxemu"} - of_kinds
    assert len(found) <= ours and len(modules - of_kinds) <= all_, (len(found), len(modules - of_kinds))


def test_of_the_kinds_only_those_that_a_scenario_names_are_imported() -> None:
    """As many as there may come to be, a scenario is read in the time that its own take."""
    modules = _modules([sys.executable, "-c", PROGRAM, "check", "scenarios/cut_primary_silently.yaml"])
    folders = ((faults, Fault), (actions, Action), (probes, Probe), (awaited, Awaited), (expectations, Subject))
    found = [
        kind for folder, base in folders for kind in Members(folder, base) if f"{folder.__name__}.{kind}" in modules
    ]
    assert found == ["cable_silent", "udp", "detected", "outage", "path", "session"]


def test_the_page_of_a_run_imports_no_audit() -> None:
    """Each run makes one when it is over, and has no weak spots on it."""
    code = "import sys; import dxemu.report.html.page, dxemu.report.run; print('modules', *sorted(sys.modules))"
    modules = _modules([sys.executable, "-c", code])
    assert modules & {"networkx", "dxemu.audit.design"} == set()


def _modules(command: list[str]) -> set[str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("modules ")[2].split())


SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from dxemu.labs import supervisor
from dxemu.labs.places import LabFolder
from dxemu.labs.start import About

def early(*_):
    print("modules", *sorted(sys.modules))
    raise SystemExit

supervisor.Early = early
supervisor.where.embedded = lambda clock: None
place, about = LabFolder(Path(sys.argv[1])), About(topology="none.yaml", kernel="embedded", clock="real", seed=1)

async def run():
    with place.listening() as listening:
        listening.setblocking(False)
        await supervisor.Supervisor(place, about).run(listening)

asyncio.run(run())
"""
LATER = {"dxemu.lab", "dxemu.daemons", "dxemu.run", "dxemu.report", "dxemu.plan", "multiprocessing"}
"""What a supervisor imports while its lab's process boots, if at all."""


def test_a_lab_boots_before_its_supervisor_imports_the_rest(tmp_path: Path) -> None:
    modules = _modules([sys.executable, "-c", SUPERVISOR, str(tmp_path)])
    asyncio_has = {"concurrent.futures", "traceback"}
    assert modules & (LATER | (HEAVY - asyncio_has) | FILES | (SCENARIOS - {"dxemu.events"})) == set()
    ours = {module for module in modules if module.split(".")[0] == "dxemu"}
    assert len(ours) <= 56 and len(modules) <= 260, (len(ours), len(modules))
