from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from dxemu.errors import Unsupported
from dxemu.host import machine


def test_a_good_folder_is_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MEMORY_BYTES_NEEDED", 1)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert machine.memory_folder() == tmp_path
    assert not list(tmp_path.iterdir())


def test_each_bad_folder_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MEMORY_BYTES_NEEDED", 10**18)
    missing, small = machine.memory_folders([str(tmp_path / "missing"), str(tmp_path)])
    assert "No such file" in missing.problem
    assert "MB free" in small.problem
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(Unsupported, match="export TMPDIR=") as raised:
        machine.memory_folder()
    assert str(tmp_path) in raised.value.problem


def test_a_folder_is_tried_once(tmp_path: Path) -> None:
    assert len(machine.memory_folders([str(tmp_path), "", str(tmp_path)])) == 1


@pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="needs /proc")
def test_a_noexec_mount_is_refused() -> None:
    noexec = [
        line.split()[4]
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
        if " tmpfs " in line and "noexec" in line.split()[5] and os.access(line.split()[4], os.W_OK)
    ]
    if not noexec:
        pytest.skip("no writable noexec tmpfs on this machine; to run it, as root: mount -t tmpfs -o noexec none /mnt")
    (tried,) = machine.memory_folders(noexec[:1])
    assert tried.problem == "is mounted noexec"


@pytest.mark.parametrize(
    ("system", "arch", "expected"),
    [("Linux", "x86_64", ""), ("Linux", "aarch64", "Linux on aarch64"), ("Darwin", "arm64", "macOS on arm64")],
)
def test_only_linux_on_x86_64_runs_the_embedded_kernel(
    monkeypatch: pytest.MonkeyPatch, system: str, arch: str, expected: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: arch)
    problem = machine.architecture_problem()
    assert expected in problem
    assert bool(problem) == bool(expected)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="PTRACE_SYSEMU is x86's")
def test_trying_ptrace_leaves_no_child() -> None:
    assert isinstance(machine.ptrace_problem(), str)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_versions_come_from_the_program_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "speaker"
    program.write_text("#!/bin/sh\necho 'SPEAKER version 2.0.12' >&2\n")
    program.chmod(0o755)
    other = tmp_path / "alive"
    other.write_text("#!/bin/sh\necho 'Alive v2.3.3 (03/30,2025)'\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.program_version("speaker") == "2.0.12"
    assert machine.program_version("alive") == "2.3.3"
    assert machine.program_version("no-such-speaker") is None
    assert machine.package_version("no-such-distribution") is None
