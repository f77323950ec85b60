"""A run that is repeated from its own folder has the same digest, also where steps wait for events."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dxemu.host import where
from dxemu.run import bundle, record
from dxemu.run.kept import prepare_kept
from dxemu.run.rehearse import rehearse
from tests.lab.rehearsals import rehearsed

pytestmark = [pytest.mark.lab, pytest.mark.slow]


@pytest.mark.parametrize("scenario", ["pull_primary_cable", "drain_when_the_session_flaps"])
def test_the_same_comes_out(scenario: str, tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    rehearsed(scenario, first, seed=3)
    bundle.check(first)
    known = record.read(first)
    assert known is not None
    asyncio.run(rehearse(prepare_kept(first, known), where.embedded("virtual"), second, known.seed, lambda _: None))
    assert bundle.differences(first, second) == []
