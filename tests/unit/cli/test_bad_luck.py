"""Signals, closed pipes, full disks, too little memory, where no lab is needed: a line and a status, no traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
TOPOLOGY = str(REPOSITORY / "topologies" / "backup_connection.yaml")
LIMIT_S = 60


def dxemu(*arguments: str, shell: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """`dxemu ARGUMENTS`, with `shell` (a redirection, a pipe) behind it, as bash runs it."""
    command = ["bash", "-c", f'"$@" {shell}; exit "${{PIPESTATUS[0]}}"', "bash", sys.executable, "-m", "dxemu"]
    env = os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment
    done = subprocess.run([*command, *arguments], env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("imported", ["dataclasses", "rich"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_it_still_imports_is_one_line(number: signal.Signals, imported: str, tmp_path: Path) -> None:
    (tmp_path / imported).mkdir()
    text = f"import os\nos.kill(os.getpid(), {int(number)})\n"
    (tmp_path / imported / "__init__.py").write_text(text, encoding="utf-8")
    done = dxemu("audit", TOPOLOGY, PYTHONPATH=f"{tmp_path}{os.pathsep}{REPOSITORY}")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


def test_nohup_is_kept() -> None:
    """Who ignores SIGHUP before wants to go on after it."""
    script = "import os, signal; os.kill(os.getpid(), signal.SIGHUP)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -signal.SIGHUP
    program = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); from dxemu.host.signals import ending; "
    program += "import signal; [signal.signal(one, signal.SIG_DFL) for one in (2, 3, 15)]; "  # a shell may ignore some
    program += "signal.signal(signal.SIGHUP, signal.SIG_IGN); print(*map(int, ending()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "15", "3"]


@pytest.mark.parametrize("arguments", [["explain", "DX-T001"], ["audit", TOPOLOGY]])
def test_output_to_a_full_device_is_said(arguments: list[str]) -> None:
    done = dxemu(*arguments, shell=">/dev/full")
    assert done.returncode == 3
    assert done.stderr.startswith("dxemu: stdout cannot be written: No space left on device\n")


@pytest.mark.parametrize("arguments", [["--help"], ["audit", TOPOLOGY]])
def test_a_reader_that_goes_is_no_error(arguments: list[str]) -> None:
    done = dxemu(*arguments, shell="| true")
    assert done.returncode in (0, 141)  # 0 where all was written before the reader had gone
    assert done.stderr == ""


@pytest.mark.parametrize("shell", ["<&- >&- 2>&-", "2>/dev/full"])
def test_closed_streams_change_nothing(shell: str) -> None:
    assert dxemu("check", "nothing.yaml", shell=shell).returncode == 2


def test_an_encoding_that_lacks_characters_is_no_error() -> None:
    done = dxemu("audit", TOPOLOGY, PYTHONIOENCODING="iso8859-5", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, "")


def test_memory_that_is_not_enough_is_said() -> None:
    program = (
        "import resource, sys; from dxemu.cli.app import main; "
        "here = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize(); "
        "resource.setrlimit(resource.RLIMIT_AS, (here + 4_000_000, -1)); main()"
    )
    command = [sys.executable, "-c", program, "audit", TOPOLOGY]
    env = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("dxemu: memory is used up: this shell allows ")
