"""What a guest needs follows the plan, and designs of the usual size need no more than every guest has."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.designs import AUDIT_50, AUDIT_200, Size, topology
from dxemu.plan.make import make_plan
from dxemu.plan.memory import memory_mb
from dxemu.topology.load import load

REPOSITORY = Path(__file__).resolve().parents[3]
DEFAULT_MB = 1024


def needed(size: Size, folder: Path) -> int:
    file = folder / "design.yaml"
    file.write_text(topology(size), encoding="utf-8")
    return memory_mb(make_plan(load(file)))


@pytest.mark.parametrize("file", sorted((REPOSITORY / "topologies").glob("*.yaml")), ids=lambda file: file.stem)
def test_what_is_shipped_needs_no_more_than_every_guest_has(file: Path) -> None:
    assert memory_mb(make_plan(load(file))) < DEFAULT_MB


def test_two_hundred_virtual_interfaces_need_more_than_fifty(tmp_path: Path) -> None:
    assert needed(AUDIT_50, tmp_path) < DEFAULT_MB < needed(AUDIT_200, tmp_path) < 3 * DEFAULT_MB
