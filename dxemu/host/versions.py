"""Which versions of the daemons are on this machine, as the programs themselves say."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from dxemu.errors import Unsupported
from dxemu.host import machine
from dxemu.plan.versions import DEBIAN_12, Versions

_IN_CHARON = re.compile(rb"(?:\0|strongSwan )(\d+\.\d+\.\d+[a-z0-9-]*)[\0,]")


@functools.cache
def installed() -> Versions:
    """The versions here. One that is not installed, or does not answer, is taken to be that of Debian 12."""
    return Versions(
        strongswan=strongswan(machine.find_program("charon-systemd")) or DEBIAN_12.strongswan,
        bird=_of("bird") or DEBIAN_12.bird,
        keepalived=_of("keepalived") or DEBIAN_12.keepalived,
        exabgp=machine.package_version("exabgp") or DEBIAN_12.exabgp,
    )


def strongswan(charon: Path | None) -> str:
    """The version that is written in this daemon, which takes no --version: it would start. Empty if there is none."""
    if charon is None:
        return ""
    try:
        found = _IN_CHARON.search(charon.read_bytes())
    except OSError:  # it has just been removed, or may not be read
        return ""
    return found[1].decode("ascii") if found else ""


def _of(program: str) -> str:
    try:
        return machine.program_version(program) or ""
    except Unsupported:
        return ""
