"""The timeline of a lab that lives for days is bounded."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dxemu.events import timeline
from dxemu.events.base import Event
from dxemu.events.run import Tick
from dxemu.run.timeline_file import TimelineFile
from tests.unit.events.filled import filled

MOST_BYTES = 1000


def cut(t: float, name: str) -> Event:
    return filled({"t": t, "event": "fault_injected", "fault": name})


def test_it_keeps_the_last_of_what_happened(tmp_path: Path) -> None:
    async def write() -> None:
        with TimelineFile(tmp_path / "timeline.jsonl", MOST_BYTES) as file:
            file.write(cut(0.0, "first"))
            for number in range(200):
                file.write(Tick(t=float(number)))
                file._flush()
                if number == 150:
                    file.write(cut(150.5, "second"))

    asyncio.run(write())
    parts = timeline.parts(tmp_path / "timeline.jsonl")
    assert [part.name for part in parts] == ["timeline.0.jsonl", "timeline.1.jsonl", "timeline.jsonl"]
    done, *later = ([event.t for event in timeline.read(part)] for part in parts)
    assert done == [0.0, 150.5], "what was done stays, however long ago"
    ticks = [t for part in later for t in part]
    assert ticks == [float(n) for n in range(200 - len(ticks), 200)]
    assert all(path.stat().st_size <= MOST_BYTES for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 3
