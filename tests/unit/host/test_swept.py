"""What was made for a run that never began goes; what anybody else has put there stays."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dxemu.errors import FileError
from dxemu.host.swept import OF_THE_START, fleeting_folder, swept
from dxemu.run.run_folder import run_folder


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def begin(base: Path, *, keep: bool) -> None:
    """A run of a scenario, which is started and perhaps given a job."""
    folder = run_folder(base, base.parent / "it's $HOME\n.yaml")
    memory = base.parent / "memory"
    memory.mkdir()
    with swept(folder.path, memory, folder.made) as broom:
        for name in (*OF_THE_START, "console.log"):
            (folder.path / name).touch()
        if keep:
            broom.keep()


def test_nothing_is_left_of_a_run_without_a_job(tmp_path: Path) -> None:
    begin(tmp_path / "a" / "runs", keep=False)
    assert everything(tmp_path) == []


def test_a_run_that_began_keeps_its_folder_and_nothing_of_its_start(tmp_path: Path) -> None:
    begin(tmp_path / "runs", keep=True)
    assert [path.name for path in tmp_path.glob("runs/*/1/*")] == ["console.log"]
    assert not (tmp_path / "memory").exists()


@pytest.mark.parametrize("before", ["runs/other", "runs/it's $HOME_/7"])
def test_what_was_there_stays(before: str, tmp_path: Path) -> None:
    (tmp_path / before).mkdir(parents=True)
    begin(tmp_path / "runs", keep=False)
    left = everything(tmp_path)
    assert before in left
    assert not [name for name in left if name.endswith(("/1", "/8", "console.log"))]


MEMORY = """
async def start():
    async with embedded.started(folder, embedded.Boot(kernel=pathlib.Path("/bin/false"), memory_folder=pathlib.Path())):
        pass

asyncio.run(start())
"""
FLEETING = """
tempfile.tempdir = "."
with swept.fleeting_folder("dxemu-proof-"):
    pass
"""
KILLED = """
import asyncio, os, pathlib, signal, sys, tempfile
from dxemu.host import embedded, swept

folder, when = pathlib.Path(sys.argv[1]), sys.argv[2]
made = pathlib.Path.mkdir

def die(path, *arguments, **named):
    made(path, *arguments, **named)
    if when == "with a file in it":
        (path / "vm_file").touch()
    os.kill(os.getpid(), signal.SIGKILL)

pathlib.Path.mkdir = die
"""


@pytest.mark.parametrize("when", ["at once", "with a file in it"])
@pytest.mark.parametrize("starts", [MEMORY, FLEETING], ids=["memory", "fleeting"])
def test_killed_in_the_moment_when_a_folder_is_made_it_leaves_none(starts: str, when: str, tmp_path: Path) -> None:
    run, here = tmp_path / "run", tmp_path / "here"
    run.mkdir()
    here.mkdir()
    child = subprocess.run([sys.executable, "-c", KILLED + starts, run, when], cwd=here, timeout=60, check=False)
    assert child.returncode == -signal.SIGKILL
    late = time.monotonic() + 30
    while list(here.iterdir()) and time.monotonic() < late:
        time.sleep(0.01)
    assert list(here.iterdir()) == []


def test_a_fleeting_folder_goes_with_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with fleeting_folder("dxemu-proof-") as folder:
        assert folder.parent == tmp_path
        (folder / "console.log").touch()
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(FileError, match="TMPDIR=FOLDER"), fleeting_folder("dxemu-proof-"):
        pass
