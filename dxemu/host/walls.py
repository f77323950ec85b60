"""What this machine confines a process by. Every answer is tried: a child is bound and attempts what it must not do."""

from __future__ import annotations

import errno
import functools
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from dxemu.host import bpf, confine, landlock, system_calls
from dxemu.host.machine import ptrace_problem

SCOPES_ABI = 6
"""The first version of Landlock that keeps signals and abstract sockets in. Debian 13 has it."""
_TRUNCATE_ABI = 3
_NETWORK_ABI = 4
_RET_TRAP = 0x00030000  # <linux/seccomp.h>
_GETPPID = 110  # <asm/unistd_64.h>
_UNPRIVILEGED_PORT = 9
_WORKS = 42

Trial = Callable[[], object]
"""It raises OSError with EACCES or EPERM if it is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What was seen to hold here. Each problem is empty if there is none.

    `landlock` is the ABI version that is used, 0 if there is none. `trap_problem` is why a process may not catch its
    own system calls, as User-Mode Linux's seccomp mode does.
    """

    landlock: int = 0
    landlock_problem: str = ""
    filter_problem: str = ""
    trap_problem: str = ""
    ptrace_problem: str = ""

    @property
    def walls(self) -> confine.Walls:
        """All of them."""
        return confine.Walls(landlock=self.landlock, filter=not self.filter_problem)


@functools.cache
def offer() -> Offer:
    """Try it all, once in a process's life. Takes some milliseconds and leaves nothing."""
    version, landlock_problem = _landlock()
    return Offer(
        landlock=version,
        landlock_problem=landlock_problem,
        filter_problem=_filter_problem(),
        trap_problem=_trap_problem(),
        ptrace_problem=ptrace_problem(),
    )


def landlock_reason(error: OSError) -> str:
    """Why the machine's kernel has no Landlock to offer, as part of a sentence."""
    if error.errno == errno.ENOSYS:
        return "this machine's kernel has no Landlock, which came with Linux 5.13"
    if error.errno == errno.EOPNOTSUPP:
        return "Landlock is switched off: it is not in the machine's boot parameter lsm="
    return f"Landlock is refused ({error.strerror}), as by a container"


def _landlock() -> tuple[int, str]:
    try:
        version = landlock.abi()
    except OSError as error:
        return 0, landlock_reason(error)
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        name = f"\0dxemu-trial-{os.getpid()}"
        stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)).bind(name)
        trials = _landlock_trials(version, f"/proc/self/fd/{file.fileno()}", name)
        try:
            rules = landlock.ruleset(version, {})
        except OSError as error:
            return 0, landlock_reason(error)
        stack.callback(os.close, rules)
        undone = _let_through(lambda: landlock.restrict_self(rules), trials)
    return (0, f"Landlock does not hold here: {undone}") if undone else (version, "")


def _landlock_trials(version: int, file: str, socket_name: str) -> Iterator[tuple[str, Trial]]:
    folder = tempfile.mktemp(prefix="dxemu-trial-")  # noqa: S306 - a name for what may not be made
    yield "write a file", lambda: os.open(file, os.O_WRONLY)
    yield "make a folder", lambda: _make_and_remove(folder)
    if version >= _TRUNCATE_ABI:
        yield "empty a file", lambda: os.truncate(file, 0)
    if version >= _NETWORK_ABI:
        yield "connect by TCP", lambda: socket.socket().connect(("127.0.0.1", _UNPRIVILEGED_PORT))
    if version >= SCOPES_ABI:
        yield "reach an abstract socket", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect(socket_name)
        yield "send a signal", lambda: os.kill(os.getppid(), 0)


def _make_and_remove(folder: str) -> None:
    os.mkdir(folder)  # noqa: PTH102 - in a child that was forked: plain calls
    os.rmdir(folder)  # noqa: PTH106 - as above


def _filter_problem() -> str:
    program = confine.compiled(system_calls.rules(resolves_beneath=False, stub_in_a_file=False))
    with tempfile.TemporaryFile() as file:
        name = f"/proc/self/fd/{file.fileno()}"
        undone = _let_through(
            lambda: confine.install(program),
            [
                ("change a file's mode", lambda: os.chmod(name, 0o700)),  # noqa: PTH101 - as above
                ("make a socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
            ],
        )
    return f"a seccomp filter does not hold here: {undone}" if undone else ""


def _let_through(bind: Callable[[], None], trials: Iterable[tuple[str, Trial]]) -> str:
    """What a bound child could do all the same, or why it could not be bound; empty if all was refused."""
    prepared: Mapping[str, Trial] = dict(trials)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            confine.no_new_privileges()
            bind()
            said = ", ".join(name for name, trial in prepared.items() if not _refused(trial))
        except OSError as error:
            said = error.strerror or str(error)
        finally:
            os.write(writer, said.encode())
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def _refused(trial: Trial) -> bool:
    try:
        trial()
    except OSError as error:
        return error.errno in {errno.EACCES, errno.EPERM}
    return False


def _trap_problem() -> str:
    """Tried with a child that asks for SIGSYS in place of one of its system calls, and ends in the handler."""
    steps = (
        bpf.Instruction(0x20, 0),  # load the number
        bpf.Instruction(0x15, _GETPPID, 0, 1),
        bpf.Instruction(0x06, _RET_TRAP),
        bpf.Instruction(0x06, bpf.RET_ALLOW),
    )
    program = confine.program_of(steps)
    child = os.fork()
    if child == 0:
        try:
            signal.signal(signal.SIGSYS, lambda *_: os._exit(_WORKS))
            confine.no_new_privileges()
            confine.install(program)
            os.getppid()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _WORKS:
        return ""
    return "a process may not catch its own system calls by a seccomp filter here"
