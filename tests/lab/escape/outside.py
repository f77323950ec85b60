"""What lies outside a run's folder, and whether it was changed: looked at from outside, before and after."""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import resource
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

CONTENT = "the machine's own\n"
MARK = "DXEMU_VICTIM"
FS_IOC_GETFLAGS = 0x80086601  # <linux/fs.h>


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one attack works: it may change `run` and nothing else. All are paths of the machine's."""

    name: str
    run: str
    """A folder of its own in the run's folder."""
    outside: str
    """file, victim, folder/inner/, empty/ and link (to file)."""
    sibling: str
    """The same in a folder whose name begins as the run's does."""
    memory: str
    """The same beside the folder of the guest's memory."""
    victim: int
    """A process of the same user's."""
    environment: int
    """Where in its memory its environment lies: field 50 of proc_pid_stat(5)."""
    terminal: str
    sockets: Mapping[str, str | int]
    """tcp and udp: ports on 127.0.0.1; stream and datagram: paths; abstract_stream, abstract_datagram: names."""


@dataclass
class Outside:
    """A run's folder and its surroundings. `places()` is what each attack gets."""

    base: Path
    names: tuple[str, ...]
    victims: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    listening: dict[str, socket.socket] = field(default_factory=dict)
    _before: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def run(self) -> Path:
        return self.base / "run"

    @property
    def memory(self) -> Path:
        """The folder that each run makes its memory folder in."""
        return self.base / "memory"

    def places(self) -> dict[str, Place]:
        return {
            name: Place(
                name=name,
                run=str(self.run / name),
                outside=str(self.base / "outside" / name),
                sibling=str(self.base / "run2" / name),
                memory=str(self.memory / "others" / name),
                victim=self.victims[name].pid,
                environment=_environment_of(self.victims[name].pid),
                terminal=self._terminal,
                sockets=self._addresses,
            )
            for name in self.names
        }

    @contextlib.contextmanager
    def made(self) -> Iterator[Outside]:
        """Make it all; end and remove it afterwards."""
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, self.base, ignore_errors=True)
            for name in self.names:
                (self.run / name).mkdir(parents=True)
                for folder in ("outside", "run2", "memory/others"):
                    _fill(self.base / folder / name)
                self.victims[name] = subprocess.Popen(
                    ["sleep", "600"], env={MARK: "untouched", "PATH": os.defpath}, stdin=subprocess.DEVNULL
                )
                stack.callback(_end, self.victims[name])
            self._open(stack)
            self._before = {name: self._look(name) for name in self.names}
            yield self

    def _open(self, stack: ExitStack) -> None:
        parent, child = os.openpty()
        stack.callback(os.close, parent)
        stack.callback(os.close, child)
        os.set_blocking(parent, False)
        self._terminal, self._terminal_fd = os.ttyname(child), parent
        addresses: dict[str, tuple[int, int, object]] = {
            "tcp": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "udp": (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "stream": (socket.AF_UNIX, socket.SOCK_STREAM, str(self.base / "stream")),
            "datagram": (socket.AF_UNIX, socket.SOCK_DGRAM, str(self.base / "datagram")),
            "abstract_stream": (socket.AF_UNIX, socket.SOCK_STREAM, f"\0dxemu-test-{os.getpid()}-stream"),
            "abstract_datagram": (socket.AF_UNIX, socket.SOCK_DGRAM, f"\0dxemu-test-{os.getpid()}-datagram"),
        }
        self._addresses: dict[str, str | int] = {}
        for name, (family, kind, address) in addresses.items():
            here = self.listening[name] = stack.enter_context(socket.socket(family, kind))
            here.bind(address)
            here.setblocking(False)
            if kind == socket.SOCK_STREAM:
                here.listen(100)
            self._addresses[name] = here.getsockname()[1] if family == socket.AF_INET else str(address)

    def damage(self, claimed: Mapping[str, str]) -> dict[str, str]:
        """By attack: what it changed. `claimed` is what attacks say of themselves that cannot be seen from outside."""
        found = {name: words for name, words in claimed.items() if words}
        for name in self.names:
            after = self._look(name)
            changes = [
                f"{what}: {self._before[name].get(what)} -> {after.get(what)}"
                for what in sorted({*after, *self._before[name]})
                if after.get(what) != self._before[name].get(what)
            ]
            if changes:
                found[name] = "; ".join([*filter(None, [found.get(name)]), *changes])
        for words in self._heard():
            name = words.decode(errors="replace").strip()
            found[name] = "; ".join([*filter(None, [found.get(name)]), "heard by somebody outside"])
        return found

    def _look(self, name: str) -> dict[str, object]:
        seen: dict[str, object] = {}
        for folder in ("outside", "run2", "memory/others"):
            for path in [self.base / folder / name, *sorted((self.base / folder / name).rglob("*"))]:
                seen[str(path.relative_to(self.base))] = _state(path)
        for path in (self.run / name).rglob("*"):
            if os.lstat(path).st_mode & 0o6000:
                seen[str(path.relative_to(self.base))] = "has a set-id bit"
            if not (path.is_symlink() or path.is_file() or path.is_dir()):
                seen[str(path.relative_to(self.base))] = "is a device, a FIFO or a socket"
        return seen | _process(self.victims[name])

    def _heard(self) -> Iterator[bytes]:
        for here in self.listening.values():
            with contextlib.suppress(BlockingIOError):
                while True:
                    if here.type == socket.SOCK_DGRAM:
                        yield here.recv(100)
                        continue
                    accepted, _ = here.accept()
                    with accepted:
                        yield accepted.recv(100) or b"somebody"
        with contextlib.suppress(BlockingIOError):
            yield from os.read(self._terminal_fd, 1000).splitlines()


def _fill(folder: Path) -> None:
    for inner in ("folder/inner", "empty"):
        (folder / inner).mkdir(parents=True)
    for file in ("file", "victim", "folder/file"):
        (folder / file).write_text(CONTENT)
        (folder / file).chmod(0o600)
    (folder / "link").symlink_to("file")


def _state(path: Path) -> object:
    status = os.lstat(path)
    content: object = None
    if path.is_symlink():
        content = os.readlink(path)
    elif path.is_file():
        content = path.read_text()
    xattrs = {
        name: os.getxattr(path, name, follow_symlinks=False) for name in os.listxattr(path, follow_symlinks=False)
    }
    return (
        oct(status.st_mode),
        status.st_uid,
        status.st_gid,
        status.st_nlink,
        status.st_mtime_ns,
        content,
        str(xattrs),
        None if path.is_symlink() else _flags(path),
    )


def _flags(path: Path) -> int | None:
    """What chattr(1) changes."""
    buffer = array.array("l", [0])
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        fcntl.ioctl(fd, FS_IOC_GETFLAGS, buffer)
    except OSError:
        return None
    finally:
        os.close(fd)
    return buffer[0]


def _process(victim: subprocess.Popen[bytes]) -> dict[str, object]:
    if victim.poll() is not None:
        return {"process": f"ended with {victim.poll()}"}
    home = Path(f"/proc/{victim.pid}")
    status = dict(line.split(":", 1) for line in (home / "status").read_text().splitlines() if ":" in line)
    return {
        "process": "stopped" if status["State"].split()[0] in {"T", "t", "Z"} else "runs",
        "environment": (home / "environ").read_bytes(),
        "oom": (home / "oom_score_adj").read_text(),
        "limit": resource.prlimit(victim.pid, resource.RLIMIT_NOFILE),
        "priority": os.getpriority(os.PRIO_PROCESS, victim.pid),
        "scheduler": os.sched_getscheduler(victim.pid),
        "processors": sorted(os.sched_getaffinity(victim.pid)),
    }


def _environment_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[47])


def _end(victim: subprocess.Popen[bytes]) -> None:
    victim.kill()
    victim.wait()
