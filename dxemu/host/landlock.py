"""Landlock: what the machine's kernel refuses to this process from now on, and to all that it starts.

No root is needed. Numbers are those of Linux's include/uapi/linux/landlock.h; each came with an ABI version, and a
kernel refuses a rule set that names a right it does not know. See landlock(7).
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path

_CREATE_RULESET = 444  # <asm/unistd_64.h>, and the same on all architectures
_ADD_RULE = 445
_RESTRICT_SELF = 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

_libc = ctypes.CDLL(None, use_errno=True)


class Files(IntFlag):
    """What can be done to files and folders, but reading and executing: those stay free."""

    WRITE = 1 << 1
    REMOVE_FOLDER = 1 << 4
    REMOVE = 1 << 5
    MAKE_CHARACTER_DEVICE = 1 << 6
    MAKE_FOLDER = 1 << 7
    MAKE_FILE = 1 << 8
    MAKE_SOCKET = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK_DEVICE = 1 << 11
    MAKE_LINK = 1 << 12
    """A symbolic one."""
    REFER = 1 << 13
    """Rename or link to another folder. ABI 2; before, it is always refused."""
    TRUNCATE = 1 << 14
    """ABI 3."""
    IOCTL_DEVICE = 1 << 15
    """ABI 5."""
    CONNECT_SOCKET = 1 << 16
    """A named unix socket of somebody else's. ABI 9."""


class Network(IntFlag):
    """TCP: ABI 4. UDP: ABI 10."""

    BIND_TCP = 1 << 0
    CONNECT_TCP = 1 << 1
    BIND_UDP = 1 << 2
    SEND_UDP = 1 << 3


class Scope(IntFlag):
    """What reaches processes that are not bound with this one. ABI 6."""

    ABSTRACT_SOCKETS = 1 << 0
    SIGNALS = 1 << 1


_FILES_SINCE = {
    1: Files.WRITE
    | Files.REMOVE_FOLDER
    | Files.REMOVE
    | Files.MAKE_CHARACTER_DEVICE
    | Files.MAKE_FOLDER
    | Files.MAKE_FILE
    | Files.MAKE_SOCKET
    | Files.MAKE_FIFO
    | Files.MAKE_BLOCK_DEVICE
    | Files.MAKE_LINK,
    2: Files.REFER,
    3: Files.TRUNCATE,
    5: Files.IOCTL_DEVICE,
    9: Files.CONNECT_SOCKET,
}
_NETWORK_SINCE = {4: Network.BIND_TCP | Network.CONNECT_TCP, 10: Network.BIND_UDP | Network.SEND_UDP}
_SCOPES_SINCE = {6: Scope.ABSTRACT_SOCKETS | Scope.SIGNALS}


@dataclass(frozen=True, slots=True)
class Handled:
    """What a rule set refuses unless a rule allows it."""

    files: Files
    network: Network
    scopes: Scope


def abi() -> int:
    """The version of Landlock that this machine's kernel offers. Raises OSError if it has none, or hides it.

    ENOSYS: a kernel without it; EOPNOTSUPP: switched off when the machine booted; EPERM: a container forbids the call.
    """
    return _call(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION)


def handled(version: int) -> Handled:
    """All that a kernel with this ABI version can refuse, but reading and executing."""
    files, network, scopes = Files(0), Network(0), Scope(0)
    for since, more in _FILES_SINCE.items():
        files |= more if version >= since else Files(0)
    for since, kinds in _NETWORK_SINCE.items():
        network |= kinds if version >= since else Network(0)
    for since, reach in _SCOPES_SINCE.items():
        scopes |= reach if version >= since else Scope(0)
    return Handled(files, network, scopes)


def ruleset(version: int, allowed: Mapping[Path, Files]) -> int:
    """A rule set that refuses all of `handled(version)` but what is allowed below these paths: its file descriptor.

    Raises OSError.
    """
    refused = handled(version)
    # An older kernel takes a longer structure if what it does not know is zero.
    attributes = struct.pack("=QQQ", refused.files, refused.network, refused.scopes)
    rules = _call(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path, rights in allowed.items():
            beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                rule = struct.pack("=Qi", rights & refused.files, beneath)
                _call(_ADD_RULE, rules, _RULE_PATH_BENEATH, rule, 0)
            finally:
                os.close(beneath)
    except OSError:
        os.close(rules)
        raise
    return rules


def restrict_self(rules: int) -> None:
    """Bind the calling thread, which must have no_new_privs, and all that it starts. Raises OSError."""
    _call(_RESTRICT_SELF, rules, 0)


def _call(number: int, *arguments: int | bytes | None) -> int:
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    answer: int = _libc.syscall(ctypes.c_long(number), *words)
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return answer
