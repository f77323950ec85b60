"""What `dxemu change` says of a word that is neither a file nor PATH=VALUE: before any lab is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dxemu.cli.change import command


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("back", "dxemu change --back takes back the latest change that stands."),
        ("tonigt.yaml", "Did you mean"),
        ("{virtual_interfaces: {primary: {mtu: 8500}}}" + " " * 300, "Name a file, or write PATH=VALUE."),
    ],
)
def test_a_word_that_is_no_file_is_wrong_input(
    what: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tonight.yaml").write_text("{}")
    done = CliRunner().invoke(command, [what])
    assert done.exit_code == 2
    assert "there is no file" in done.output
    assert said in done.output
