"""`up` under a name in use: another file, or another clock, is no lab to follow."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dxemu.labs.again import again
from dxemu.labs.places import ABOUT, LabFolder, NoLab, alive, new_place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabFolder]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    place, lock = new_place("mine")
    about = {"topology": str(tmp_path / "mine.yaml"), "kernel": "embedded", "clock": "virtual", "seed": 1}
    (place.folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    yield place
    os.close(lock)


def test_another_file_under_a_name_in_use(place: LabFolder, tmp_path: Path) -> None:
    with pytest.raises(NoLab, match=r"of another file: .*mine.yaml\n.*--name"):
        again(place, tmp_path / "other.yaml")


def test_what_stays_as_long_as_a_lab_lives(place: LabFolder, tmp_path: Path) -> None:
    with pytest.raises(NoLab, match=r"has clock virtual, .*\n.*Leave --clock out"):
        again(place, tmp_path / "mine.yaml", clock="real")
    with pytest.raises(NoLab, match="has seed 1"):
        again(place, tmp_path / "mine.yaml", clock="virtual", seed=7)


def test_whether_a_lab_of_a_name_lives(place: LabFolder) -> None:
    assert alive("mine") == place
    assert alive("other") is None
    assert alive("../mine") is None
