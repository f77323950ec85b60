"""A scenario as a run keeps it: a file that stands beside the run's topology and can be run again from there."""

from __future__ import annotations

from pathlib import Path

from dxemu.story.model import Scenario
from dxemu.topology import effective, yaml

FILE = "scenario.yaml"
"""Its name in a run's folder."""
_HEAD = "# The scenario {name} as it was run: its change is in {topology}, {secrets} are left out.\n"
_DONE_ELSEWHERE = ("change",)
"""What the topology beside it has already."""


def text_of(scenario: Scenario) -> str:
    """The scenario as a file beside `effective.FILE`; empty if nobody wrote it down."""
    if not isinstance(scenario.written, dict):
        return ""
    value = {key: value for key, value in scenario.written.items() if key not in _DONE_ELSEWHERE}
    value["topology"] = effective.FILE
    head = _HEAD.format(name=scenario.name, topology=effective.FILE, secrets=effective.LEFT_OUT)
    return head + yaml.dump(effective.without_secrets(value))


def topology_beside(file: Path) -> Path:
    """The topology that a kept scenario was run with."""
    return file.with_name(effective.FILE)
