"""What this machine offers. Every answer comes from trying, not from reading what should be so."""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dxemu.errors import Unsupported

MEMORY_BYTES_NEEDED = 300_000_000
"""Free space that the guest's memory file may come to use. A small lab touches 80 to 150 MB."""

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_IPSEC_FOLDERS = "/usr/lib/ipsec:/usr/libexec/ipsec:/usr/lib/strongswan:/usr/libexec/strongswan"

# <sys/ptrace.h>, Linux on x86_64
_PTRACE_TRACEME = 0
_PTRACE_SYSEMU = 31


@dataclass(frozen=True, slots=True)
class MemoryFolder:
    """A folder that could hold the guest's memory. `problem` is why it cannot; empty if it can."""

    path: Path
    problem: str
    free_bytes: int = 0


def architecture_problem() -> str:
    """Why the embedded kernel cannot run on this kind of machine; empty on Linux on x86_64."""
    system, machine = platform.system(), platform.machine()
    if system == "Linux" and machine in {"x86_64", "amd64"}:
        return ""
    known = {"Darwin": "macOS"}.get(system, system)
    return f"the embedded kernel runs on Linux on x86_64 only, and this is {known} on {machine}"


def ptrace_problem() -> str:
    """Why a process may not trace its child here, as User-Mode Linux must; empty if it may.

    Tried with a real child: it asks to be traced, stops, and is let run to its next system call with PTRACE_SYSEMU.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    libc.ptrace.restype = ctypes.c_long
    child = os.fork()
    if child == 0:
        if libc.ptrace(_PTRACE_TRACEME, 0, None, None) != 0:
            os._exit(ctypes.get_errno())
        os.kill(os.getpid(), signal.SIGSTOP)
        os.getppid()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        reason = os.strerror(os.waitstatus_to_exitcode(status))
        return f"a child that asked to be traced was refused: {reason}{_ptrace_hint()}"
    emulated = libc.ptrace(_PTRACE_SYSEMU, child, None, None) == 0
    reason = "" if emulated else os.strerror(ctypes.get_errno())
    if emulated:
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            return "PTRACE_SYSEMU did not stop the child at its system call (an emulated or sandboxed kernel?)"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "" if emulated else f"PTRACE_SYSEMU is refused: {reason}{_ptrace_hint()}"


def memory_folder() -> Path:
    """The folder for the guest's memory file: the first of TMPDIR, /dev/shm, /tmp and /var/tmp that will do.

    It must be writable, allow execution (the guest's code runs from its memory file) and have the space.
    Raises Unsupported that says why each one will not do.
    """
    folders = memory_folders()
    for folder in folders:
        if not folder.problem:
            return folder.path
    raise Unsupported(
        "no folder can hold the guest's memory: " + "; ".join(f"{f.path} {f.problem}" for f in folders), memory_repair()
    )


def memory_folders(candidates: Iterable[str] | None = None) -> tuple[MemoryFolder, ...]:
    """Every candidate with what is wrong with it, in the order of preference."""
    if candidates is None:
        candidates = (os.environ.get("TMPDIR", ""), "/dev/shm", "/tmp", "/var/tmp")  # noqa: S108 - looked at, not used
    return tuple(_try_folder(Path(name)) for name in dict.fromkeys(candidates) if name)


def memory_repair() -> str:
    """What to do when no folder can hold the guest's memory."""
    needed = MEMORY_BYTES_NEEDED // 1_000_000
    return (
        f"export TMPDIR=<a folder with {needed} MB free, not mounted noexec>"
        f"    (a container: --tmpfs /tmp:exec,size={needed}m)"
    )


def find_program(name: str) -> Path | None:
    """A program by name: in PATH, in the system's own folders (a user's PATH often lacks sbin), in strongSwan's."""
    path = os.pathsep.join([os.environ.get("PATH", ""), _SYSTEM_PATH, _IPSEC_FOLDERS])
    found = shutil.which(name, path=path)
    return Path(found) if found else None


def program_version(name: str) -> str | None:
    """The version in the first line of `name --version`, for example `2.0.12`; None if there is no such program.

    Raises Unsupported if the program is there and does not answer.
    """
    program = find_program(name)
    if program is None:
        return None
    try:
        done = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unsupported(f"{program} does not answer --version: {error}", f"install {name} again") from error
    line = (done.stdout.strip() or done.stderr.strip()).partition("\n")[0]
    found = re.search(r"\d+(\.\d+)+[\w.+-]*", line)
    return found[0] if found else line or "?"


def dxemu_command() -> str:
    """How dxemu is called in the commands that are shown: `dxemu` if PATH has it, else by its path."""
    if shutil.which("dxemu"):
        return "dxemu"
    beside = Path(sys.executable).parent / "dxemu"
    if not beside.exists():
        return "dxemu"
    here = Path.cwd()
    return str(beside.relative_to(here) if beside.is_relative_to(here) else beside)


def package_version(name: str) -> str | None:
    """The version of an installed Python distribution, without importing it; None if it is not installed."""
    import importlib.metadata  # a run asks for one version, and other commands for none

    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def loads_modules() -> bool:
    """Whether the running kernel was built to load modules."""
    return Path("/proc/modules").exists()


def modules_folder() -> Path | None:
    """The folder of the running kernel's modules; None if it can load none or none are installed."""
    folder = Path("/lib/modules") / platform.release()
    return folder if loads_modules() and (folder / "modules.dep").is_file() else None


def is_root() -> bool:
    """Whether this process may make namespaces and interfaces on the machine's own kernel."""
    return os.geteuid() == 0


def _try_folder(folder: Path) -> MemoryFolder:
    try:
        free = shutil.disk_usage(folder).free
        with tempfile.TemporaryFile(dir=folder) as file:
            file.truncate(mmap.PAGESIZE)
            prot = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
            mmap.mmap(file.fileno(), mmap.PAGESIZE, mmap.MAP_PRIVATE, prot).close()
    except PermissionError as error:
        # EPERM comes from mmap on a noexec mount, EACCES from a folder that may not be written.
        why = "is mounted noexec" if error.filename is None else "is not writable"
        return MemoryFolder(folder, why)
    except OSError as error:
        return MemoryFolder(folder, f"cannot be used: {error.strerror}")
    if free < MEMORY_BYTES_NEEDED:
        return MemoryFolder(
            folder, f"has {free // 1_000_000} MB free and {MEMORY_BYTES_NEEDED // 1_000_000} MB are needed", free
        )
    return MemoryFolder(folder, "", free)


def ptrace_scope() -> int | None:
    """Yama's restriction of ptrace; None if this kernel has none (Linux, Documentation/admin-guide/LSM/Yama.rst).

    2 leaves it to root with CAP_SYS_PTRACE, 3 forbids it until the next boot.
    """
    try:
        return int(Path("/proc/sys/kernel/yama/ptrace_scope").read_text())
    except (OSError, ValueError):
        return None


def _ptrace_hint() -> str:
    scope = ptrace_scope()
    if scope == 2:  # noqa: PLR2004 - Yama's numbers
        return "; kernel.yama.ptrace_scope is 2, which leaves it to root"
    if scope == 3:  # noqa: PLR2004 - Yama's numbers
        return "; kernel.yama.ptrace_scope is 3, which forbids it until the machine boots again"
    return ""
