"""What a file that should be an embedded kernel is: for which processor, of which version, with what built in."""

from __future__ import annotations

import hashlib
import struct
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dxemu.errors import Unsupported

WORDS = ("random_seed=", "hostfs_write=", "time-travel-hold")
"""What `kernel/patches` add to the kernel's command line; every lab needs the first two."""

_ELF_START = 20
_ELF64_LITTLE = b"\x7fELF\x02\x01"
_X86_64 = 62
_LIMIT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a kernel says of itself.

    `hold` says whether its virtual clock can be held (`kernel/patches/hold.patch`), `seccomp` whether its processes can
    hand over their system calls without ptrace (`seccomp=on`, Linux 6.16 and later).
    """

    version: str
    hold: bool
    seccomp: bool


def digest_of(file: Path) -> str:
    """SHA-256 in hexadecimal digits. Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def processor_problem(binary: Path) -> str:
    """Why the file is no program for x86_64, as part of a sentence; empty if it is one (ELF header, elf(5))."""
    try:
        with binary.open("rb") as file:
            head = file.read(_ELF_START)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if len(head) < _ELF_START or not head.startswith(b"\x7fELF"):
        return "is not a program"
    machine = struct.unpack_from("<H", head, 18)[0]
    if not head.startswith(_ELF64_LITTLE) or machine != _X86_64:
        return f"is for another processor than x86_64 (ELF machine {machine})"
    return ""


def abilities(binary: Path, remedy: str) -> Abilities:
    """Ask the binary. Raises Unsupported, with `remedy`, if it does not run here or lacks the patches."""
    version = _ask(binary, "--version", remedy).strip()
    if not version[:1].isdigit():
        raise Unsupported(f"{binary} is not a User-Mode Linux binary: it said {version[-400:]!r}", remedy)
    known = _ask(binary, "--help", remedy)
    lacking = [word for word in WORDS if f"\n{word}" not in known]
    if lacking:
        raise Unsupported(f"{binary} was not built with dxemu's patches: it does not know {', '.join(lacking)}", remedy)
    return Abilities(version=version, hold=True, seccomp="\nseccomp=" in known)


def missing_config(binary: Path, wanted: Iterable[str], remedy: str) -> tuple[str, ...]:
    """The lines of a kernel config that the binary was not built with. Raises Unsupported if it does not run here."""
    built_with = set(_ask(binary, "--showconfig", remedy).splitlines())
    return tuple(line for line in wanted if line.startswith("CONFIG_") and line not in built_with)


def _ask(binary: Path, option: str, remedy: str) -> str:
    """What a User-Mode Linux prints about itself; it boots nothing then."""
    try:
        done = subprocess.run([str(binary), option], capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise Unsupported(f"{binary} does not run: {error}", remedy) from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()[-400:]
        raise Unsupported(f"{binary} is not a User-Mode Linux binary: it said {said!r}", remedy)
    return "\n" + done.stdout
