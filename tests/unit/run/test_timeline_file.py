"""The timeline of a lab that lives for days is bounded."""

from __future__ import annotations

import asyncio
from pathlib import Path

from dxemu.events import timeline
from dxemu.events.run import Tick
from dxemu.run.timeline_file import TimelineFile

MOST_BYTES = 1000


def test_it_keeps_the_last_of_what_happened(tmp_path: Path) -> None:
    async def write() -> None:
        with TimelineFile(tmp_path / "timeline.jsonl", MOST_BYTES) as file:
            for number in range(200):
                file.write(Tick(t=float(number)))
                file._flush()

    asyncio.run(write())
    older, newer = (
        [event.t for event in timeline.read(tmp_path / name)] for name in ("timeline.1.jsonl", "timeline.jsonl")
    )
    assert [*older, *newer] == [float(n) for n in range(200 - len(older) - len(newer), 200)]
    assert all(path.stat().st_size <= MOST_BYTES for path in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 2
