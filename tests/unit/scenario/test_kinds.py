"""What is made of a kind's one file: the table of docs/scenario-file.md, the JSON schema, the reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import dxemu.faults
from dxemu.errors import InputErrors
from dxemu.faults.menu import kinds
from dxemu.story.load import load
from dxemu.story.schema import json_schema
from tools.kinds import PAGE, page

ROOT = Path(__file__).parents[3]
DROPPED = '''"""A test's own."""
from dataclasses import dataclass
from typing import ClassVar
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, silenced
from dxemu.parameters import count_field, target_field
from dxemu.plan.model import Plan

@dataclass(frozen=True, slots=True, kw_only=True)
class CableBlinks(Fault):
    """It blinks."""
    words: ClassVar[str] = "its light goes and comes"
    audited: ClassVar[dict[str, str]] = {"circuit": "blinks"}
    circuit: str | None = target_field()
    times: int = count_field(words="so often")

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        return silenced([plan.cable(self.target).name])

    async def inject(self, lab: BreakableLab) -> str:
        return ""

    async def heal(self, lab: BreakableLab) -> str:
        return ""
'''


@pytest.fixture
def dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A file in the folder of faults, as a newcomer would put it there."""
    (tmp_path / "cable_blinks.py").write_text(DROPPED, encoding="utf-8")
    monkeypatch.setattr(dxemu.faults, "__path__", [*dxemu.faults.__path__, str(tmp_path)])
    yield


def test_the_tables_are_of_the_kinds_as_they_are() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert page(text) == text, "python -m tools.kinds writes them anew"


def test_schema_is_json_and_knows_every_parameter() -> None:
    schema = json.loads(json.dumps(json_schema()))
    known = schema["$defs"]["StepEntry"]["properties"]["fault"]["anyOf"]
    (cut,) = [one["properties"]["cable_cut"] for one in known if "cable_cut" in one["properties"]]
    assert set(cut["properties"]) == {"connection", "circuit", "internet"}
    assert cut["allOf"] == [{"oneOf": [{"required": [key]} for key in ("connection", "circuit", "internet")]}]


def test_one_file_is_a_fault_everywhere(dropped: None, tmp_path: Path) -> None:
    assert "cable_blinks" in kinds()
    assert "| `cable_blinks` | `circuit`; *`times` (so often)* | its light goes and comes |" in page(
        (ROOT / PAGE).read_text(encoding="utf-8")
    )
    assert "cable_blinks" in json.dumps(json_schema())
    story = tmp_path / "story.yaml"
    text = f"topology: {ROOT}/topologies/backup_connection.yaml\nsteps:\n  - at: 5 s\n    fault: {{cable_blinks: %s}}\n"
    story.write_text(text % "{circuit: metro, times: 3}", encoding="utf-8")
    (step,) = load(story).steps
    assert (step.kind, step.fault.target) == ("cable_blinks", "metro")
    story.write_text(text % "{circuit: metr, times: often}", encoding="utf-8")
    with pytest.raises(InputErrors) as errors:
        load(story)
    assert [problem.code for problem in errors.value.problems] == ["DX-S004", "DX-S003"]
