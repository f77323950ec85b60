"""Nothing that somebody wrote into a file, or called a file, reaches a terminal or a picture raw."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.text import Text

from dxemu.cli import app
from dxemu.plan.make import make_plan
from dxemu.report.console import PlainConsole
from dxemu.report.picture.draw import draw
from dxemu.report.terminal import safe
from dxemu.topology.load import load

ROOT = Path(__file__).parents[3]
SHIPPED = (ROOT / "topologies" / "backup_connection.yaml").read_text()
EVIL = r"\e]0;own\a\e[31m\x7f\x9b2J\0</title>]]><script>&\u202e\u2028\u200b[bold]:smile:[/x]"
PLACES = {
    "story": (SHIPPED[: SHIPPED.index("\n")], f'story: "{EVIL}"'),
    "region": ("region: us-east-1", f'region: "{EVIL}"'),
    "region_of_location": ("delay_to_region: 1 ms", f'region: "{EVIL}"'),
    "location": ("EqDC2", f'"{EVIL}"'),
    "host": ("app:", f'"{EVIL}":'),
    "vpc": ("prod", f'"{EVIL}"'),
    "device": ("dx_1", f'"{EVIL}"'),
    "connection": ("primary:", f'"{EVIL}":'),
    "owner": ("bandwidth: 10 Gbps}", f'bandwidth: 10 Gbps, owner_account: "{EVIL}"}}'),
    "carrier": ("delay: 3 ms", f'delay: 3 ms, carrier: "{EVIL}"'),
    "key": ("story:", f'"{EVIL}":'),
    "value": ("vlan: 101", f'vlan: "{EVIL}"'),
    "raw": ("vlan: 101", "vlan: \u202e\u2028\u0085x"),
    "raw_control": ("vlan: 101", "vlan: \x1b[31m\x07\x7f"),
}
COMMANDS = (["check"], ["plan"], ["audit"], ["graph", "--out", "-"], ["explain", "path", "app", "web", "--topology"])


def raw(text: str) -> set[str]:
    return {c for c in text if not c.isprintable() and c not in "\n\t"}


def told(arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    monkeypatch.setattr("sys.argv", ["dxemu", *arguments])
    with pytest.raises(SystemExit) as end:
        app.main()
    out, err = capsys.readouterr()
    return out + err, end.value.code if isinstance(end.value.code, int) else 0


@pytest.mark.parametrize("place", PLACES)
def test_nothing_raw_is_printed(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = PLACES[place]
    assert old in SHIPPED
    path = tmp_path / "t.yaml"
    path.write_text(SHIPPED.replace(old, new), encoding="utf-8")
    for command in COMMANDS:
        text, status = told([*command, str(path)], capsys, monkeypatch)
        assert raw(text) == set()
        assert status in (0, 2), text


@pytest.mark.parametrize("arguments", (["\x1b[31mno"], ["check", "\x1b[31mno\u202e"], ["explain", "\x1b[31mno"]))
def test_nothing_raw_of_the_command_line_is_printed(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text, status = told(arguments, capsys, monkeypatch)
    assert (raw(text), status) == (set(), 2)


def test_a_files_name_is_no_markup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "[bold]x[.yaml"
    path.write_text(SHIPPED)
    text, status = told(["audit", str(path)], capsys, monkeypatch)
    assert status == 0
    assert "[bold]x[" in text


def test_a_picture_is_well_formed_whatever_the_story_says(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(SHIPPED.replace(*PLACES["story"]))
    topology = load(path)
    svg = draw(topology, make_plan(topology))
    assert ET.fromstring(svg) is not None
    assert raw(svg) == set()


def test_the_console_prints_what_is_said_and_its_own_colours() -> None:
    out = StringIO()
    console = PlainConsole(file=out, force_terminal=True, width=80, color_system="standard", legacy_windows=False)
    console.print("[bold]\x1b]0;x\x07 :smile:")
    console.print(Text("a\x1bb").append("c", "red"))
    assert out.getvalue() == "[bold]\ufffd]0;x\ufffd :smile:\na\ufffdb\x1b[31mc\x1b[0m\n"


def test_safe_keeps_lines_and_letters_of_the_world() -> None:
    assert safe("a\tb\nÄ 東京") == "a\tb\nÄ 東京"
    assert safe("a\nb", keep="") == "a\ufffdb"
    assert safe("\ud800") == "\ufffd"


def test_help_is_printed() -> None:
    assert "Rehearse" in CliRunner().invoke(app.root, ["--help"]).output
