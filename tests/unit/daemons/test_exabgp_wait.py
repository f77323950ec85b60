"""When ExaBGP's loop looks again: a timer that became due while it was looking must not be forgotten."""

from __future__ import annotations

from weakref import WeakSet

import pytest

from dxemu.daemons import exabgp_child


class Timer:
    """Looks like ExaBGP's SendTimer."""

    keepalive = 30
    last_sent = 0.0


@pytest.mark.parametrize(
    ("due_s", "wait_s"),
    [(30.0, 30.0), (1e-7, 1e-7), (0.0, 0.001), (-2e-7, 0.001), (-5.0, 60.0)],
    ids=["later", "in a moment", "now", "just past", "of a session that is gone"],
)
def test_the_next_look(monkeypatch: pytest.MonkeyPatch, due_s: float, wait_s: float) -> None:
    timer = Timer()
    timer.last_sent = 1000.0 + due_s - timer.keepalive
    monkeypatch.setattr(exabgp_child, "wall_clock", lambda: 1000.0)
    monkeypatch.setattr(exabgp_child._SendTimer, "live", WeakSet([timer]))
    reactor = object.__new__(exabgp_child._Reactor)
    reactor._peers = {}
    assert reactor._until_due_s() == pytest.approx(wait_s, abs=1e-9)
