"""Which rights this process has, and what takes them away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dxemu.host import privilege

BOOTED = {"pid": "pid:[4026531836]", "uts": "uts:[4026531838]"}
OWN = {"pid": "pid:[4026532500]", "uts": "uts:[4026532498]"}
ASK = "from dxemu.host import privilege; print(privilege.namespaces_problem())"


def root_folder(tmp_path: Path, namespaces: dict[str, str], files: dict[str, str]) -> Path:
    for name, target in namespaces.items():
        link = tmp_path / "proc/self/ns" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("namespaces", "files", "kind"),
    [
        (OWN, {".dockerenv": ""}, "docker"),
        (BOOTED | {"uts": OWN["uts"]}, {".dockerenv": ""}, "docker"),  # docker run --pid=host
        (OWN, {"run/.containerenv": ""}, "podman"),
        (OWN, {"run/systemd/container": "systemd-nspawn\n"}, "systemd-nspawn"),
        (OWN, {"proc/1/environ": "HOME=/\0container=lxc\0"}, "lxc"),
        (OWN, {"proc/1/cgroup": "0::/kubepods/besteffort/pod1\n"}, "kubepods"),
        (BOOTED, {".dockerenv": ""}, ""),  # a virtual machine that was made from a container's image
        (OWN, {}, ""),  # unshare --pid --uts on a machine
        (BOOTED, {"proc/1/cgroup": "0::/init.scope\n"}, ""),
    ],
)
def test_a_container_is_told_from_a_machine(
    tmp_path: Path, namespaces: dict[str, str], files: dict[str, str], kind: str
) -> None:
    assert privilege.container(root_folder(tmp_path, namespaces, files)) == kind


def asked(*prefix: str) -> str:
    command = [*prefix, sys.executable, "-c", ASK]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("setpriv"), reason="rights are dropped with setpriv, by root")
@pytest.mark.parametrize(
    ("drop", "problem"),
    [
        (["--bounding-set=-sys_admin"], "may not make network namespaces (Operation not permitted)"),
        (["--bounding-set=-net_admin"], "may not change network interfaces (Operation not permitted)"),
        (["--reuid=65534", "--clear-groups"], "may not make network namespaces (Operation not permitted)"),
    ],
)
def test_a_right_that_is_missing_is_named(drop: list[str], problem: str) -> None:
    if asked():
        pytest.skip(f"this root lacks rights itself: {asked()}")
    assert asked("setpriv", "--inh-caps=-all", *drop).endswith(problem)


@pytest.mark.skipif(os.geteuid() != 0, reason="chroot(2) is for root")
def test_a_chroot_is_named(tmp_path: Path) -> None:
    if asked():
        pytest.skip(f"this root lacks rights itself: {asked()}")
    ask = f"import os; os.chroot({str(tmp_path)!r}); print(privilege.namespaces_problem())"
    command = [sys.executable, "-c", f"from dxemu.host import privilege; {ask}"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "is in a chroot" in said


def test_a_container_is_told_how_to_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privilege, "container", lambda: "docker")
    assert privilege.namespaces_repair() == (
        "docker run --privileged ...    (or --cap-add SYS_ADMIN --cap-add NET_ADMIN)"
    )
    monkeypatch.setattr(privilege, "container", lambda: "")
    assert "docker" not in privilege.namespaces_repair()
