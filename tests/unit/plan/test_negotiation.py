"""What AWS's end of a session does with the customer's timers."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.plan.make import make_plan
from dxemu.plan.model import BfdSession
from dxemu.topology.load import loads
from dxemu.units import Seconds

TEXT = (Path(__file__).parents[3] / "topologies" / "backup_connection.yaml").read_text(encoding="utf-8")


def primary(words: str):
    plan = make_plan(loads(TEXT.replace("auth_key: rehearse-1,", f"auth_key: rehearse-1, {words},", 1)))
    return next(session for session in plan.sessions if session.name == "primary")


@pytest.mark.parametrize(
    ("words", "hold_time", "keepalive"),
    [("hold_time: 180 s", 90, 30), ("hold_time: 30 s", 30, 10), ("hold_time: 90 s, keepalive: 10 s", 90, 10)],
)
def test_the_lower_hold_time_wins(words, hold_time, keepalive):
    session = primary(words)
    assert (session.hold_time, session.keepalive) == (hold_time, keepalive)


def test_aws_keeps_its_own_bfd_timers():
    text = TEXT.replace("bfd: 300 ms x 3", "bfd: 1 s x 5", 1)
    session = next(s for s in make_plan(loads(text)).sessions if s.name == "primary")
    assert session.ends[0].bfd == BfdSession(interval=Seconds(1), detect_mult=5)
    assert session.ends[1].bfd == BfdSession(interval=Seconds(0.3), detect_mult=3)
