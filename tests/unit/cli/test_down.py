"""`dxemu down` takes a lab's name as the other commands do, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dxemu.cli.down import command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lab", "mine", "other"], "other and mine are two labs"),
        (["--lab", "mine", "--all"], "--all means every lab"),
        (["--lab", "mine"], "there is no lab 'mine'"),
        (["mine", "--lab", "mine"], "there is no lab 'mine'"),
    ],
)
def test_a_name_is_an_option_or_an_argument(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code != 0
    assert said in f"{result.output}{result.exception}"
