"""How the embedded kernel runs its processes: by ptrace, or by seccomp, which is faster and has to trust them.

With seccomp a process of the guest handles its own page faults and hands its system calls over; nothing keeps it from
writing the guest's memory and so from taking over the kernel (Linux, arch/um/os-Linux/start_up.c: "should only be used
with a trusted userspace"). It is then an ordinary process of the user's, so the machine's kernel has to confine it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from dxemu.errors import Unsupported
from dxemu.host.walls import SCOPES_ABI, Offer


class GuestMode(StrEnum):
    """`strict` is PTRACE; `trusted` is SECCOMP, however little the machine confines it."""

    PTRACE = "ptrace"
    SECCOMP = "seccomp"


class Wish(StrEnum):
    """What the user asks for. AUTO takes seccomp where the machine confines it, else ptrace."""

    AUTO = "auto"
    STRICT = "strict"
    TRUSTED = "trusted"


SECCOMP_SINCE = (6, 16)
"""The first Linux whose User-Mode Linux has it."""
CHILDREN_SINCE = (6, 12)
"""arch/um/kernel/skas/clone.c of 6.1 has CLONE_PARENT, 6.12 has not; those between are treated as 6.1."""


def choose(wish: Wish, release: str, offer: Offer) -> GuestMode:
    """The mode for an embedded kernel of this release. Raises Unsupported, with the remedy, if none can be."""
    no_seccomp = _seccomp_problem(release, offer)
    unconfined = confinement_problem(offer)
    match wish:
        case Wish.STRICT:
            return _need(
                GuestMode.PTRACE,
                [offer.ptrace_problem],
                "dxemu run --guest auto also takes seccomp, which needs no ptrace",
            )
        case Wish.TRUSTED:
            return _need(GuestMode.SECCOMP, [no_seccomp], "dxemu run --guest auto takes ptrace where that is allowed")
        case Wish.AUTO:
            if not no_seccomp and not unconfined:
                return GuestMode.SECCOMP
            remedy = "dxemu doctor says more" if no_seccomp else f"dxemu doctor says more; {TRUSTING}"
            return _need(GuestMode.PTRACE, [offer.ptrace_problem, no_seccomp or unconfined], remedy)


TRUSTING = "dxemu run --guest trusted does without confinement, if you trust every program that the lab starts"


def confinement_problem(offer: Offer) -> str:
    """Why a guest with seccomp would not be confined here; empty if it would be."""
    if offer.landlock_problem:
        return f"with seccomp it has to be confined: {offer.landlock_problem}"
    if offer.landlock < SCOPES_ABI:
        return (
            f"with seccomp it has to be confined by Landlock with ABI {SCOPES_ABI} or more (Linux 6.12), "
            f"and this machine's has {offer.landlock}"
        )
    return f"with seccomp it has to be confined: {offer.filter_problem}" if offer.filter_problem else ""


def has_seccomp(release: str) -> bool:
    """Whether a User-Mode Linux of this release knows the mode."""
    return _numbers(release) >= SECCOMP_SINCE


def makes_siblings(release: str) -> bool:
    """Whether in a User-Mode Linux of this release a program makes another one as a child of the kernel's process."""
    return _numbers(release) < CHILDREN_SINCE


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(word) for word in release.split("-")[0].split(".")[:2] if word.isdigit())


def _seccomp_problem(release: str, offer: Offer) -> str:
    if not has_seccomp(release):
        return f"the embedded kernel is Linux {release}, and only 6.16 and later have a seccomp mode"
    return offer.trap_problem


def _need(mode: GuestMode, problems: Sequence[str], remedy: str) -> GuestMode:
    if not problems[0]:
        return mode
    raise Unsupported("; ".join(problem for problem in problems if problem), remedy)
