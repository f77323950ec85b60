"""What `dxemu doctor` says of conditions that this machine is not in."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from dxemu.host import confinement_findings, diagnosis, machine, privilege
from dxemu.host.walls import Offer
from dxemu.report.doctor import DoctorCheck, Group, Readiness


def group(name: str, prove: diagnosis.ProveHere | None = None) -> Group:
    return next(found for found in diagnosis.diagnose(prove).kernels if found.name == name)


def finding(name: str) -> DoctorCheck:
    return next(found for found in group("embedded kernel").findings if found.name == name)


def works() -> Sequence[Mapping[str, Any]]:
    return [{"feature": "802.1Q", "works": True, "detail": ""}, {"feature": "VRF", "works": True, "detail": ""}]


def lacks_all() -> Sequence[Mapping[str, Any]]:
    return [{"feature": name, "works": False, "detail": "refused"} for name in ("802.1Q", "netem above 4 Gbps")]


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "is_root", lambda: True)
    monkeypatch.setattr(privilege, "namespaces_problem", lambda: "")
    monkeypatch.setattr(machine, "find_program", lambda name: Path("/usr/bin") / name)


@pytest.mark.usefixtures("as_root")
def test_a_kernel_that_has_everything_is_ready() -> None:
    found = group("host kernel", works)
    assert (found.state, "lacks" in found.summary) == (Readiness.READY, False)


@pytest.mark.usefixtures("as_root")
def test_a_right_that_is_missing_is_one_lack_and_not_the_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privilege, "namespaces_problem", lambda: "this container may not make network namespaces (x)")
    monkeypatch.setattr(privilege, "container", lambda: "docker")
    found = group("host kernel", lacks_all)
    assert "lacks" not in found.summary
    (lack,) = [f for f in found.findings if f.state is not Readiness.READY]
    assert lack.detail.startswith("this container may not make network namespaces")
    assert "--privileged" in lack.repair
    assert "--cap-add SYS_ADMIN --cap-add NET_ADMIN" in lack.repair
    assert "modprobe" not in lack.repair


@pytest.mark.usefixtures("as_root")
def test_a_containers_modules_are_loaded_on_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privilege, "container", lambda: "docker")
    monkeypatch.setattr(machine, "loads_modules", lambda: True)
    repairs = {f.repair for f in group("host kernel", lacks_all).findings if f.state is Readiness.NO}
    assert repairs == {"on the container's host: sudo modprobe -a 8021q sch_netem"}


def repair_of_ptrace(monkeypatch: pytest.MonkeyPatch, scope: int | None, container: str) -> str:
    monkeypatch.setattr(machine, "ptrace_scope", lambda: scope)
    monkeypatch.setattr(privilege, "container", lambda: container)
    return confinement_findings.ptrace_finding("6.12.117", Offer(ptrace_problem="PTRACE_SYSEMU is refused")).repair


def test_what_forbids_ptrace_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert repair_of_ptrace(monkeypatch, 2, "") == "sudo sysctl kernel.yama.ptrace_scope=1"
    assert repair_of_ptrace(monkeypatch, 1, "docker").startswith("docker run --cap-add SYS_PTRACE")
    assert "on the container's host: sudo sysctl" in repair_of_ptrace(monkeypatch, 2, "docker")
    assert "boot" in repair_of_ptrace(monkeypatch, 3, "")
    assert "docker" not in repair_of_ptrace(monkeypatch, None, "")


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path)  # root may write everywhere
    found = finding("results")
    assert (found.state, "--runs" in found.repair) == (Readiness.WARNING, True)


def test_a_file_in_the_place_of_the_folder_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs").write_text("")
    monkeypatch.chdir(tmp_path)
    found = finding("results")
    assert (found.state, "--runs" in found.repair) == (Readiness.WARNING, True)
