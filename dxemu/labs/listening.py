"""What a supervisor reads of a client beside its request."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping


async def pass_over(reader: asyncio.StreamReader) -> None:
    """Drop the rest of a line that is too long: who is not read to the end does not hear the answer."""
    while True:
        with contextlib.suppress(ValueError):
            await reader.readline()
            return


async def listen(reader: asyncio.StreamReader, lines: asyncio.Queue[Mapping[str, object]], gone: asyncio.Event) -> None:
    """Take in what the client says after its request, and say so when it has gone."""
    with contextlib.suppress(ConnectionError, ValueError):
        while text := await reader.readline():
            said = json.loads(text)
            if isinstance(said, dict):
                lines.put_nowait(said)
    gone.set()
