"""The stall limit: what a machine that starts a lab slowly is allowed, and what is said when it is over."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from dxemu.errors import FileError, LabError, Unsupported
from dxemu.host import patience
from dxemu.host.death import cause
from dxemu.host.patience import Patience


def after_boot(took_s: float, monkeypatch: pytest.MonkeyPatch, limit_s: float | None = None) -> Patience:
    clock = iter((100.0, 100.0 + took_s))
    monkeypatch.setattr(patience.time, "monotonic", lambda: next(clock))
    found = Patience(limit_s)
    found.hear({"t": 0, "event": "booted"})
    return found


@pytest.mark.parametrize(("took_s", "limit_s"), [(0.2, 60), (1.0, 60), (3.0, 180), (40.0, 2400), (1e6, 3600)])
def test_the_limit_grows_with_the_time_to_boot(took_s: float, limit_s: float, monkeypatch: pytest.MonkeyPatch) -> None:
    assert after_boot(took_s, monkeypatch).limit_s == pytest.approx(limit_s)


def test_a_limit_that_is_given_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found = after_boot(40.0, monkeypatch, limit_s=5.0)
    assert found.lost() == "the lab said nothing for 5 s of wall time and was ended; it had just started"


def test_the_error_says_how_slow_the_machine_is_and_what_went_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Patience(None).limit_s == 300.0
    found = after_boot(3.0, monkeypatch)
    found.hear({"t": 0, "event": "building", "phase": "cables", "done": 40, "of": 90})
    assert found.lost() == (
        "the lab said nothing for 180 s of wall time and was ended (60 s where it starts in 1 s; here it took 3.0 s); "
        "it was being built: cables 40 of 90"
    )
    found.hear({"t": 5.0, "event": "tick"})
    assert found.lost().endswith("; its last word was 'tick' at 5.0 s")


def test_why_a_lab_died_is_asked_of_the_machine(tmp_path: Path) -> None:
    assert cause(tmp_path, tmp_path, 0, "some words") is None
    assert isinstance(cause(tmp_path / "gone", None, 0, ""), FileError)
    for status, console, says in (
        (-7, "", f"{tmp_path}, which holds the lab's memory, is full"),
        (1, "Kernel panic - not syncing: Kernel mode signal 7", "which holds the lab's memory, is full"),
        (0, "Out of memory: Killed process 12 (python3)", "more memory than it has"),
        (-9, "", "killed from outside"),
    ):
        found = cause(tmp_path, tmp_path, status, console)
        assert isinstance(found, LabError)
        assert says in found.problem
    refused = cause(tmp_path, None, 126, "setpriv: failed to execute /k/linux: Permission denied\n")
    assert isinstance(refused, Unsupported)
    assert refused.problem == "/k/linux cannot be executed: Permission denied"


def test_a_lab_that_waits_for_an_order_may_be_silent_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    found = after_boot(1.0, monkeypatch)
    found.hear({"answer": 0, "t": 0.0, "done": {}})
    assert math.isinf(found.limit_s)
    found.hear({"t": 11.8, "event": "bfd", "state": "up"})  # with the real clock: a fault heals by itself
    assert math.isinf(found.limit_s)
    found.asked(1)
    found.asked(2)
    assert found.limit_s == pytest.approx(60)
    found.hear({"answer": 2, "t": 12.0, "done": {}})
    assert found.limit_s == pytest.approx(60)
    found.hear({"answer": 1, "t": 12.0, "done": {}})
    assert math.isinf(found.limit_s)
