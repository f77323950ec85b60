"""A probe that lives for days measures every loss as one that keeps all of its packets."""

from __future__ import annotations

from array import array
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from dxemu.events import growing_log
from dxemu.events.growing_log import BEFORE, GROWING, GrowingLog
from dxemu.events.probes import PacketsLogged
from dxemu.events.timeline import ProbeLog
from dxemu.lab import forgetting
from dxemu.lab.forgetting import Forgetting
from dxemu.measure.outages import Reception, reception
from dxemu.probes.latency import latency_of
from dxemu.report.html.bins import binned

KEPT = 64
PACKETS = 3000
INTERVAL_NS = 2_000_000
AWAY = ((40, 47), (200, 700), (1500, 1501), (2990, 3000))
"""Which packets are lost: a few, more than are kept, one, and those at the end."""


def arrivals(flows: int) -> list[tuple[int, int]]:
    """When which packet arrives: some twice, some after their followers; one flow of several is lost alone."""
    draw, came = Random(7), []
    for number in range(PACKETS):
        lost = any(first <= number < end for first, end in AWAY)
        alone = flows > 1 and 900 <= number < 1200 and number % flows == 1
        if not lost and not alone:
            at = number * INTERVAL_NS + 1_000_000 + draw.choice((0, 0, 0, 7_000_000))
            came.append((at, number))
            if draw.random() < 0.01:
                came.append((at, number))
    return [(number, at) for at, number in sorted(came)]


def logs(folder: Path, flows: int) -> tuple[ProbeLog, ProbeLog, GrowingLog]:
    """All of it; and what is left where it was forgotten while it came; and the file that grew."""
    whole = ProbeLog(array("q"), array("q"))
    sent, received = array("q"), array("q")
    log = GrowingLog(str(folder), "app.to_aws.probe", {"probe": "app"})
    forgets = Forgetting(sent, received, flows, log)
    coming = iter([*arrivals(flows), (PACKETS, PACKETS * INTERVAL_NS * 9)])
    number, at = next(coming)
    for one in range(PACKETS):
        now = one * INTERVAL_NS
        whole.sent.append(now)
        sent.append(now)
        while at <= now + INTERVAL_NS // 2 or (one == PACKETS - 1 and number < PACKETS):
            whole.received.extend((number, at))
            if number >= forgets.gone:
                received.extend((number - forgets.gone, at))
            number, at = next(coming)
        if one % 10 == 0:
            log.add(sent, received)
        forgets.tick()
    forgets.settle()
    log.add(sent, received)
    return whole, ProbeLog(sent, received, forgets.older), log


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "KEPT", KEPT)
    monkeypatch.setattr(forgetting, "SLICE", 16)
    monkeypatch.setattr(growing_log, "MOST_PACKETS", 500)


def exact(found: Reception) -> Reception:
    """What is exact of it."""
    return replace(found, delays_s=())


@pytest.mark.parametrize("flows", [1, 4])
def test_it_measures_what_one_does_that_keeps_everything(tmp_path: Path, flows: int) -> None:
    whole, kept, _ = logs(tmp_path, flows)
    assert len(kept.sent) < 4 * KEPT
    assert (kept.sent_in_all, kept.received_in_all) == (PACKETS, len(whole.received) // 2)
    expected = reception(whole, flows)
    assert exact(reception(kept, flows)) == exact(expected)
    assert len(expected.bursts) >= 4
    assert reception(kept, flows).delays_s == pytest.approx(expected.delays_s, rel=0.005)


def test_it_is_read_from_files_as_it_was(tmp_path: Path) -> None:
    _, kept, log = logs(tmp_path, 1)
    kept.write(tmp_path / "app.to_aws.probe")
    assert ProbeLog.read(tmp_path / "app.to_aws.probe") == kept
    growing = tmp_path / f"app.to_aws.probe{GROWING}"
    assert (tmp_path / f"{growing.name}{BEFORE}").is_file(), "there were more than one file holds"
    assert growing.stat().st_size < 40_000
    about, grown = growing_log.read(growing)
    assert about == {"probe": "app"}
    assert exact(reception(grown)) == exact(reception(kept))
    log.over()
    assert [file.name for file in tmp_path.iterdir() if GROWING in file.name] == []


def test_delays_and_the_picture_have_all_of_it(tmp_path: Path) -> None:
    whole, kept, _ = logs(tmp_path, 1)
    logged = PacketsLogged(
        probe="app", direction="to_aws", interval_s=0.002, sent=0, received=0, lateness_max_s=0.0, file=""
    )
    some, every = latency_of(logged, kept), latency_of(logged, whole)
    assert (some.sent, some.arrived, some.slowest_s) == (every.sent, every.arrived, every.slowest_s)
    assert (some.p50_s, some.most_s) == (pytest.approx(every.p50_s, rel=0.005), every.most_s)
    drawn = binned(kept, (), most=20)
    assert len(drawn.bins) <= 20
    assert sum(one.sent for one in drawn.bins) == PACKETS
    assert sum(one.lost for one in drawn.bins) == reception(whole).lost
    assert drawn.bins[0].start_s == 0.0


def test_few_bins_and_periods_however_many_packets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("dxemu.events.older_packets.MOST_BINS", 8)
    monkeypatch.setattr("dxemu.events.older_packets.PACKETS_A_BIN", 4)
    monkeypatch.setattr("dxemu.events.older_packets.MOST_PERIODS", 2)
    whole, kept, _ = logs(tmp_path, 1)
    assert kept.older is not None
    assert len(kept.older.bins) <= 8
    found, every = reception(kept), reception(whole)
    assert (found.sent, found.lost) == (every.sent, every.lost)
    assert max(found.bursts, key=lambda burst: burst.packets) in every.bursts
