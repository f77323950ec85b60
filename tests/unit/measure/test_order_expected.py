"""In which order things happened: a finished run is heard again, event by event."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from stories import bfd_story, expect

from dxemu.story.awaited.path import PathAwaited
from dxemu.story.awaited.route import RouteAwaited
from dxemu.story.awaited.session import SessionAwaited
from dxemu.story.awaited.tunnel import TunnelAwaited

DOWN = SessionAwaited(name="primary", is_="down")
MOVED = PathAwaited(name="app", via="backup")
NEVER = SessionAwaited(name="backup", is_="down")
ELSEWHERE = TunnelAwaited(name="vpn_tunnel_1", is_="up")

ROUTE = RouteAwaited(name="colo_router", prefix=ip_network("172.31.0.0/16"), via="backup")


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        ((DOWN, MOVED), "pass"),
        ((MOVED, DOWN), "fail"),
        ((DOWN, DOWN), "pass"),
        ((DOWN, NEVER), "fail"),
        ((NEVER, DOWN), "fail"),
        ((DOWN, MOVED, ELSEWHERE), "fail"),
        ((DOWN, ROUTE, MOVED), "pass"),
        ((ROUTE, DOWN), "fail"),
    ],
)
def test_of_a_run(tmp_path: Path, events: tuple[object, ...], verdict: str) -> None:
    (found,) = bfd_story(tmp_path, expect("order", "cable_silent", of=events)).expectations
    assert found.verdict == verdict, found.measured


def test_words_have_every_moment(tmp_path: Path) -> None:
    (found,) = bfd_story(tmp_path, expect("order", "cable_silent", of=(DOWN, MOVED, NEVER))).expectations
    assert found.measured.startswith("session primary is down at ")
    assert "path app via backup at " in found.measured
    assert found.measured.endswith("session backup is down never")


def test_a_fault_that_never_happened(tmp_path: Path) -> None:
    (found,) = bfd_story(tmp_path, expect("order", "node_down", of=(DOWN, MOVED))).expectations
    assert (found.verdict, found.measured) == ("fail", "the fault node_down never happened")
