"""Bind a process before it starts: it can write in a run's folder and its memory folder, and nowhere else.

Landlock says where files may be changed and which processes can be reached; a seccomp filter refuses what Landlock does
not know. The machine's kernel enforces both, on the process and all that it starts, for good, and no root is needed.
Reading and executing stay free: the guest's root is the machine's.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dxemu.errors import LabError
from dxemu.host import bpf, landlock, system_calls
from dxemu.host.landlock import Files

Bind = Callable[[], None]
"""Called in the child between fork and exec. It makes three system calls that were prepared before."""

_SECCOMP = 317  # <asm/unistd_64.h>
_SET_MODE_FILTER = 1  # <linux/seccomp.h>
_PR_SET_NO_NEW_PRIVS = 38  # <linux/prctl.h>
_MFD_EXEC = 0x10  # <linux/memfd.h>, Linux 6.3

_libc = ctypes.CDLL(None, use_errno=True)

_IN_THE_RUNS_FOLDER = (
    Files.WRITE | Files.REMOVE_FOLDER | Files.REMOVE | Files.MAKE_FOLDER | Files.MAKE_FILE | Files.MAKE_LINK
) | (Files.REFER | Files.TRUNCATE)
_IN_THE_MEMORY_FOLDER = Files.WRITE | Files.REMOVE | Files.MAKE_FILE | Files.TRUNCATE


class _Filter(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What is to bind a process. `landlock` is the ABI version to use, 0 for none. `siblings`: as in `rules`."""

    landlock: int
    filter: bool = True
    siblings: bool = False

    def names(self) -> tuple[str, ...]:
        """As reports name them."""
        rules = (f"Landlock ABI {self.landlock}",) if self.landlock else ()
        return (*rules, "seccomp filter") if self.filter else rules


NO_WALLS = Walls(landlock=0, filter=False)


@contextmanager
def confined(walls: Walls, folder: Path, memory: Path, *, resolves_beneath: bool) -> Iterator[Bind]:
    """What binds a child to writing below `folder` and `memory`. `resolves_beneath`: see `system_calls.rules`.

    Raises LabError if this machine refuses the rules.
    """
    program = None
    if walls.filter:
        rules = system_calls.rules(
            resolves_beneath=resolves_beneath, stub_in_a_file=not _executable_memfd(), siblings=walls.siblings
        )
        program = compiled(rules)
    rules_fd = -1
    if walls.landlock:
        allowed = {folder: _IN_THE_RUNS_FOLDER, memory: _IN_THE_MEMORY_FOLDER, Path(os.devnull): Files.WRITE}
        try:
            rules_fd = landlock.ruleset(walls.landlock, allowed)
        except OSError as error:
            raise LabError(f"the embedded kernel cannot be confined: {error}", "dxemu doctor says more") from error

    def bind() -> None:
        no_new_privileges()
        if rules_fd >= 0:
            landlock.restrict_self(rules_fd)
        if program is not None:
            install(program)

    try:
        yield bind
    finally:
        if rules_fd >= 0:
            os.close(rules_fd)


def compiled(rules: system_calls.Rules) -> ctypes.Structure:
    """`struct sock_fprog` of these rules; what they do not name gets EPERM."""
    return program_of(bpf.program(rules, otherwise=errno.EPERM))


def program_of(instructions: tuple[bpf.Instruction, ...]) -> ctypes.Structure:
    """`struct sock_fprog` of these instructions."""
    return _Filter(len(instructions), bpf.encode(instructions))


def no_new_privileges() -> None:
    """No set-user-id program gives this process more rights, from now on: without it neither wall can be put up."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))))


def install(program: ctypes.Structure) -> None:
    """Bind this thread to the filter. Raises OSError."""
    _check(_libc.syscall(ctypes.c_long(_SECCOMP), _SET_MODE_FILTER, 0, ctypes.byref(program)))


def _executable_memfd() -> bool:
    try:
        os.close(os.memfd_create("dxemu", os.MFD_CLOEXEC | _MFD_EXEC))
    except OSError:
        return False
    return True


def _check(answer: int) -> None:
    if answer != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
