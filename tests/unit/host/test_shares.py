"""Work that processes share: the same results in the same order, errors that are raised, nobody left behind."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from dxemu.errors import LabError
from dxemu.host import shares
from dxemu.host.shares import Jobs
from dxemu.report.console import PlainConsole


@pytest.fixture(autouse=True)
def nothing_is_done_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "ALONE_S", 0.0)


@pytest.mark.parametrize("number", [1, 2, 3, 50])
@pytest.mark.parametrize("alone_s", [0.0, 60.0])
def test_results_are_in_order_whoever_did_the_work(
    monkeypatch: pytest.MonkeyPatch, number: int, alone_s: float
) -> None:
    monkeypatch.setattr(shares, "ALONE_S", alone_s)
    assert list(Jobs(number)(lambda n: n * n, range(20), "numbers")) == [n * n for n in range(20)]


def test_the_work_is_done_by_as_many_processes_as_asked_for() -> None:
    done_by = set(Jobs(2)(lambda _: os.getpid(), range(40), "numbers"))
    assert os.getpid() not in done_by
    assert 1 <= len(done_by) <= 2
    assert set(Jobs(1)(lambda _: os.getpid(), range(40), "numbers")) == {os.getpid()}


def test_an_error_in_a_process_is_raised_and_ends_the_others() -> None:
    with pytest.raises(ZeroDivisionError):
        list(Jobs(2)(lambda n: 1 // (n - 5), range(40), "numbers"))
    assert multiprocessing.active_children() == []


def test_an_interruption_ends_the_processes() -> None:
    results = iter(Jobs(2)(lambda n: n, range(40), "numbers"))
    assert next(results) == 0
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt)
    assert multiprocessing.active_children() == []


def test_the_terminals_ctrl_c_is_left_to_the_parent() -> None:
    def work(number: int) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return number

    assert list(Jobs(2)(work, range(4), "numbers")) == [0, 1, 2, 3]


def test_a_process_that_is_killed_is_an_error_with_a_remedy() -> None:
    with pytest.raises(LabError, match="--jobs 1"):
        list(Jobs(2)(lambda _: os.kill(os.getpid(), signal.SIGKILL), range(4), "numbers"))


def test_a_process_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    """The child that is asked about holds a pipe's end: it is closed when it is gone."""
    reading, writing = os.pipe()
    parent = os.fork()
    if parent == 0:  # pragma: no cover - another process
        os.close(reading)
        list(Jobs(2)(lambda n: (tmp_path / str(n)).touch() or signal.pause(), range(2), "numbers"))
        os._exit(0)
    os.close(writing)
    while not all((tmp_path / str(n)).exists() for n in range(2)):
        assert os.waitpid(parent, os.WNOHANG) == (0, 0)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    assert os.read(reading, 1) == b""
    os.close(reading)


@pytest.mark.parametrize(("terminal", "told"), [(True, True), (False, False)])
def test_progress_is_told_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, terminal: bool, told: bool) -> None:
    monkeypatch.setattr(shares, "QUIET_S", 0.0)
    shown = io.StringIO()
    console = PlainConsole(file=shown, force_terminal=terminal, width=80)
    list(Jobs(1, console)(lambda n: n, range(3), "failures"))
    assert ("failures: " in shown.getvalue()) is told


def test_what_is_quick_is_done_without_a_word() -> None:
    shown = io.StringIO()
    list(Jobs(1, PlainConsole(file=shown, force_terminal=True))(lambda n: n, range(3), "failures"))
    assert shown.getvalue() == ""
