"""What the timeline is told, and what only the lab hears."""

from __future__ import annotations

import asyncio
import json
import os

from dxemu.events.base import Event
from dxemu.events.run import MadeWhole, RunEnded, Tick
from dxemu.host.channel import Channel
from dxemu.lab.journal import Journal


def test_what_happens_after_the_run_is_heard_and_is_no_part_of_the_timeline():
    async def run() -> tuple[list[dict[str, object]], list[Event]]:
        reader, writer = os.pipe()
        journal, heard = Journal(Channel(writer)), []
        journal.listen(heard.append)
        journal.start()
        journal.tell(RunEnded(wall_s=0.0))
        journal.over()
        await asyncio.sleep(0)
        journal.tell(Tick())
        await asyncio.sleep(0)
        journal.conclude(MadeWhole(healed=("cut",), left=()))
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as told:
            return [json.loads(line) for line in told], heard

    told, heard = asyncio.run(run())
    assert [one["event"] for one in told] == ["run_ended", "made_whole"]
    assert told[1]["healed"] == ["cut"]
    assert [type(event) for event in heard] == [RunEnded, Tick]
