"""What an order did stands in the lab's timeline when its answer is there: `explain --lab` reads it there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from dxemu.events.codec import encoded
from dxemu.events.folder import TIMELINE
from dxemu.run.order_codec import NUMBER
from dxemu.run.orders import EndLab
from dxemu.run.serve import ANSWER
from dxemu.run.session import Session
from dxemu.run.timeline_file import TimelineFile
from tests.unit.events.filled import filled


def test_what_an_order_did_is_in_the_file_when_it_is_answered(tmp_path: Path) -> None:
    event = filled({"t": 0.002, "event": "fault_healed", "fault": "cable_cut"})

    async def story() -> str:
        given: asyncio.Queue[int] = asyncio.Queue()

        async def told() -> AsyncGenerator[Mapping[str, object], None]:
            number = await given.get()
            yield encoded(event)
            yield {ANSWER: number, "t": 0.002}
            await asyncio.Event().wait()

        lab: Any = SimpleNamespace(pid=1, tell=lambda written: given.put_nowait(written[NUMBER]))
        with TimelineFile(tmp_path / TIMELINE) as file:
            here = Session(cast("Any", lab), tmp_path, lambda _event: None, clock="virtual")
            following = asyncio.create_task(here.follow(told(), file))
            await here.give(EndLab())
            written = (tmp_path / TIMELINE).read_text(encoding="utf-8")
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        return written

    assert "cable_cut" in asyncio.run(story())
