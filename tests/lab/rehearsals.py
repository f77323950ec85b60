"""Run a scenario of the repository as `dxemu run` does, and keep what happened."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxemu.host import versions, where
from dxemu.host.guest_mode import Wish
from dxemu.measure.result import Result
from dxemu.plan.model import Plan
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from dxemu.story.variant import Variant
from tests.lab import yardstick
from tests.lab.guest import REPOSITORY

GUEST = "DXEMU_TEST_GUEST"
"""The guest mode in which `scripts/test-kernels` lets the scenarios run; a word of `dxemu run --guest`."""

CIRCUIT = REPOSITORY / "topologies" / "backup_connection_by_circuit.yaml"


@dataclass(frozen=True)
class Rehearsed:
    """The plan, the result, the file `result.json`, and every event."""

    plan: Plan
    result: Result
    written: dict[str, Any]
    events: list[dict[str, Any]]

    def numbers(self) -> yardstick.Numbers:
        """What is compared with the yardstick."""
        return yardstick.numbers(self.plan, self.written, self.events)

    def verdict_of(self, text: str) -> str:
        """The verdict of the one expectation whose text holds `text`."""
        (found,) = [e for e in self.result.expectations if text in e.text]
        return found.verdict

    def detected(self) -> dict[str, str]:
        """Who noticed by itself, and by what."""
        return {stage.node: stage.detected_by for stage in self.result.stages}


def rehearsed(
    scenario: str, folder: Path, topology: Path | None = None, seed: int = 1, place: where.Where | None = None
) -> Rehearsed:
    """Run `scenarios/NAME.yaml` on the embedded kernel under the virtual clock, or in another place."""
    file = REPOSITORY / "scenarios" / f"{scenario}.yaml"
    prepared = prepare(file, topology, versions.installed(), Variant(seed=seed))
    place = place or where.embedded("virtual", guest=os.environ.get(GUEST, Wish.AUTO))
    result = asyncio.run(rehearse(prepared, place, folder, seed, lambda _: None))
    events = [json.loads(line) for line in (folder / "timeline.jsonl").read_text(encoding="utf-8").splitlines()]
    return Rehearsed(prepared.plan, result, json.loads((folder / "result.json").read_text(encoding="utf-8")), events)
