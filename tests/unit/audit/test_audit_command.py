"""`dxemu audit`: text, JSON, picture, exit status.

To accept new text after reading it: DXEMU_WRITE_GOLDEN=1 pytest tests/unit/audit
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from audited import NOTHING_SHARED, REPOSITORY, audited

from dxemu.cli import app
from dxemu.host import versions
from dxemu.plan.versions import DEBIAN_12
from dxemu.report.audit import render, to_json
from dxemu.report.picture.weak import COLOURS, Weakness, weak_spots

GOLDEN = Path(__file__).parent / "golden"
Dxemu = Callable[..., tuple[int, str, str]]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Dxemu:
    """Run `dxemu audit` in an empty folder: exit status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "topologies").symlink_to(REPOSITORY / "topologies")
    monkeypatch.setattr(versions, "installed", lambda: DEBIAN_12)  # another release's daemons need other times

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["dxemu", "audit", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err

    return run


@pytest.mark.parametrize(("name", "pairs"), [("hardware_high_availability", True), ("vpn_backup_static", False)])
def test_text_is_as_it_was_read(name: str, pairs: bool) -> None:
    shown = "".join(f"{line.plain.rstrip()}\n" for line in render(audited(name, pairs=pairs), width=100))
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("DXEMU_WRITE_GOLDEN"):
        golden.write_text(shown, encoding="utf-8")
    assert shown == golden.read_text(encoding="utf-8")
    assert max(map(len, shown.splitlines())) <= 100


@pytest.mark.parametrize("width", [80, 160])
def test_text_fits(width: int) -> None:
    assert max(len(line.plain.rstrip()) for line in render(audited("vpn_backup_static"), width=width)) <= width


def test_status_is_0_whatever_was_found(audit: Dxemu) -> None:
    status, out, err = audit("topologies/backup_connection.yaml")
    assert (status, err) == (0, "")
    assert "DX-A001  single point of failure" in out
    assert "\x1b" not in out


def test_strict_is_1_if_anything_was_found(audit: Dxemu) -> None:
    assert audit("topologies/backup_connection.yaml", "--strict")[0] == 1


def test_mistakes_of_the_file_are_shown_as_check_shows_them(
    audit: Dxemu, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(REPOSITORY / "tests" / "unit" / "errors" / "topologies" / "vlan_twice.yaml")
    status, out, err = audit(file)
    assert (status, out) == (2, "")
    assert "DX-T014" in err and "nothing was started" in err
    monkeypatch.setattr("sys.argv", ["dxemu", "check", file])
    with pytest.raises(SystemExit):
        app.main()
    assert capsys.readouterr().err == err


def test_json_says_what_the_text_says(audit: Dxemu) -> None:
    status, out, _ = audit("topologies/vpn_backup_static.yaml", "--json", "--pairs")
    written = json.loads(out)
    assert (status, written["schema"], written["topology"]) == (0, "dxemu.audit/1", "vpn_backup_static")
    assert written == json.loads(json.dumps(to_json(audited("vpn_backup_static", pairs=True)))) | {
        "findings": written["findings"]
    }
    by_code = {one["code"]: one for one in written["findings"]}
    assert by_code["DX-A001"]["outage_s"] == [None, None]
    assert by_code["DX-A005"]["outage_s"] == pytest.approx([29.0, 41.02], abs=0.01)
    assert by_code["DX-A011"]["outage_s"] is None
    assert by_code["DX-A005"]["line"] == 36
    dead = [one for one in written["failures"] if one["outage_s"] == [None, None]]
    assert [(one["kind"], one["name"], one["fault"]) for one in dead] == [("router", "customer_router", "node_down")]
    none = [one for one in written["failures"] if one["outage_s"] == [0.0, 0.0]]
    assert [one["detected_by"] for one in none] == [None] * len(none)
    assert written["pairs"][0]["with_any_of"] == [{"kind": "internet", "name": "customer_router"}]


def test_picture_marks_what_is_weak(audit: Dxemu) -> None:
    status, out, _ = audit("topologies/vpn_backup_static.yaml", "--picture", "weak.svg")
    assert (status, out.splitlines()[-1]) == (0, "wrote weak.svg")
    drawn = list(ElementTree.parse("weak.svg").getroot().iter())
    circles = [element.get("fill") for element in drawn if element.tag == f"{SVG}circle"]
    red, amber = COLOURS[Weakness.FATAL], COLOURS[Weakness.LONG]
    assert (circles.count(red), circles.count(amber)) == (1 + 1, 2 + 1)  # and one each in the legend


def test_weak_spots_are_the_elements_own() -> None:
    assert weak_spots(audited("hardware_high_availability")) == {
        ("place", "EqDC2"): Weakness.FATAL,
        ("cable", "metro_aa"): Weakness.LONG,
        ("cable", "metro_bb"): Weakness.LONG,
    }
    assert Weakness.FATAL not in weak_spots(audited("high_resiliency", NOTHING_SHARED)).values()


def test_picture_needs_a_name_that_it_knows(audit: Dxemu) -> None:
    status, _, err = audit("topologies/lag.yaml", "--picture", "weak.jpg")
    assert status == 2
    assert "Name a file that ends in .svg or .png." in err


def test_audit_is_the_same_however_many_processes_share_the_work(audit: Dxemu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dxemu.host.shares.ALONE_S", 0.0)
    words = ("topologies/hardware_high_availability.yaml", "--pairs", "--json")
    assert audit(*words, "--jobs", "1") == audit(*words, "--jobs", "3")
