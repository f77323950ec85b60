"""Run a scenario of the repository as `dxemu run` does, and keep what happened."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxemu.host import versions, where
from dxemu.measure.result import Result
from dxemu.run.rehearse import prepare, rehearse
from tests.lab.guest import REPOSITORY

CIRCUIT = REPOSITORY / "topologies" / "backup_connection_by_circuit.yaml"


@dataclass(frozen=True)
class Rehearsed:
    """The result, the file `result.json`, and every event."""

    result: Result
    written: dict[str, Any]
    events: list[dict[str, Any]]

    def verdict_of(self, text: str) -> str:
        """The verdict of the one expectation whose text holds `text`."""
        (found,) = [e for e in self.result.expectations if text in e.text]
        return found.verdict

    def detected(self) -> dict[str, str]:
        """Who noticed by itself, and by what."""
        return {stage.node: stage.detected_by for stage in self.result.stages}


def rehearsed(scenario: str, folder: Path, topology: Path | None = None, seed: int = 1) -> Rehearsed:
    """Run `scenarios/NAME.yaml` on the embedded kernel under the virtual clock."""
    events: list[dict[str, Any]] = []
    prepared = prepare(REPOSITORY / "scenarios" / f"{scenario}.yaml", topology, versions.installed())
    place = where.embedded("virtual")
    result = asyncio.run(rehearse(prepared, place, folder, seed, lambda event: events.append(dict(event))))
    return Rehearsed(result, json.loads((folder / "result.json").read_text(encoding="utf-8")), events)
