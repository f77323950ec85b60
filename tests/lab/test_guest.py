"""The embedded kernel as a guest: what it may touch, and what is left when it ends in any way."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dxemu.errors import GuestError, LabError
from dxemu.host import chance, where
from dxemu.host.channel import Channel
from dxemu.host.job import Job

pytestmark = pytest.mark.lab


def run(
    function: str, folder: Path, *, seed: int = 1, stall_limit_s: float = 60.0, payload: object = None
) -> list[dict[str, object]]:
    """Run one of the functions below inside the guest; its events."""

    async def collect() -> list[dict[str, object]]:
        place = where.embedded("virtual", stall_limit_s=stall_limit_s)
        job = Job(target=f"tests.lab.test_guest:{function}", payload=payload)
        async with contextlib.aclosing(place.run(job, folder, seed)) as stream:
            return [dict(event) async for event in stream]

    return asyncio.run(collect())


def processes_in(folder: Path) -> list[str]:
    """Command lines of processes whose working directory is the run's folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and Path(os.readlink(entry / "cwd")) == folder:
                found.append((entry / "cmdline").read_text())
    return found


def say_much(payload: object, channel: Channel, folder: str) -> None:
    """In the guest: more at once than a socket of the machine holds; and how far the clock went meanwhile."""
    del folder
    before = time.monotonic_ns()
    for number in range(int(str(payload))):
        channel.keep("line", 0, number=number, text="x" * 100)
    channel.flush()
    channel.send("said", 0, passed_ns=time.monotonic_ns() - before)


def try_to_write(payload: object, channel: Channel, folder: str) -> None:
    """In the guest, as its root: every way to change a file of the machine that a root could think of."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    outside = str(payload)
    libc.mount(b"none", b"/", b"hostfs", 32, b"/")  # remount the root for writing
    os.mkdir("/run/machine")
    libc.mount(b"none", b"/run/machine", b"hostfs", 0, b"/")
    changed = []
    for path in (outside, f"/run/machine{outside}", f"{folder}/link", f"{folder}/../outside/file"):
        changes: dict[str, Callable[[str], object]] = {
            "open for writing": lambda p: open(p, "a").close(),
            "create beside": lambda p: open(os.path.realpath(p) + ".new", "w").close(),
            "chmod": lambda p: os.chmod(p, 0o777),
            "utime": lambda p: os.utime(p, (1, 1)),
            "truncate": lambda p: os.truncate(p, 0),
            # link(2) does not follow a symbolic link, and the one in the folder is the folder's own.
            "hard link into the folder": lambda p: os.link(os.path.realpath(p), f"{folder}/hard"),
            "rename into the folder": lambda p: os.rename(os.path.realpath(p), f"{folder}/moved"),
            "remove": lambda p: os.unlink(os.path.realpath(p)),
        }
        for name, change in changes.items():
            with contextlib.suppress(OSError):
                change(path)
                changed.append(f"{name}: {path}")
    Path(folder, "inside").write_text("allowed")
    channel.send("tried", 0, changed=changed, uid=os.getuid())


def test_the_guest_can_change_its_folder_and_nothing_else(tmp_path: Path) -> None:
    folder, outside = tmp_path / "run", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    file = outside / "file"
    file.write_text("the machine's own")
    (folder / "link").symlink_to(file)  # the guest cannot make one
    before = file.stat()
    (event,) = run("try_to_write", folder, payload=str(file))
    assert event["uid"] == 0
    assert event["changed"] == []
    assert (folder / "inside").read_text() == "allowed"
    assert sorted(p.name for p in outside.iterdir()) == ["file"]
    assert file.read_text() == "the machine's own"
    after = file.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_nlink) == (before.st_mode, before.st_mtime_ns, 1)


def draw(_payload: object, channel: Channel, _folder: str) -> None:
    """In the guest: what chance gives."""
    channel.send("drawn", 0, random=os.urandom(16).hex(), hash=hash("text"))


def draw_by_name(before: int, channel: Channel, _folder: str) -> None:
    """In the guest: what processes with and without a name draw, and the port that the kernel draws for one.

    `before`: how much this process draws, and how many children it has, before it takes its own name.
    """
    os.urandom(before)
    for _ in range(before):
        _drawn_by_a_child("")
    chance.draw_as("the parent")
    named = [_drawn_by_a_child(name) for name in ("one", "another", "one")]
    nameless = [_drawn_by_a_child("") for _ in range(2)]
    with chance.children_draw_as("a program"):
        done = subprocess.run(["/bin/sh", "-c", "head -c 8 /dev/urandom"], capture_output=True, check=True)
    channel.send("drawn", 0, named=named, nameless=nameless, program=done.stdout.hex(), after=os.urandom(8).hex())


def _drawn_by_a_child(name: str) -> str:
    results, result = os.pipe()
    pid = os.fork()
    if pid == 0:
        if name:
            chance.draw_as(name)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
        os.write(result, f"{os.urandom(100).hex()} {port}".encode())
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(result)
    with open(results, "rb") as said:
        return said.read().decode()


def test_chance_is_drawn_from_the_seed(tmp_path: Path) -> None:
    drawn = []
    for number, seed in enumerate((1, 1, 2)):
        folder = tmp_path / "same"
        folder.mkdir(exist_ok=True)
        (event,) = run("draw", folder, seed=seed)
        drawn.append((event["random"], event["hash"]))
        del number
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


def test_the_order_of_names_in_a_set_follows_from_the_seed_alone(tmp_path: Path) -> None:
    """Not from how much this Python, and the libraries below it, have drawn when it chooses how to hash strings."""
    (event,) = run("draw", tmp_path, seed=41)
    command = [sys.executable, "-c", "print(hash('text'))"]
    env = {**os.environ, "PYTHONHASHSEED": "42"}
    said = subprocess.run(command, env=env, capture_output=True, check=True, timeout=60)
    assert event["hash"] == int(said.stdout)


def test_what_a_process_draws_follows_from_its_name_alone(tmp_path: Path) -> None:
    drawn = []
    for before in (0, 3):
        folder = tmp_path / str(before)
        folder.mkdir()
        (event,) = run("draw_by_name", folder, payload=before)
        drawn.append({key: event[key] for key in ("named", "nameless", "program", "after")})
    assert drawn[0] == drawn[1]
    one, another, again = drawn[0]["named"]
    assert one == again
    assert len({one, another, *drawn[0]["nameless"]}) == 4


def hang(_payload: object, channel: Channel, _folder: str) -> None:
    """In the guest: compute for ever, so that no time passes."""
    channel.send("hello", 0)
    while True:
        pass


def die(_payload: object, channel: Channel, _folder: str) -> None:
    """In the guest: the first process dies, and the kernel with it."""
    print("famous last words", flush=True)
    channel.send("hello", 0)
    os._exit(3)


def bug(_payload: object, _channel: Channel, _folder: str) -> None:
    """In the guest: a mistake of ours."""
    raise ZeroDivisionError("a mistake of ours")


def no_lab(_payload: object, _channel: Channel, _folder: str) -> None:
    """In the guest: a failure with a remedy."""
    raise LabError("no such cable", "plug one in")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("hang", "said nothing for 2 s"),
        ("die", "died before the run was over"),
        ("bug", "a mistake of ours"),
        ("no_lab", "no such cable"),
    ],
)
def test_whatever_ends_the_guest_is_said_and_nothing_is_left(function: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=says) as caught:
        run(function, tmp_path, stall_limit_s=2 if function == "hang" else 60)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["console.log"]
    gone_by = time.monotonic() + 2
    while (left := processes_in(tmp_path)) and time.monotonic() < gone_by:  # the machine's kernel is clearing up
        pass
    assert left == []
    if function == "die":
        assert isinstance(caught.value, GuestError)
        assert "famous last words" in caught.value.console


def test_what_is_said_at_once_may_be_longer_than_the_line_holds(tmp_path: Path) -> None:
    """A large lab tells thousands of events when its run starts. The clock stands still while they are read."""
    *lines, said = run("say_much", tmp_path, payload=10_000, stall_limit_s=30)
    assert [event["number"] for event in lines] == list(range(10_000))
    assert int(str(said["passed_ns"])) < 1_000_000
