"""What was to be so by a moment and was not is watched to the run's end: each kind of expectation says when it came.

A kind without a moment or a limit of time has nothing to wait for; it is named below, so that a new one is thought of.
"""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from small_plan import small_plan
from stories import BACKUP, META, PRIMARY, expect, fault, healed, path, probe_log, run, sessions_up

from dxemu.events.base import Event
from dxemu.events.run import CameLate
from dxemu.measure.probes import Measurements
from dxemu.parameters import Takes, parameters_of
from dxemu.probes.fetch import Fetch
from dxemu.probes.pmtu import PathMtu
from dxemu.probes.trace import Trace
from dxemu.story.expectations.base import Measured, Subject
from dxemu.story.expectations.fetched import FetchedExpected
from dxemu.story.expectations.hops import HopsExpected
from dxemu.story.expectations.menu import subjects
from dxemu.story.expectations.pmtu import PathMtuExpected
from dxemu.units import Seconds
from tests.unit.events.filled import filled

PREFIX = ip_network("172.31.0.0/16")
END = META.virtual_s
CAME, NEVER = "it came at 97.200 s", f"it never came, until the end at {END:.3f} s"


def route(t: float, interface: str | None) -> Event:
    via = None if interface is None else "169.254.0.6"
    about = {"node": "colo_router", "prefix": str(PREFIX), "via": via, "interface": interface}
    return filled({"event": "route", "t": t, **about})


def session_down(t: float) -> Event:
    about = {"node": "dx_1", "session": "primary", "state": "down", "reason": "hold_timer"}
    return filled({"event": "bgp", "t": t, **about})


BEFORE = [
    *sessions_up(-2.0),
    *path(0.0, PRIMARY),
    route(0.0, "primary.101"),
    fault(5.0),
    session_down(6.0),
    healed(7.0),
]
LATER = [*path(97.2, BACKUP), route(97.2, "backup.102"), *sessions_up(97.2, "primary")]
LATE: dict[str, list[dict[str, Any]]] = {
    "path": [{"via": "backup", "at": Seconds(20)}, {"via": "backup", "within": Seconds(20)}],
    "route": [
        {"prefix": PREFIX, "via": "backup", "at": Seconds(20)},
        {"prefix": PREFIX, "via": "backup", "within": Seconds(20)},
    ],
    "session": [{"is": "up", "at": Seconds(20)}, {"within": Seconds(20), "after": "heal"}],
}
ABOUT = {"path": "app", "route": "colo_router", "session": "primary"}
OF_PROBES = {"fetched", "hops", "pmtu"}
SAYS_WHEN_ANYWAY = {
    "outage",  # over at
    "order",  # a time for each event
    "answered",  # when each slow answer was asked for
    "stream",  # when each stall began
}
NO_MOMENT = {"capture", "detected", "latency", "loss", "lost", "refused", "symptom", "throughput"}


def test_every_kind_was_thought_of() -> None:
    assert LATE.keys() | OF_PROBES | SAYS_WHEN_ANYWAY | NO_MOMENT == subjects().keys()
    timed = {
        word
        for word, kind in subjects().items()
        if any(p.takes is Takes.MOMENT or p.key == "within" for p in parameters_of(kind))
    }
    assert timed <= LATE.keys() | OF_PROBES | SAYS_WHEN_ANYWAY


@pytest.mark.parametrize("subject", LATE)
@pytest.mark.parametrize(("later", "words"), [(LATER, CAME), ([], NEVER)])
def test_it_is_said_when_it_came(subject: str, later: list[Event], words: str, tmp_path: Path) -> None:
    logs = {direction: probe_log(END, 0.01, []) for direction in ("to_aws", "from_aws")}
    lines = [expect(subject, ABOUT[subject], **arguments) for arguments in LATE[subject]]
    events = sorted([*BEFORE, *later], key=lambda event: event.t)
    judged = run(tmp_path, events, logs, *lines).expectations
    assert len(judged) == len(lines) > 0
    for found in judged:
        assert (found.verdict, words in found.measured) == ("fail", True), found.measured


@pytest.mark.parametrize("subject", LATE)
@pytest.mark.parametrize(
    ("at_s", "words"),
    [
        (END + 2.5, f"it came at {END + 2.5:.3f} s, 2.50 s after the run's end"),
        (None, f"it never came, until 60.00 s after the end at {END:.3f} s"),
    ],
)
def test_it_is_said_when_it_came_after_the_end(subject: str, at_s: float | None, words: str, tmp_path: Path) -> None:
    """Also of what was to be so at the end itself, where it has a moment."""
    logs = {direction: probe_log(END, 0.01, []) for direction in ("to_aws", "from_aws")}
    each = [*LATE[subject], *({**arguments, "at": "end"} for arguments in LATE[subject] if "at" in arguments)]
    lines = [expect(subject, ABOUT[subject], **arguments) for arguments in each]
    awaited = {deadline.awaited.text for line in lines for deadline in line.expected.deadlines}
    assert awaited
    told = [CameLate(t=END, awaited=text, at_s=at_s, until_s=END + 60) for text in sorted(awaited)]
    judged = run(tmp_path, [*BEFORE, *told], logs, *lines).expectations
    assert len(judged) == len(lines)
    for found in judged:
        assert (found.verdict, words in found.measured) == ("fail", True), found.measured


def test_an_outage_says_when_it_was_over(tmp_path: Path) -> None:
    logs = {"to_aws": probe_log(END, 0.01, [(5, 97.2)]), "from_aws": probe_log(END, 0.01, [(5, 121)])}
    lines = [expect("outage", "app", at_most=Seconds(1), direction=way) for way in logs]
    one, other = run(tmp_path, BEFORE, logs, *lines).expectations
    assert "; to AWS over at 97.200 s" in one.measured
    assert "still out at the end" in other.measured
    assert "; from AWS not over by the end" in other.measured


def fetch(first_s: float, *, answered: bool) -> Fetch:
    return Fetch(
        probe="it",
        service="web",
        first_s=first_s,
        last_s=first_s + 1,
        count=2,
        answered=answered,
        status=200 if answered else None,
        bytes=24 if answered else 0,
        seen_as="203.0.113.1" if answered else "",
        problem="" if answered else "no answer within 2 s",
        longest_ms=4.0,
    )


def trace(first_s: float, *, complete: bool) -> Trace:
    about = {"first_s": first_s, "last_s": first_s + 1, "interval_ms": 1000.0, "lateness_max_ms": 0.0}
    return Trace(probe="it", count=2, hops=("colo_router", "web"), complete=complete, **about)  # type: ignore[arg-type]


def mtu(t_s: float, size: int) -> PathMtu:
    return PathMtu(probe="it", direction="to_aws", t_s=t_s, mtu=size, told=None, told_by="")


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        (FetchedExpected(name="it", at=Seconds(20)), [fetch(5, answered=False), fetch(97.2, answered=True)]),
        (HopsExpected(name="it", at_most=6, at=Seconds(20)), [trace(5, complete=False), trace(97.2, complete=True)]),
        (PathMtuExpected(name="it", is_=1500, at=Seconds(20)), [mtu(5, 0), mtu(97.2, 1500)]),
    ],
)
def test_what_a_probe_finds_later_is_said(expected: Subject, found: list[Any]) -> None:
    for seen, words in ((found, CAME), (found[:1], NEVER)):
        passed, told = expected.judge(measured(*seen))
        assert (passed, words in told) == (False, True), told


def measured(*found: Any) -> Measured:
    nothing: dict[str, Any] = dict.fromkeys(("events", "faults", "outages", "probes", "stages", "predicted"), ())
    return Measured(plan=small_plan(), end_s=END, found=Measurements({"found": found}), **nothing)
