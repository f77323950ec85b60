"""A name may be any text, longer than a file's may be, or of a folder in which this user may not look: wrong input."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from dxemu import files
from dxemu.cli.app import root
from dxemu.errors import DxemuError, InputErrors
from dxemu.events.folder import check_run
from dxemu.story.load import load

LONG = "x" * 300
DEEP = "x/" * 3000
SCENARIO = """\
topology: {}
probes: {{app: {{udp: {{from: app, to: web}}}}}}
expect: [{{outage: app, at_most: 0 s}}]
end: 2 s
"""


@pytest.mark.parametrize("name", [LONG, DEEP], ids=["long", "deep"])
@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("run",),
        ("run", "cut_primary_silently", "--topology"),
        ("plan",),
        ("graph",),
        ("audit",),
        ("up",),
        ("up", "backup_connection", "--name"),
        ("class", "start", "2"),
        ("report",),
        ("compare", "runs/a/1"),
        ("list", "--runs"),
        ("explain", "path", "app", "web", "--run"),
        ("graph", "backup_connection", "--output", f"{LONG}/a.svg"),
    ],
)
def test_a_name_that_is_too_long_is_one_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    ended = CliRunner().invoke(root, [*words, name])
    assert isinstance(ended.exception, DxemuError | SystemExit), ended.exception
    status = ended.exception.exit_status if isinstance(ended.exception, DxemuError) else ended.exit_code
    assert status == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [LONG, f"{LONG}/a.yaml", DEEP + "a.yaml"], ids=["bare", "a path", "deep"])
def test_a_scenarios_topology_of_a_name_that_is_too_long_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(SCENARIO.format(name), encoding="utf-8")
    with pytest.raises(InputErrors) as raised:
        load(file)
    (problem,) = raised.value.problems
    assert (problem.code, problem.mark.line) == ("DX-S001", 1)


def test_what_this_user_may_not_look_at_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path, **_: object) -> object:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(Path, "stat", denied)
    with pytest.raises(files.FileError, match="cannot be read: this user may not\n  change its permissions, or name"):
        check_run(tmp_path)
