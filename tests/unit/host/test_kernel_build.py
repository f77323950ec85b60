"""A build may take as long as it likes, but not be silent for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import LabError
from dxemu.host import kernel_build


def built(folder: Path, words: str) -> list[str]:
    """What a script that does `words` lets `progress` say."""
    script = folder / "build.sh"
    script.write_text(words)
    said: list[str] = []
    kernel_build._run_script(script, folder, None, said.append)
    return said


def test_a_build_that_goes_on_is_let_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slower than the limit as a whole, never as long silent."""
    monkeypatch.setattr(kernel_build, "SILENCE_LIMIT_S", 1.5)
    assert built(tmp_path, "for n in 1 2 3 4; do sleep 0.5; echo step $n; done") == [f"step {n}" for n in range(1, 5)]


def test_a_silent_build_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_build, "SILENCE_LIMIT_S", 0.2)
    with pytest.raises(LabError, match=r"said nothing for 0 s; last: ''"):
        built(tmp_path, "echo begun; exec sleep 60")
