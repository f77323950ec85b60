"""What a shell offers at Tab, what --help shows, and manual pages: made from the commands."""

from __future__ import annotations

import itertools
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.shell_completion import CompletionItem, get_completion_class
from click.testing import CliRunner

from dxemu.cli import completing, shells
from dxemu.cli.app import COMPLETE, root
from dxemu.labs.places import NoLab
from dxemu.report.manual import pages

NAMES = {"connection": ["primary", "backup"], "node": ["app", "dx_1"], "fault": ["cable_cut"], "probe": ["app"]}
COMMANDS = root.list_commands(click.Context(root))  # type: ignore[attr-defined]


@pytest.fixture
def _a_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completing, "ask", lambda lab, do: NAMES)


def offered(*words: str) -> list[str]:
    *said, begun = words
    found = shells.Zsh(root, {}, "dxemu", COMPLETE).get_completions(said, begun)
    return [str(item.value) for item in found]


@pytest.mark.usefixtures("_a_lab")
@pytest.mark.parametrize(
    ("words", "some"),
    [
        (("fa",), ["fail"]),
        (("fail", "cable_si"), ["cable_silent"]),
        (("fail", "cable_cut", "con"), ["connection=primary", "connection=backup"]),
        (("fail", "cable_cut", "connection=p"), ["connection=primary"]),
        (("fail", "--lab", "mine", "cable_cut", "connection=b"), ["connection=backup"]),
        (("fail", "cable_cut", "connection=backup", "con"), []),
        (("run", "--kernel=e"), ["--kernel=embedded"]),
        (("heal", "cable"), ["cable_cut"]),
        (("heal", "cable_cut", "connection=b"), ["connection=backup"]),
        (("exec", "d"), ["dx_1"]),
        (("shell", "a"), ["app"]),
        (("probe", "app", "ud"), ["udp"]),
        (("run", "cut_primary_silently_"), ["cut_primary_silently_without_bfd"]),
        (("new", "cases/no_l"), ["cases/no_light"]),
        (("run", "cut_primary_silently", "--see"), ["--seed"]),
        (("advance", "--until", "fault_h"), ["fault_healed"]),
        (("advance", "--until", "bgp", "no"), ["node=app", "node=dx_1"]),
        (("advance", "--until", "bgp", "node=app", "node=d"), []),
        (("advance", "9"), []),
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
    assert (done.exit_code, COMPLETE in done.output) == (0, True)
    assert get_completion_class(shell) in (shells.Bash, shells.Zsh, shells.Fish)


@pytest.mark.parametrize(
    ("line", "words", "begun"),
    [
        ("dxemu fail cable_cut connection=pri", ["fail", "cable_cut"], "connection=pri"),
        ("dxemu fail cable_cut ", ["fail", "cable_cut"], ""),
        ("A=b /usr/bin/dxemu ex", [], "ex"),
        ("dxemu change 'a file", ["change"], "a file"),
    ],
)
def test_what_a_shell_tells(line: str, words: list[str], begun: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMP_LINE", line)
    assert shells.Bash(root, {}, "dxemu", COMPLETE).get_completion_args() == (words, begun)


def test_what_a_shell_is_told() -> None:
    item = CompletionItem("connection=", help="a connection,\n  or a circuit")
    assert shells.Fish(root, {}, "dxemu", COMPLETE).format_completion(item) == (
        "plain\tconnection=\ta connection, or a circuit"
    )


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
    assert [name for name, text in found.items() if ".SH EXAMPLES" not in text] == ["dxemu.1"]
    assert not [name for name, text in found.items() if "..." in text.split(".SH SYNOPSIS")[0]], "cut off in the middle"


def test_a_manual_page_is_as_man_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")
    for page in dict(pages(root)).values():
        lines = page.splitlines()
        assert '"1" "2026-11-23"' in lines[0]
        assert all(one != ".PP" or not after.startswith(".") for one, after in itertools.pairwise(lines))
        assert lines[-1] != ".PP"


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed: apt install mandoc")
def test_mandoc_has_nothing_to_say_about_the_pages(tmp_path: Path) -> None:
    for name, text in pages(root):
        (tmp_path / name).write_text(text)
    files = sorted(tmp_path.iterdir())
    done = subprocess.run(["mandoc", "-Tlint", *files], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)
