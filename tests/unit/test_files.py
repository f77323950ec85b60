"""What a file system refuses is the user's to mend and is said with the path; any other OSError stays a bug."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import resource
from pathlib import Path

import pytest

from dxemu.errors import FileError
from dxemu.events.run import Tick
from dxemu.files import border, shown, trouble, write_whole
from dxemu.run.timeline_file import TimelineFile


@pytest.mark.parametrize(
    ("number", "says", "remedy"),
    [
        (errno.EACCES, "this user may not", "change its permissions, or name another folder with --runs"),
        (errno.EROFS, "its file system is read-only", "name another folder with --runs"),
        (errno.ENOSPC, "is full", "make room there, or name another folder with --runs"),
        (errno.EDQUOT, "is full", "make room there"),
        (errno.ENAMETOOLONG, "its name is too long", "name another"),
        (errno.EMFILE, "too many files open", "ulimit -n"),
    ],
)
def test_a_refusal_names_the_path_and_a_remedy(number: int, says: str, remedy: str, tmp_path: Path) -> None:
    file = tmp_path / "runs" / "1"
    with pytest.raises(FileError) as caught, border(tmp_path):
        raise OSError(number, os.strerror(number), str(file))
    assert caught.value.problem.startswith(f"{file} cannot be written: ")
    assert says in caught.value.problem
    assert remedy in caught.value.remedy
    assert caught.value.exit_status == 3


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=f"there is no {tmp_path}/gone$"), border(tmp_path, otherwise=""):
        (tmp_path / "gone" / "file").write_text("")


def test_an_error_that_no_user_can_mend_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Bad file descriptor"), border(tmp_path):
        os.close(999)


def test_a_folder_is_tried_with_a_file_that_does_not_stay(tmp_path: Path) -> None:
    assert trouble(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
    problem = trouble(tmp_path / "gone")
    assert problem is not None
    assert "there is no" in problem.problem


def test_a_path_is_shown_whatever_is_in_it() -> None:
    assert shown(Path(os.fsdecode(b"/a\x1b[31m/caf\xe9\n"))) == "/a?[31m/caf�?"


def test_a_timeline_is_on_disk_a_moment_after_it_was_told(tmp_path: Path) -> None:
    path = tmp_path / "timeline.jsonl"
    found: list[int] = []

    async def run() -> None:
        with TimelineFile(path) as timeline:
            for t in range(1000):
                timeline.write(Tick(t=t))
            found.append(path.stat().st_size)
            waited = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_later(0.3, waited.set_result, None)
            await waited
            found.append(len(path.read_text().splitlines()))
            timeline.write(Tick(t=1000))

    asyncio.run(run())
    assert found == [0, 1000]
    assert [json.loads(line)["t"] for line in path.read_text().splitlines()] == list(range(1001))


def test_a_timeline_on_a_full_disk_says_so_at_the_next_event(tmp_path: Path) -> None:
    (tmp_path / "timeline.jsonl").symlink_to("/dev/full")

    async def run() -> None:
        with TimelineFile(tmp_path / "timeline.jsonl") as timeline:
            timeline.write(Tick(t=0))

    with pytest.raises(FileError, match="is full"):
        asyncio.run(run())


def test_a_file_that_has_no_room_leaves_the_old_one_and_no_half(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    write_whole(file, "old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(FileError, match="longer than this shell allows"), border(file):
            write_whole(file, "new" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("report.html", "old")]
