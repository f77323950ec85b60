"""The user's own conditions while a lab runs: exit 3, a message that names the disk or the program, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

LIMIT_S = 240
SCENARIO = REPOSITORY / "scenarios" / "pull_primary_cable.yaml"
TUNNELS = REPOSITORY / "scenarios" / "direct_connect_fails_over_to_vpn.yaml"
GROWS = f"""
story: "Its probe remembers a quarter of a megabyte more each second."
topology: {REPOSITORY}/topologies/private_vif.yaml
probes: {{app: {{udp: {{from: app, to: web, rate: 5000/s}}}}}}
end: 600 s
"""
ONCE_IT_RUNS = "while ! ls runs/*/1/*.exabgp.log >/dev/null 2>&1; do kill -0 $! || exit; sleep 0.05; done"


def run(folder: Path, script: str, scenario: Path = SCENARIO, **environment: str) -> tuple[int, str]:
    """What `script` ends with and says, in a mount namespace of its own; `run` in it is `dxemu run SCENARIO`."""
    alone = ["unshare", "--mount"]
    tried = subprocess.run([*alone, "true"], capture_output=True, text=True, timeout=10, check=False)
    if tried.returncode != 0:
        pytest.skip(f"needs a mount namespace of its own, that is, root: {tried.stderr.strip()}")
    function = f'run() {{ "{sys.executable}" -m dxemu run "{scenario}" "$@"; }}\n'
    env = os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment
    done = subprocess.run(
        [*alone, "bash", "-c", function + script],
        cwd=folder, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_a_disk_that_fills_up_while_a_lab_runs_is_named(tmp_path: Path) -> None:
    status, said = run(tmp_path, "mkdir runs && mount -t tmpfs -o size=400k none runs && run")
    assert status == 3
    assert f"the disk at {tmp_path}/runs is full" in said
    assert "make room there" in said


def test_a_folder_that_is_deleted_while_a_lab_runs_is_named(tmp_path: Path) -> None:
    status, said = run(tmp_path, f"run & {ONCE_IT_RUNS}; rm -rf runs; wait $!")
    assert status == 3
    assert "runs" in said
    assert "deleted" in said or "there is no" in said


def test_memory_that_has_no_room_left_is_named(tmp_path: Path) -> None:
    script = "mkdir memory && mount -t tmpfs -o size=310m none memory && "
    script += f"{{ TMPDIR=$PWD/memory run & {ONCE_IT_RUNS}; cat /dev/zero >memory/fill 2>/dev/null; wait $!; }}"
    (tmp_path / "grows.yaml").write_text(GROWS, encoding="utf-8")
    status, said = run(tmp_path, script, tmp_path / "grows.yaml")
    assert status == 3
    assert f"{tmp_path}/memory, which holds the lab's memory, is full" in said


def test_a_lab_with_too_little_memory_says_so(tmp_path: Path) -> None:
    status, said = run(tmp_path, "run --memory 64M")
    assert status == 3
    assert "the lab needs more memory than it has\n  give it more with --memory" in said


@pytest.mark.parametrize(
    ("program", "scenario"),
    [("/usr/sbin/bird", SCENARIO.with_stem("cut_primary_silently")), ("/usr/sbin/charon-systemd", TUNNELS)],
)
def test_a_program_that_may_not_be_executed_is_named(program: str, scenario: Path, tmp_path: Path) -> None:
    status, said = run(tmp_path, f"touch none && mount --bind none {program} && run", scenario)
    assert (status, said.splitlines()[0]) == (3, f"dxemu: {program} cannot be executed: Permission denied")


def test_a_machine_without_taskset_runs_labs(tmp_path: Path) -> None:
    assert run(tmp_path, "touch none && mount --bind none /usr/bin/taskset && run") == (0, "")


def test_names_that_are_no_text_are_no_matter(tmp_path: Path) -> None:
    topology = REPOSITORY / "topologies" / "backup_connection.yaml"
    command = f"\"{sys.executable}\" -m dxemu run $'x\\xff.yaml' --runs $'r\\xfe' --topology {topology}"
    assert run(tmp_path, f"mkdir 'a b' && cd 'a b' && cp {SCENARIO} $'x\\xff.yaml' && {command}") == (0, "")
