"""`hostfs_write` alone, with ptrace: whatever the guest's root does, it changes the run's folder and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dxemu.host import kernel_store
from dxemu.host.channel import Channel
from dxemu.host.embedded import Boot, run_embedded
from dxemu.host.job import Job
from dxemu.host.machine import memory_folder

pytestmark = pytest.mark.lab

MOUNTS = "/run/mounts"


def run(function: str, folder: Path, payload: object = None) -> dict[str, object]:
    """Run one of the functions below inside the guest; its event."""

    async def collect() -> list[dict[str, object]]:
        boot = Boot(kernel=kernel_store.require().path, memory_folder=memory_folder())
        job = Job(target=f"tests.lab.test_hostfs_write:{function}", payload=payload)
        async with contextlib.aclosing(run_embedded(job, folder, boot)) as stream:
            return [dict(event) async for event in stream]

    (event,) = asyncio.run(collect())
    return event


def mounted(option: str) -> str:
    """In the guest: another mount of the machine's files."""
    import ctypes

    place = f"{MOUNTS}/{len(os.listdir(MOUNTS)) if os.path.isdir(MOUNTS) else 0}"
    os.makedirs(place)
    if ctypes.CDLL(None).mount(b"none", place.encode(), b"hostfs", 0, option.encode()):
        raise OSError(f"hostfs cannot be mounted with {option}")
    return place


def changes(there: str, inside: str) -> dict[str, Callable[[], object]]:
    """Every way to change the folder `there`, which holds `file`, `victim` and `sub`; `inside` is the run's folder."""
    import socket

    return {
        "open": lambda: open(f"{there}/file", "r+").close(),
        "append": lambda: open(f"{there}/file", "a").close(),
        "truncate": lambda: os.truncate(f"{there}/file", 0),
        "create": lambda: open(f"{there}/new", "w").close(),
        "tmpfile": lambda: os.close(os.open(there, os.O_TMPFILE | os.O_RDWR)),
        "mkdir": lambda: os.mkdir(f"{there}/new"),
        "rmdir": lambda: os.rmdir(f"{there}/sub"),
        "unlink": lambda: os.unlink(f"{there}/victim"),
        "symlink": lambda: os.symlink("x", f"{there}/new"),
        "fifo": lambda: os.mkfifo(f"{there}/new"),
        "socket": lambda: socket.socket(socket.AF_UNIX).bind(f"{there}/new"),
        "device": lambda: os.mknod(f"{there}/new", 0o20600, os.makedev(1, 3)),
        "link out": lambda: os.link(f"{inside}/mine", f"{there}/new"),
        "link in": lambda: os.link(f"{there}/file", f"{inside}/linked"),
        "rename": lambda: os.rename(f"{there}/victim", f"{there}/new"),
        "rename out": lambda: os.rename(f"{inside}/mine", f"{there}/new"),
        "rename in": lambda: os.rename(f"{there}/file", f"{inside}/moved"),
        "chmod": lambda: os.chmod(f"{there}/file", 0o777),
        "set-id": lambda: os.chmod(f"{there}/file", 0o4755),
        "chown": lambda: os.chown(f"{there}/file", 1, 1),
        "utime": lambda: os.utime(f"{there}/file", (1, 1)),
        "chmod the folder": lambda: os.chmod(there, 0o777),
        "xattr": lambda: os.setxattr(f"{there}/file", "user.x", b"y"),
    }


def tried(attempts: dict[str, Callable[[], object]]) -> list[str]:
    """The names of those that did not fail."""
    done = []
    for name, attempt in attempts.items():
        with contextlib.suppress(OSError):
            attempt()
            done.append(name)
    return done


def by_mount_options(payload: object, channel: Channel, folder: str) -> None:
    """In the guest: the folder outside, by every spelling that a mount takes."""
    outside, name = str(payload), os.path.basename(folder)
    open(f"{folder}/mine", "w").close()
    done = {}
    for option in (
        outside,
        f"/{outside}",
        f"{folder}/../outside",
        f"{folder}//.././outside/",
        f"{folder}/../{name}/../outside",
        f"{folder}-beside",
        "/proc/self/cwd/../outside",
        f"{folder}/to_outside",
    ):
        done[option] = tried(changes(mounted(option), folder))
    parent = mounted(f"{folder}/..")
    done["parent"] = tried(changes(f"{parent}/outside", folder))
    done["link in the folder"] = tried(changes(f"{folder}/to_outside", folder))
    channel.send("tried", 0, done={option: names for option, names in done.items() if names}, tried=len(done))


def by_what_is_held_open(payload: object, channel: Channel, folder: str) -> None:
    """In the guest: a folder that one mount knows is replaced, through another, by a link that the machine has made."""
    done: dict[str, list[str]] = {}
    for name in changes("", ""):
        one, two = mounted(folder), mounted(folder)
        there, link = f"{folder}/held", f"{two}/to_outside"
        os.mkdir(there)
        for file in ("file", "victim", "mine"):
            open(f"{there}/{file}", "w").close()
        open(f"{folder}/mine", "w").close()
        os.mkdir(f"{there}/sub")
        known = os.open(f"{one}/held", os.O_RDONLY)
        for file in ("file", "victim", "sub"):
            os.stat(file, dir_fd=known)
        os.rename(f"{two}/held", f"{two}/away")
        os.rename(link, f"{two}/held")
        result = tried({name: changes(f"/proc/self/fd/{known}", folder)[name]})
        result += tried({f"read first, {name}": lambda name=name, known=known: read_first(known, name)})  # type: ignore[misc]
        done[name] = result
        os.close(known)
        os.rename(f"{two}/held", link)
        import shutil

        shutil.rmtree(f"{folder}/away")
    channel.send("tried", 0, done={name: ways for name, ways in done.items() if ways}, tried=len(done))


def read_first(known: int, name: str) -> None:
    """A descriptor of a file outside, got by reading, must change nothing."""
    held = os.open("file", os.O_RDONLY, dir_fd=known)
    try:
        ways: dict[str, Callable[[], object]] = {
            "chmod": lambda: os.fchmod(held, 0o777),
            "chown": lambda: os.fchown(held, 1, 1),
            "utime": lambda: os.utime(held, (1, 1)),
            "truncate": lambda: os.truncate(f"/proc/self/fd/{held}", 0),
            "open": lambda: os.close(os.open(f"/proc/self/fd/{held}", os.O_RDWR)),
        }
        if name not in ways:
            raise OSError("not a way")
        ways[name]()
    finally:
        os.close(held)


def work_in_the_folder(payload: object, channel: Channel, folder: str) -> None:
    """In the guest: what a run may do; and what is refused even here."""
    del payload
    for name in ("file", "victim", "mine"):
        Path(folder, name).write_text("inside")
    os.mkdir(f"{folder}/sub")
    own = tried(changes(folder, folder))
    with open(f"{folder}/file", "w") as again:
        os.unlink(f"{folder}/file")
        again.write("unlinked, and still open")
        again.flush()
        os.ftruncate(again.fileno(), 3)
    channel.send("tried", 0, done=own)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The run's folder and one beside it, which the run's must not change."""
    folder, outside, beside = tmp_path / "run", tmp_path / "outside", tmp_path / "run-beside"
    for place in (folder, outside, beside):
        place.mkdir()
    for place in (outside, beside):
        for name in ("file", "victim"):
            (place / name).write_text("the machine's own")
        (place / "sub").mkdir()
    (folder / "to_outside").symlink_to(outside)
    return folder, outside


def state(folder: Path) -> dict[str, tuple[object, ...]]:
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted([folder, *folder.rglob("*")]):
        seen = path.lstat()
        text = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (seen.st_mode, seen.st_uid, seen.st_ino, seen.st_mtime_ns, seen.st_nlink, text)
    return found


@pytest.mark.parametrize("attack", ["by_mount_options", "by_what_is_held_open"])
def test_nothing_outside_the_runs_folder_can_be_changed(folders: tuple[Path, Path], attack: str) -> None:
    folder, outside = folders
    before = state(outside), state(folder.parent / "run-beside")
    event = run(attack, folder, str(outside))
    assert (state(outside), state(folder.parent / "run-beside")) == before
    assert event["done"] == {}


def test_the_runs_folder_takes_what_a_run_needs_but_no_links_devices_and_set_id_bits(
    folders: tuple[Path, Path],
) -> None:
    event = run("work_in_the_folder", folders[0])
    refused = set(changes("", "")) - set(event["done"])  # type: ignore[call-overload]  # our own event
    assert {"symlink", "device", "set-id", "tmpfile", "xattr"} <= refused
    assert {"open", "append", "truncate", "create", "rmdir", "chmod the folder", "unlink"}.isdisjoint(refused)
