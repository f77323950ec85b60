"""What only the embedded kernel has, for the proof: a virtual clock that can be held, and a confined hostfs."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import time
from collections.abc import Iterator

from dxemu.host.clock import Clock
from dxemu.host.proof_traffic import expect

HOLD = "/proc/time-travel-hold"
_CLOCK_TEST_S = 60.0
_LOOKS = 1000
_PLACE = "/run/dxemu-proof-hostfs"
REFUSALS = (errno.EROFS, errno.EACCES)
"""What `hostfs_write` says, and Landlock."""

_libc = ctypes.CDLL(None, use_errno=True)


async def virtual_clock() -> str:
    """A minute passes at once."""
    with open("/proc/cmdline", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
        words = [word for word in file.read().split() if word.startswith("time-travel=")]
    expect(bool(words), "this kernel was not started with a virtual clock")
    await Clock().settle(_CLOCK_TEST_S)
    return f"{words[0]}: {_CLOCK_TEST_S:g} s passed"


def _held(state: str) -> None:
    with open(HOLD, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
        file.write(state)
    with open(HOLD, encoding="ascii") as file:  # noqa: PTH123
        seen = file.read().strip()
    expect(seen == state, f"{HOLD} reads {seen} after {state} was written")


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hold the virtual clock meanwhile. Raises OSError if this kernel cannot."""
    _held("1")
    try:
        yield
    finally:
        _held("0")


async def held_clock() -> str:
    """Looks at the clock, failing calls and another process cost nothing while it is held."""
    with held():
        begun = time.monotonic_ns()
        for _ in range(_LOOKS):
            time.monotonic_ns()
            with contextlib.suppress(OSError):
                os.stat("/nonexistent")  # noqa: PTH116
        child = os.fork()
        if child == 0:
            os._exit(7)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        passed = time.monotonic_ns() - begun
    expect(status == 7, f"a process that was started meanwhile ended with {status}")  # noqa: PLR2004
    expect(passed == 0, f"{passed} ns passed while it was held")
    begun = time.monotonic_ns()
    await Clock().settle(0.001)
    expect(time.monotonic_ns() > begun, "time stands still after it was let go")
    return f"0 ns in {_LOOKS} looks, {_LOOKS} failing calls and a process"


async def confined_writes() -> str:
    """Mounted as it may be, hostfs writes to the run's folder and nowhere else."""
    folder = _run_folder()
    name = f"dxemu-proof-{os.path.basename(folder)}"  # noqa: PTH119
    refused = 0
    for option in ("/tmp", f"{folder}/..", f"{folder}/../.", f"{folder}/../{os.path.basename(folder)}/.."):  # noqa: PTH119,S108
        os.makedirs(_PLACE, exist_ok=True)  # noqa: PTH103
        _mount_hostfs(option)
        try:
            os.close(os.open(f"{_PLACE}/{name}", os.O_CREAT | os.O_WRONLY, 0o600))
        except OSError as error:
            expect(error.errno in REFUSALS, f"writing through {option} failed with {error.strerror}")
            refused += 1
        else:
            os.unlink(f"{_PLACE}/{name}")  # noqa: PTH108
            expect(False, f"a file was made through a mount of {option}")
        finally:
            _libc.umount2(_PLACE.encode(), 0)
    with open(f"{folder}/{name}", "w", encoding="ascii") as file:  # noqa: PTH123
        file.write("dxemu")
    os.unlink(f"{folder}/{name}")  # noqa: PTH108
    return f"the run's folder only, by {refused} mounts that lead out of it"


def _mount_hostfs(option: str) -> None:
    if _libc.mount(b"none", _PLACE.encode(), b"hostfs", 0, option.encode()):
        raise OSError(ctypes.get_errno(), f"hostfs cannot be mounted with {option}")


def _run_folder() -> str:
    """The run's folder: the only place where the first process has mounted the machine's files writable."""
    with open("/proc/mounts", encoding="utf-8") as file:  # noqa: PTH123
        mounts = [line.split() for line in file]
    found = [place for _, place, kind, *_ in mounts if kind == "hostfs" and place != "/"]
    expect(found, "the run's folder is not mounted")
    return found[0]
