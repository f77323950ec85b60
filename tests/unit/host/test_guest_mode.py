from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.errors import LabError, Unsupported
from dxemu.host import confinement_findings, landlock, machine, privilege, walls
from dxemu.host.embedded import Boot
from dxemu.host.follow import started
from dxemu.host.guest_mode import GuestMode, Wish, choose, makes_siblings
from dxemu.host.landlock import Files, Network, Scope
from dxemu.host.swept import swept
from dxemu.host.walls import Offer
from dxemu.report.doctor import Readiness

DEBIAN_13 = Offer(landlock=6)
UBUNTU_24 = Offer(landlock=4)
DEBIAN_12 = Offer(landlock=2)
NO_PTRACE = "tracing is forbidden"


@pytest.mark.parametrize(
    ("wish", "release", "offer", "expected"),
    [
        (Wish.AUTO, "7.3.4", DEBIAN_13, GuestMode.SECCOMP),
        (Wish.AUTO, "6.16", DEBIAN_13, GuestMode.SECCOMP),
        (Wish.AUTO, "6.12.117", DEBIAN_13, GuestMode.PTRACE),
        (Wish.AUTO, "7.3.4", UBUNTU_24, GuestMode.PTRACE),
        (Wish.AUTO, "7.3.4", DEBIAN_12, GuestMode.PTRACE),
        (Wish.AUTO, "7.3.4", replace(DEBIAN_13, filter_problem="none"), GuestMode.PTRACE),
        (Wish.AUTO, "7.3.4", replace(DEBIAN_13, trap_problem="none"), GuestMode.PTRACE),
        (Wish.AUTO, "7.3.4", replace(DEBIAN_13, ptrace_problem=NO_PTRACE), GuestMode.SECCOMP),
        (Wish.STRICT, "7.3.4", DEBIAN_13, GuestMode.PTRACE),
        (Wish.TRUSTED, "7.3.4", Offer(landlock_problem="none"), GuestMode.SECCOMP),
    ],
)
def test_the_fast_mode_is_taken_where_the_machine_confines_it(
    wish: Wish, release: str, offer: Offer, expected: GuestMode
) -> None:
    assert choose(wish, release, offer) is expected


@pytest.mark.parametrize(
    ("wish", "release", "offer", "problem", "remedy"),
    [
        (Wish.AUTO, "7.3.4", replace(UBUNTU_24, ptrace_problem=NO_PTRACE), "this machine's has 4", "--guest trusted"),
        (
            Wish.AUTO,
            "7.3.4",
            Offer(landlock_problem="Landlock is refused", ptrace_problem=NO_PTRACE),
            "Landlock is refused",
            "--guest trusted",
        ),
        (Wish.AUTO, "6.12.1", replace(DEBIAN_13, ptrace_problem=NO_PTRACE), "only 6.16 and later", "dxemu doctor"),
        (Wish.STRICT, "7.3.4", replace(DEBIAN_13, ptrace_problem=NO_PTRACE), NO_PTRACE, "--guest auto"),
        (Wish.TRUSTED, "6.12.1", DEBIAN_13, "only 6.16 and later", "--guest auto"),
    ],
)
def test_where_no_mode_can_be_it_says_why_and_what_to_do(
    wish: Wish, release: str, offer: Offer, problem: str, remedy: str
) -> None:
    with pytest.raises(Unsupported) as raised:
        choose(wish, release, offer)
    assert problem in raised.value.problem
    assert remedy in raised.value.remedy
    assert raised.value.exit_status == 3
    if offer.ptrace_problem and wish is not Wish.TRUSTED:
        assert NO_PTRACE in raised.value.problem


def test_every_right_of_an_abi_is_handled() -> None:
    assert Files.REFER not in landlock.handled(1).files
    assert landlock.handled(2).files == landlock.handled(1).files | Files.REFER
    assert landlock.handled(3).files == landlock.handled(2).files | Files.TRUNCATE
    assert landlock.handled(4).network == Network.BIND_TCP | Network.CONNECT_TCP
    assert landlock.handled(5).files == landlock.handled(3).files | Files.IOCTL_DEVICE
    assert not landlock.handled(5).scopes
    assert landlock.handled(6).scopes == Scope.SIGNALS | Scope.ABSTRACT_SOCKETS
    everything = landlock.handled(99)
    assert everything.files == sum(Files)
    assert everything.network == sum(Network)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSYS, "has no Landlock"), (errno.EOPNOTSUPP, "lsm="), (errno.EPERM, "a container")],
)
def test_why_there_is_no_landlock(number: int, words: str) -> None:
    assert words in walls.landlock_reason(OSError(number, os.strerror(number)))


def test_each_trial_succeeds_where_nothing_binds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with tempfile.TemporaryFile() as file:
        trials = dict(walls._landlock_trials(walls.SCOPES_ABI, f"/proc/self/fd/{file.fileno()}", "\0nobody"))
        assert walls._let_through(lambda: None, trials.items()) == ", ".join(trials)
    assert len(trials) == 6
    assert list(tmp_path.iterdir()) == []


def test_what_this_machine_offers_is_tried_and_leaves_no_child() -> None:
    here = walls.offer.__wrapped__()
    assert bool(here.landlock) != bool(here.landlock_problem)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_wall_that_lets_something_through_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        landlock.abi()
    except OSError as error:
        pytest.skip(f"no Landlock here: {error}")
    monkeypatch.setattr(landlock, "restrict_self", lambda rules: None)
    monkeypatch.setattr(walls.confine, "install", lambda program: None)
    here = walls.offer.__wrapped__()
    assert here.landlock == 0
    assert "write a file" in here.landlock_problem
    assert "change a file's mode" in here.filter_problem


@pytest.mark.parametrize(
    ("offer", "name", "state", "words", "repair"),
    [
        (DEBIAN_13, "guest mode", Readiness.READY, "seccomp", ""),
        (DEBIAN_13, "Landlock", Readiness.READY, "ABI 6, which refuses writing files, truncating, TCP", ""),
        (DEBIAN_12, "guest mode", Readiness.READY, "ptrace; with seccomp it has to be confined", ""),
        (DEBIAN_12, "Landlock", Readiness.READY, "ABI 2, which refuses writing files", ""),
        (
            replace(DEBIAN_13, ptrace_problem=NO_PTRACE),
            "ptrace",
            Readiness.WARNING,
            "only dxemu run --guest strict",
            "SYS_PTRACE",
        ),
        (replace(DEBIAN_12, ptrace_problem=NO_PTRACE), "ptrace", Readiness.NO, NO_PTRACE, "SYS_PTRACE"),
        (replace(DEBIAN_12, ptrace_problem=NO_PTRACE), "guest mode", Readiness.NO, "has 2", "SYS_PTRACE"),
        (
            Offer(landlock_problem="Landlock is refused, as by a container"),
            "Landlock",
            Readiness.WARNING,
            "hostfs_write alone",
            "--security-opt seccomp=unconfined",
        ),
    ],
)
def test_doctor_says_what_confines_a_lab_here(
    monkeypatch: pytest.MonkeyPatch, offer: Offer, name: str, state: Readiness, words: str, repair: str
) -> None:
    monkeypatch.setattr(privilege, "container", lambda: "docker")
    monkeypatch.setattr(machine, "ptrace_scope", lambda: 1)
    found = {finding.name: finding for finding in confinement_findings.findings("7.3.4", offer)}[name]
    assert found.state is state
    assert words in found.detail
    assert repair in found.repair
    assert bool(repair) == bool(found.repair)


def test_the_command_line_says_how_the_guest_runs(tmp_path: Path) -> None:
    boot = Boot(kernel=Path("/linux"), memory_folder=tmp_path)
    assert f"hostfs_write={tmp_path}" in boot.command(tmp_path)
    assert "seccomp=on" not in boot.command(tmp_path)
    fast = replace(boot, mode=GuestMode.SECCOMP, hostfs_write=False).command(tmp_path)
    assert "seccomp=on" in fast
    assert not [word for word in fast if word.startswith("hostfs_write")]


def test_a_process_that_cannot_be_bound_is_not_started(tmp_path: Path) -> None:
    def refuse() -> None:
        raise OSError(errno.E2BIG, "too many")

    async def start() -> None:
        command = ["touch", "started"]
        with swept(tmp_path) as broom:
            async with started(command, {"PATH": os.defpath}, tmp_path, broom, 5.0, refuse):
                pass

    with pytest.raises(LabError, match="could not be confined"):
        asyncio.run(start())
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(
    ("release", "siblings"), [("6.1.192", True), ("6.8.0-40", True), ("6.12.117", False), ("7.3.4", False)]
)
def test_older_kernels_make_siblings(release: str, siblings: bool) -> None:
    assert makes_siblings(release) is siblings
