"""Commands that start nothing answer at once. Time hangs on the machine; what is imported for an answer does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
HEAVY = {"jinja2", "rich", "networkx", "pandas", "mininet", "pyroute2", "exabgp", "jsonschema", "concurrent.futures"}
FILES = {"pydantic", "pydantic_core", "ruamel.yaml", "dxemu.topology.file"}
KINDS = ("faults", "actions", "probes", "topology.check", "story.expectations", "story.awaited")
"""Folders that grow by a file for each kind: their modules do not count."""
SCENARIOS = {
    f"dxemu.{package}" for package in ("story", "predict", "control", "faults", "actions", "events", "measure")
}


@pytest.mark.parametrize(
    ("words", "unwanted", "ours", "all_"),
    [
        (["--help"], EFFECTS | HEAVY | FILES | SCENARIOS, 15, 160),
        (["check", "topologies/maximum_resiliency.yaml"], EFFECTS | HEAVY | SCENARIOS, 120, 410),
        (["check", "scenarios/cut_primary_silently.yaml"], EFFECTS | HEAVY, 225, 515),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, list) else None,
)
def test_an_answer_imports_what_it_needs(words: list[str], unwanted: set[str], ours: int, all_: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.rpartition("modules ")[2].split())
    assert modules & unwanted == set()
    of_kinds = {module for module in modules if module.startswith(tuple(f"dxemu.{folder}." for folder in KINDS))}
    found = {module for module in modules if module.split(".")[0] == "dxemu"} - of_kinds
    assert len(found) <= ours and len(modules - of_kinds) <= all_, (len(found), len(modules - of_kinds))
