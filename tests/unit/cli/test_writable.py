"""What cannot be written is refused before the work, which may take minutes: of every option that names an output."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from dxemu.cli import writable
from dxemu.cli.app import root
from dxemu.cli.audit import command as audit
from dxemu.cli.report import command as report
from dxemu.cli.run import command as run

REPOSITORY = Path(__file__).parents[3]
TOPOLOGY = str(REPOSITORY / "topologies" / "backup_connection.yaml")
SCENARIO = str(REPOSITORY / "scenarios" / "cut_primary_silently.yaml")
OUTPUTS = {
    "audit": {"--picture": "taken/x.svg", "--sarif": "taken/x", "--write-scenarios": "taken/x"},
    "run": {
        **dict.fromkeys(("--json", "--junit", "--markdown", "--trace"), "taken/x"),
        "--runs": "taken/x",
    },
    "report": dict.fromkeys(("--html", "--junit", "--markdown", "--trace"), "nowhere/x"),
    "graph": {"--out": "taken/x.svg"},
}
AT_ONCE = {"capture": {"--out"}, "new": {"--into"}, "list": {"--runs"}}
"""What these write, or read, is tried first thing."""


@pytest.mark.parametrize(("name", "option"), [(name, option) for name in OUTPUTS for option in OUTPUTS[name]])
def test_it_is_refused_before_the_work(name: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def works(*_: object, **__: object) -> None:
        raise AssertionError("it has begun")

    (tmp_path / "taken").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dxemu.cli.audit.make_audit", works)
    monkeypatch.setattr("dxemu.cli.report._of_run", works)
    monkeypatch.setattr("dxemu.cli.run.asyncio.run", works)
    monkeypatch.setattr("dxemu.cli.graph.write_picture", works)
    command = root.get_command(click.Context(root), name)  # type: ignore[attr-defined]
    of = {"run": SCENARIO, "report": "runs/a/1"}.get(name, TOPOLOGY)
    done = CliRunner().invoke(command, [of, option, OUTPUTS[name][option]])
    assert (done.exit_code, f"Invalid value for '{option}'" in done.output) == (2, True), done.output
    assert "cannot be" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_no_output_is_forgotten() -> None:
    for name in root.list_commands(click.Context(root)):  # type: ignore[attr-defined]
        command = root.get_command(click.Context(root), name)  # type: ignore[attr-defined]
        named = {
            option
            for each in command.params
            if isinstance(each, click.Option) and isinstance(each.type, click.Path) and not each.type.exists
            for option in each.opts
            if option.startswith("--")
        }
        assert named == set(OUTPUTS.get(name, {})) | AT_ONCE.get(name, set()), name
    assert {audit.name, run.name, report.name} < set(OUTPUTS)


def test_what_can_be_written_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("before")
    for check in (writable.check_file, writable.check_replaced_file):
        check(None, "--out")
        check(Path("-"), "--out")
        check(tmp_path / "there", "--out")
        check(tmp_path / "new", "--out")
    writable.check_folder(tmp_path / "a" / "b", "--into")
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert (tmp_path / "there").read_text() == "before"
