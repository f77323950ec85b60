"""A lab whose supervisor breaks before it is up: why is said, and nothing stays."""

from __future__ import annotations

from pathlib import Path

import pytest

import dxemu
from dxemu.errors import DxemuError, LabError
from dxemu.labs import start
from dxemu.labs.places import places


def test_what_a_broken_supervisor_printed_is_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(start, "SUPERVISOR", "dxemu.labs.nowhere")
    with pytest.raises(
        LabError, match=r"'mine' did not come up: .*No module named dxemu.labs.nowhere\n.*Nothing is left"
    ):
        dxemu.up("backup_connection", name="mine")
    assert places() == []


def test_a_supervisor_says_what_to_do_as_it_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(DxemuError, match="use clock='real' with kernel='host'"):
        dxemu.up("backup_connection", name="mine", kernel="host")
    assert places() == []
