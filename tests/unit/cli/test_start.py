"""Commands that start nothing answer at once. Time hangs on the machine; what is imported for an answer does not."""

from __future__ import annotations

import subprocess
import sys

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
        (["check", "topologies/maximum_resiliency.yaml"], EFFECTS | HEAVY | SCENARIOS, 120, 410),
        (["check", "scenarios/cut_primary_silently.yaml"], EFFECTS | HEAVY, 225, 515),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else None,
)
def test_an_answer_imports_what_it_needs(words: list[str], unwanted: set[str], ours: int, all_: int) -> None:
    modules = _imported(words)
    assert modules & unwanted == set()
    of_kinds = {module for module in modules if module.startswith(tuple(f"dxemu.{folder}." for folder in KINDS))}
    found = {module for module in modules if module.split(".")[0] == "dxemu"} - of_kinds
    assert len(found) <= ours and len(modules - of_kinds) <= all_, (len(found), len(modules - of_kinds))


def test_of_the_kinds_only_those_that_a_scenario_names_are_imported() -> None:
    """As many as there may come to be, a scenario is read in the time that its own take."""
    modules = _imported(["check", "scenarios/cut_primary_silently.yaml"])
    folders = ((faults, Fault), (actions, Action), (probes, Probe), (awaited, Awaited), (expectations, Subject))
    found = [
        kind for folder, base in folders for kind in Members(folder, base) if f"{folder.__name__}.{kind}" in modules
    ]
    assert found == ["cable_silent", "udp", "detected", "outage", "path", "session"]


def _imported(words: list[str]) -> set[str]:
    """The modules that a command imports."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("modules ")[2].split())
