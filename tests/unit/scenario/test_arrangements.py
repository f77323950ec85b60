"""The page of the arrangements is what the generator makes of the files: it cannot go stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import arrangements

ROOT = Path(__file__).parents[3]
NAMES = sorted(path.stem for path in (ROOT / "topologies").glob("*.yaml"))
AGAIN = "run scripts/arrangements and read what changed"


def test_page_is_made_of_the_files() -> None:
    assert (ROOT / arrangements.PAGE).read_text(encoding="utf-8") == arrangements.page(ROOT), AGAIN


@pytest.mark.parametrize("name", NAMES)
def test_picture_is_made_of_the_file(name: str) -> None:
    shown = (ROOT / arrangements.PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    assert shown == arrangements.picture(ROOT, name), AGAIN


def test_every_arrangement_is_broken_by_a_scenario() -> None:
    broken = arrangements.scenarios_of(ROOT)
    assert [name for name in NAMES if name not in broken and name != "backup_connection_by_circuit"] == []
