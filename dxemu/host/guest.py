"""The first process: of the embedded kernel, or of a process namespace on the machine's own.

Runs before anything is importable but the standard library, so it imports little and late. It
makes the file systems that a lab needs, imports, waits for its job, runs it, and switches the kernel off.
"""

from __future__ import annotations

import ctypes
import os
import sys

TYPE_CHECKING = False  # typing costs time in the guest
if TYPE_CHECKING:
    from collections.abc import Callable

    from dxemu.host.channel import Channel

MS_NOSUID_NODEV = 2 | 4
MS_REC_PRIVATE = 16384 | 262144
MCL_CURRENT_FUTURE = 1 | 2
RB_POWER_OFF = 0x4321FEDC
NATIVE = "--native"
BOOTED = "booted"
"""The first word of every lab process, before it imports anything."""
START_FILE = "start.json"
"""In the run's folder: where to look for modules, and which to import. This process removes it when it has read it."""
MODULES_FILE = "modules"
"""In the run's folder, if it imports anything: what `dxemu.host.one_file` has written. It goes as `START_FILE` does."""
PAYLOAD_FILE = "job.pickle"
"""In the run's folder, when the order has come: what the job works on. It holds keys, and goes when it is read."""
MOST_FILES = 65536
"""Sockets, pipes and files of the lab's process: some 25 for each session of a design. By default it may have 1,024."""
GET_READY = "get_ready"
"""The function that a job's module may have: called with the payload before time starts, it imports what that needs."""
OF_THE_KERNEL = ("init.py", ".uml")
"""In the run's folder: what the embedded kernel starts from."""
PYTHON_OPTIONS = ("-P", "-s", "-S")
"""Python starts a lab without `site`: what that reads costs a second inside the embedded kernel. As with -I nothing is
taken from the folder that it starts in, but its environment, which we give it, may say how strings are hashed."""

_libc = ctypes.CDLL(None, use_errno=True)


def _mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """mount(2). Raises OSError."""
    if _libc.mount(*map(os.fsencode, (source, target, kind)), flags, os.fsencode(options) or None):
        number = ctypes.get_errno()
        raise OSError(number, f"mount {kind} on {target}: {os.strerror(number)}")


def _prepare_embedded() -> tuple[str, int]:
    """Make the guest's file systems. Returns the run's folder and the channel's file descriptor.

    The run's folder is the working directory of the kernel's own process on the machine. Before a
    /proc of the guest is mounted, hostfs still shows the machine's.
    """
    folder = os.readlink("/proc/self/cwd")  # noqa: PTH115 - pathlib costs time in the guest
    _mount("tmpfs", "/run", "tmpfs", MS_NOSUID_NODEV)  # and not over /tmp: the program itself may live there
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - pathlib costs time in the guest
    _mount("none", folder, "hostfs", 0, folder)
    _mount("proc", "/proc", "proc")
    _mount("sysfs", "/sys", "sysfs")
    _mount("devtmpfs", "/dev", "devtmpfs")
    console = os.open("/dev/console", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(console, fd)
    import termios
    import tty

    channel = os.open("/dev/ttyS0", os.O_RDWR | os.O_NOCTTY)
    tty.setraw(channel, termios.TCSANOW)
    return folder, channel


def _prepare_native() -> tuple[str, int]:
    """On the machine's kernel, in a mount and a process namespace of its own: /run is ours alone."""
    _mount("none", "/", "none", MS_REC_PRIVATE)
    _mount("proc", "/proc", "proc")
    _mount("tmpfs", "/run", "tmpfs", MS_NOSUID_NODEV)
    return os.getcwd(), 0  # noqa: PTH109 - pathlib costs time in the guest


def _stay_in_memory() -> None:
    """One call in place of thousands of page faults; without the right to it, slower."""
    _libc.mlockall(MCL_CURRENT_FUTURE)


def _may_open_many() -> None:
    """A large design needs more files than a process may have that has not asked for more (getrlimit(2))."""
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST_FILES, MOST_FILES))


def _leave_a_guard(channel: int) -> None:
    """Returns in a child, which is the lab. This process stays to guard it, as the first of its process namespace."""
    from dxemu.host import guard

    lab = os.fork()
    if lab:
        os._exit(guard.stand(lab, channel))
    _stay_in_memory()  # a child does not inherit it


def _take(folder: str, name: str) -> bytes:
    """What a file of the run's folder holds, which is not there any more then."""
    path = f"{folder}/{name}"
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs time in the guest
        data = file.read()
    _remove(path)
    return data


def _get_ready(folder: str, start: dict[str, list[str]]) -> Callable[[], None]:
    """Import what a lab needs, while whoever started us still reads its files. Returns what ends its preparations.

    What cannot be imported is told when the job asks for it.
    """
    os.environ.update(HOME="/run", TMPDIR="/run", PATH="/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL="C.UTF-8")
    sys.path[:] = [*(p for p in sys.path if p), *(p for p in start["sys_path"] if p not in sys.path)]
    import contextlib
    import importlib

    from dxemu.compiled_late import compile_late
    from dxemu.host import collector
    from dxemu.host.left_out import left_out
    from dxemu.host.one_file import OneFile

    collector.look_rarely()
    compile_late()
    modules = OneFile(_take(folder, MODULES_FILE)) if start["imports"] else None
    with left_out():
        for module in start["imports"]:
            with contextlib.suppress(Exception):
                importlib.import_module(module)
    return modules.close if modules else lambda: None


def _remove(path: str) -> None:
    """A file, or a folder with all that is in it, if it is there."""
    if os.path.isdir(path):  # noqa: PTH112 - pathlib costs time in the guest
        for name in os.listdir(path):  # noqa: PTH208
            _remove(f"{path}/{name}")
        os.rmdir(path)  # noqa: PTH106
    elif os.path.lexists(path):
        os.unlink(path)  # noqa: PTH108


def _ready(_: object) -> None:
    """What runs the job needs nothing more than itself."""


def _run(folder: str, channel: Channel, target: str, prepared: Callable[[], None]) -> None:
    import importlib
    import pickle

    from dxemu.errors import DxemuError
    from dxemu.host import hold

    name, _, function = target.partition(":")
    try:
        module = importlib.import_module(name)
        do = getattr(module, function)
        value = pickle.loads(_take(folder, PAYLOAD_FILE))  # noqa: S301 - written by the process that started us
        getattr(module, GET_READY, _ready)(value)
        prepared()
        hold.release()  # it booted and imported held: time starts with the job
        do(value, channel, folder)
    except DxemuError as error:
        problem, remedy = getattr(error, "problem", str(error)), getattr(error, "remedy", "")
        channel.send("failed", 0, kind=type(error).__name__, problem=problem, remedy=remedy)
    except BaseException as error:  # noqa: BLE001 - the outermost line of this process: told to the one who waits
        import traceback

        traceback.print_exc()
        channel.send("failed", 0, kind="bug", problem=f"{type(error).__name__}: {error}", remedy="")
    else:
        channel.send("finished", 0)


def main() -> None:
    """Be process 1. Never returns inside the embedded kernel."""
    native = NATIVE in sys.argv
    _may_open_many()
    if not native:
        _stay_in_memory()
    folder, channel_fd = _prepare_native() if native else _prepare_embedded()
    os.write(channel_fd, b'{"t": 0, "event": "%s"}\n' % BOOTED.encode())
    import json

    start = json.loads(_take(folder, START_FILE))
    for name in OF_THE_KERNEL:
        _remove(f"{folder}/{name}")
    prepared = _get_ready(folder, start)
    from dxemu.host.channel import Channel

    channel = Channel(channel_fd)
    order = channel.receive()  # the clock is held until it comes
    sys.path += [folder for folder in order.get("folders", ()) if folder not in sys.path]
    if native:
        _leave_a_guard(channel_fd)
    _run(folder, channel, order["target"], prepared)
    sys.stdout.flush()
    sys.stderr.flush()
    if native:
        os._exit(0)
    import termios

    termios.tcdrain(channel_fd)
    os.sync()
    _libc.reboot(RB_POWER_OFF)


if __name__ == "__main__":
    main()
