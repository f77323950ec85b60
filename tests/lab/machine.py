"""What this machine holds, so that a test can tell what a run left behind; and how to be an ordinary user on it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dxemu.host import kernel_store
from dxemu.host.machine import memory_folder
from tests.lab.guest import REPOSITORY

NOBODY = 65534


def processes_of(folder: Path) -> dict[int, str]:
    """Processes that work in `folder` or were started for it: number and command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if not entry.name.isdigit():
                continue
            inside = Path(os.readlink(entry / "cwd")).is_relative_to(folder)
            if inside or str(folder).encode() in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
    return found


def processor_s(session: int) -> float:
    """What the processes of a session have used, with those of their children that have ended (proc(5), stat)."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def guest_of(parent: int) -> int | None:
    """The embedded kernel that `parent` has booted. It works in the run's folder; one asked its version does not."""
    for child in (int(word) for word in _children(parent).split()):
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{child}/cwd") != os.readlink(f"/proc/{parent}/cwd"):
                return child
    return None


def _children(parent: int) -> str:
    words = ""
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            words += " " + task.read_text()
    return words


def network() -> tuple[list[str], list[str]]:
    """Names of the machine's network namespaces and interfaces."""
    named = Path("/run/netns")
    return (
        sorted(entry.name for entry in named.iterdir()) if named.exists() else [],
        sorted(entry.name for entry in Path("/sys/class/net").iterdir()),
    )


def environment(home: Path, memory: Path) -> dict[str, str]:
    """For a `dxemu` that is to use `home` and `memory` and nothing else of the user's."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(memory),
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), *filter(None, sys.path)]),  # a guest's Python has no other
        "PYTHONDONTWRITEBYTECODE": "1",
        "XDG_CACHE_HOME": str(kernel_store.store_folder().parents[1]),
        kernel_store.OVERRIDE: os.environ.get(kernel_store.OVERRIDE, ""),
    }


@contextlib.contextmanager
def memory_at(folder: str) -> Iterator[str]:
    """A file system in memory is there meanwhile."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@dataclass(frozen=True)
class OrdinaryUser:
    """Somebody who is not root. `folder` is theirs to write in."""

    folder: Path
    prefix: tuple[str, ...]
    python: str
    repository: Path
    kernel: Path

    def dxemu(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `dxemu` in the user's folder."""
        home = self.folder / "home"
        env = environment(home, memory_folder()) | {
            "PYTHONPATH": os.pathsep.join(map(str, [self.repository, *self._packages()])),
            kernel_store.OVERRIDE: str(self.kernel),
        }
        command = [*self.prefix, self.python, "-m", "dxemu.cli.app", *arguments]
        return subprocess.run(command, cwd=home, env=env, capture_output=True, text=True, timeout=60, check=False)

    def _packages(self) -> list[Path]:
        """Where those of the clone are, which a Python without its environment, as in the guest, does not know."""
        paths = (Path(name) for name in sys.path if name)
        return [self.repository / path.relative_to(REPOSITORY) for path in paths if REPOSITORY in path.parents]


@contextlib.contextmanager
def ordinary_user() -> Iterator[OrdinaryUser]:
    """This user, or `nobody` if this is root.

    `nobody` may not be able to read where the repository, Python or the kernel are: they are shown to it, read-only, in
    a mount namespace that ends with its process.
    """
    kernel = kernel_store.require().path
    folder = Path(tempfile.mkdtemp(prefix="dxemu-test-"))
    folder.chmod(0o755)
    (folder / "home").mkdir()
    try:
        if os.geteuid() != 0:
            yield OrdinaryUser(folder, (), sys.executable, REPOSITORY, kernel)
            return
        shutil.chown(folder / "home", NOBODY, NOBODY)
        for name in ("repository", "python"):
            (folder / name).mkdir()
        (folder / "linux").touch()
        mounts = ((REPOSITORY, "repository"), (Path(sys.prefix), "python"), (kernel, "linux"))
        script = " && ".join(f'mount --bind "{source}" "{folder / name}"' for source, name in mounts) + ' && exec "$@"'
        alone = ("unshare", "--mount", "sh", "-ec", script, "sh")
        tried = subprocess.run([*alone, "true"], capture_output=True, text=True, timeout=10, check=False)
        if tried.returncode != 0:
            pytest.skip(f"cannot show the repository to an ordinary user here: {tried.stderr.strip()}")
        become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs")
        python = str(folder / "python" / Path(sys.executable).relative_to(sys.prefix))
        yield OrdinaryUser(folder, (*alone, *become), python, folder / "repository", folder / "linux")
    finally:
        shutil.rmtree(folder)
