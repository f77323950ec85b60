"""What `--pcap` leaves, beside what the probes measured."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dxemu.events.frame_dump import DumpedFrame
from dxemu.host import versions, where
from dxemu.run import frame_files
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from tests.lab.guest import REPOSITORY

pytestmark = [pytest.mark.lab, pytest.mark.slow]
UDP, IP_PROTOCOL, DESTINATION = 17, 23, slice(30, 34)


def test_the_gap_in_the_capture_is_the_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, list[DumpedFrame]] = {}
    read = frame_files.frames
    monkeypatch.setattr(frame_files, "frames", lambda file: seen.setdefault(file.stem, list(read(file))))
    prepared = prepare(REPOSITORY / "scenarios" / "cut_primary_silently.yaml", None, versions.installed())
    place = where.embedded("virtual")
    result = asyncio.run(rehearse(prepared, place, tmp_path, 1, lambda _: None, pcap=("web",)))
    assert (tmp_path / "web.pcapng").is_file()
    (outage,) = (o for o in result.outages if o.direction == "to_aws")
    web = bytes([172, 31, 1, 10])
    arrived = [f.t_ns / 1e6 for f in seen["web"] if f.data[IP_PROTOCOL] == UDP and f.data[DESTINATION] == web]
    gap = max(later - earlier for earlier, later in zip(sorted(arrived), sorted(arrived)[1:], strict=False))
    assert outage.duration_ms is not None
    assert abs(gap - outage.duration_ms) <= outage.uncertainty_ms + 1.0
