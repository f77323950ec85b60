"""What a shell offers at Tab, what --help shows, and manual pages: made from the commands."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from dxemu.cli import completing
from dxemu.cli.app import root
from dxemu.labs.places import NoLab
from dxemu.report.manual import pages

NAMES = {"connection": ["primary", "backup"], "node": ["app", "dx_1"], "fault": ["cable_cut"], "probe": ["app"]}
COMMANDS = root.list_commands(click.Context(root))  # type: ignore[attr-defined]


@pytest.fixture
def _a_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completing, "ask", lambda lab, do: NAMES)


def offered(*words: str) -> list[str]:
    *said, begun = words
    found = ShellComplete(root, {}, "dxemu", "_DXEMU_COMPLETE").get_completions(said, begun)
    return [str(item.value) for item in found]


@pytest.mark.usefixtures("_a_lab")
@pytest.mark.parametrize(
    ("words", "some"),
    [
        (("fa",), ["fail"]),
        (("fail", "cable_si"), ["cable_silent"]),
        (("fail", "cable_cut", "con"), ["connection=primary", "connection=backup"]),
        (("fail", "cable_cut", "connection=p"), ["connection=primary"]),
        (("fail", "cable_cut", "connection", "=", "b"), ["backup"]),
        (("fail", "--lab", "mine", "cable_cut", "connection=", "b"), ["backup"]),
        (("heal", "cable"), ["cable_cut"]),
        (("heal", "cable_cut", "connection=b"), ["connection=backup"]),
        (("exec", "d"), ["dx_1"]),
        (("shell", "a"), ["app"]),
        (("probe", "app", "ud"), ["udp"]),
        (("run", "cut_primary_silently_"), ["cut_primary_silently_without_bfd"]),
        (("new", "cases/no_l"), ["cases/no_light"]),
        (("run", "cut_primary_silently", "--see"), ["--seed"]),
    ],
)
def test_what_is_offered(words: tuple[str, ...], some: list[str]) -> None:
    assert offered(*words) == some


def test_files_are_offered_beside_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    for name in ("mine/lab.yaml", "mine/notes.txt", "mine.yaml"):
        Path(name).touch()
    assert offered("check", "min") == ["mine/", "mine.yaml"]
    assert offered("check", "mine/") == ["mine/lab.yaml"]


def test_without_a_lab_nothing_is_offered_and_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(lab: str | None, do: str) -> None:
        raise NoLab("there is no lab")

    monkeypatch.setattr(completing, "ask", ask)
    assert offered("exec", "") == []
    assert "connection=" in offered("fail", "cable_cut", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shells_script(shell: str) -> None:
    done = CliRunner().invoke(root, ["completion", shell])
    assert (done.exit_code, "_DXEMU_COMPLETE" in done.output) == (0, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_of_a_command_are_read_by_it(name: str) -> None:
    ctx = click.Context(root, info_name="dxemu")
    command = root.get_command(ctx, name)  # type: ignore[attr-defined]
    shown = [line.strip() for line in (command.epilog or "").splitlines() if line.startswith("  ")]
    assert shown, "--help ends with examples"
    for line in shown:
        words = shlex.split(line.partition(" > ")[0].partition(" && ")[0].partition(" | ")[0])
        assert words[:2] == ["dxemu", name]
        if not isinstance(command, click.Group):
            command.make_parser(click.Context(command, **command.context_settings)).parse_args(words[2:])


def test_every_command_has_a_manual_page() -> None:
    found = dict(pages(root))
    assert {f"dxemu-{name}.1" for name in COMMANDS} | {"dxemu.1", "dxemu-explain-path.1"} <= {*found}
    page = found["dxemu-fail.1"]
    assert page.startswith('.TH "DXEMU\\-FAIL" "1"')
    assert ".SH EXAMPLES" in page and "dxemu fail cable_silent connection=primary \\-\\-for 30s" in page
    assert not any(line.startswith("'") for text in found.values() for line in text.splitlines())
