"""What `dxemu doctor` says of how a guest would run here, and of what would keep it in its folder."""

from __future__ import annotations

import subprocess

from dxemu.errors import Unsupported
from dxemu.host import machine, privilege
from dxemu.host.guest_mode import GuestMode, Wish, choose, confinement_problem, has_seccomp
from dxemu.host.idle import COMES_OF_IT, UNSAID, is_idle
from dxemu.host.walls import Offer
from dxemu.report.doctor import DoctorCheck, Readiness

_SINCE = {
    1: "writing files",
    3: "truncating",
    4: "TCP",
    5: "devices",
    6: "signals and abstract sockets",
    9: "named sockets",
    10: "UDP",
}
"""What Landlock refuses from each ABI version on."""
_CONTAINER_REPAIR = "docker run --security-opt seccomp=unconfined ...    (Docker Engine 23 and later need no option)"
_BOOT_REPAIR = "put landlock first into lsm= on the machine's boot command line, and boot it again"


def findings(release: str, offer: Offer) -> tuple[DoctorCheck, ...]:
    """For an embedded kernel of this release; empty if there is none yet."""
    return (
        guest_finding(release, offer),
        ptrace_finding(release, offer),
        landlock_finding(offer),
        filter_finding(offer),
        asleep_finding(),
    )


def guest_finding(release: str, offer: Offer) -> DoctorCheck:
    """Which mode `dxemu run` takes by itself, and why."""
    if not release:
        return DoctorCheck("guest mode", Readiness.UNKNOWN, "no embedded kernel yet", "")
    try:
        mode = choose(Wish.AUTO, release, offer)
    except Unsupported as error:
        return DoctorCheck("guest mode", Readiness.NO, error.problem, _ptrace_repair())
    if mode is GuestMode.SECCOMP:
        return DoctorCheck(
            "guest mode", Readiness.READY, "seccomp, the fast one: Landlock and a filter confine it here"
        )
    why = (
        confinement_problem(offer)
        if has_seccomp(release)
        else f"Linux {release} has no seccomp mode, 6.16 and later do"
    )
    return DoctorCheck("guest mode", Readiness.READY, f"ptrace; {why}")


def ptrace_finding(release: str, offer: Offer) -> DoctorCheck:
    """Whether a process may trace its child. Only a guest that runs by ptrace needs it."""
    if not offer.ptrace_problem:
        return DoctorCheck("ptrace", Readiness.READY, "a process may trace its child")
    try:
        needless = choose(Wish.AUTO, release, offer) is GuestMode.SECCOMP
    except Unsupported:
        needless = False
    detail = (
        f"{offer.ptrace_problem}; only dxemu run --guest strict needs it here" if needless else offer.ptrace_problem
    )
    return DoctorCheck("ptrace", Readiness.WARNING if needless else Readiness.NO, detail, _ptrace_repair())


def asleep_finding() -> DoctorCheck:
    """Whether this machine says that a process of ours sleeps, which a guest has to before it is given its job."""
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        said = is_idle(sleeper.pid) is not None
        sleeper.kill()
    if said:
        return DoctorCheck("repetition", Readiness.READY, "it is seen when a guest sleeps: a seed gives the same run")
    return DoctorCheck("repetition", Readiness.WARNING, f"{UNSAID}: {COMES_OF_IT}", _ptrace_repair())


def landlock_finding(offer: Offer) -> DoctorCheck:
    """Landlock's version as it was seen to hold, and what that refuses."""
    if not offer.landlock_problem:
        refuses = ", ".join(what for since, what in _SINCE.items() if offer.landlock >= since)
        return DoctorCheck("Landlock", Readiness.READY, f"ABI {offer.landlock}, which refuses {refuses}")
    repair = ""
    if "container" in offer.landlock_problem:
        repair = _CONTAINER_REPAIR
    elif "lsm=" in offer.landlock_problem:
        repair = _BOOT_REPAIR
    return DoctorCheck(
        "Landlock", Readiness.WARNING, f"{offer.landlock_problem}; hostfs_write alone confines a lab", repair
    )


def filter_finding(offer: Offer) -> DoctorCheck:
    """Whether a filter for system calls holds."""
    if not offer.filter_problem:
        return DoctorCheck(
            "seccomp filter", Readiness.READY, "refuses chmod, chown, utime, xattrs, sockets and what else is new"
        )
    return DoctorCheck("seccomp filter", Readiness.WARNING, offer.filter_problem, _CONTAINER_REPAIR)


def _ptrace_repair() -> str:
    scope, contained = machine.ptrace_scope(), privilege.container()
    if scope == 3:  # noqa: PLR2004 - Yama's numbers
        return "set kernel.yama.ptrace_scope to 1 in /etc/sysctl.d and boot the machine again"
    option = "docker run --cap-add SYS_PTRACE ...    (or a seccomp profile that allows ptrace)"
    if scope == 2:  # noqa: PLR2004 - Yama's numbers
        sysctl = "sudo sysctl kernel.yama.ptrace_scope=1"
        return f"{option}; or on the container's host: {sysctl}" if contained else sysctl
    return option if contained else "start dxemu outside of what filters its system calls (a sandbox, a service)"
