"""`dxemu graph`: what it writes, and what it says if it cannot."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from drawn_designs import TOPOLOGIES

from dxemu.cli import app

TOPOLOGY = str(TOPOLOGIES / "backup_connection.yaml")
Graph = Callable[..., tuple[int, str, str]]


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Graph:
    """Run `dxemu graph` in an empty folder: exit status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["dxemu", "graph", *arguments])
        with pytest.raises(SystemExit) as ended:
            app.main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err

    return run


def test_writes_a_file_of_the_topologys_name(graph: Graph) -> None:
    assert graph(TOPOLOGY) == (0, "wrote backup_connection.svg\n", "")
    assert ElementTree.parse("backup_connection.svg").getroot().tag.endswith("svg")


def test_writes_to_stdout(graph: Graph) -> None:
    status, out, err = graph(TOPOLOGY, "--out", "-")
    assert (status, err, list(Path().iterdir())) == (0, "", [])
    assert ElementTree.fromstring(out).tag.endswith("svg")


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="needs rsvg-convert (librsvg2-bin)")
def test_writes_png(graph: Graph) -> None:
    assert graph(TOPOLOGY, "--out", "slide.png") == (0, "wrote slide.png\n", "")
    assert Path("slide.png").read_bytes().startswith(b"\x89PNG")


def test_says_what_to_install_for_png(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    status, out, err = graph(TOPOLOGY, "--out", "slide.png")
    assert (status, out) == (3, "")
    assert err == (
        "dxemu: PNG pictures need rsvg-convert, which is not installed\n"
        "  apt-get install librsvg2-bin, or write the picture as .svg\n"
    )


def test_says_why_a_file_could_not_be_written(graph: Graph) -> None:
    Path("backup_connection.svg").mkdir()
    status, _, err = graph(TOPOLOGY)
    assert status == 2
    assert "it is a folder" in err


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("slide.jpg", "'slide.jpg' is neither SVG nor PNG\n  Name a file that ends in .svg or .png."),
        ("nowhere/slide.svg", "nowhere/slide.svg cannot be written: there is no "),
    ],
)
def test_refuses_where_it_cannot_write(graph: Graph, out: str, said: str) -> None:
    status, _, err = graph(TOPOLOGY, "--out", out)
    assert status == 2
    assert said in err
    assert list(Path().iterdir()) == []
