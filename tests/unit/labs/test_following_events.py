"""Who follows a lab's events leaves nothing that waits, whichever way it ends."""

from __future__ import annotations

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dxemu.labs.request import Request
from dxemu.labs.requests import REQUESTS
from dxemu.run.event_stream import EventStream


def request_to(streams: Any, gone: asyncio.Event) -> Request:  # Any: the queues of a session
    lab = SimpleNamespace(session=SimpleNamespace(events=lambda: EventStream(streams)), happened=lambda: ())
    asked = SimpleNamespace(lab=lab, written={"follow": True}, gone=gone, tell=lambda _said: None)
    return cast("Request", asked)


@pytest.mark.parametrize("way", ["the client vanishes", "the order is cancelled"])
def test_nothing_waits_after_it_has_ended(way: str) -> None:
    async def followed() -> set[asyncio.Task[Any]]:
        gone = asyncio.Event()
        following = asyncio.ensure_future(REQUESTS["events"](request_to(set(), gone)))
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) > 2, "it waits for the next event, and for the client to go"
        if way == "the order is cancelled":
            following.cancel()
        else:
            gone.set()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        for _ in range(5):
            await asyncio.sleep(0)
        return asyncio.all_tasks() - {asyncio.current_task()}  # type: ignore[arg-type]

    assert asyncio.run(followed()) == set()
