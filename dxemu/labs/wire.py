"""What a client and a supervisor say to each other: JSON, one object a line.

A client asks one thing a connection:   {"version": 2, "do": "exec", "node": "app", "streamed": true, ...}
It may say more, if `reads` was asked:  {"data": "Yg0K"} in base64, {"signal": 2}, {"end": true}
It hears any number of these:           {"told": {"data": "Yg0K", "stream": 1}}
and one of these at the end:            {"done": {...}} or {"failed": {"text": ..., "exit_status": 2}}
A client that goes before the end has what takes time ended: the clock goes no further, a program is killed.

Whoever speaks another version is refused, with both versions. Version 1 had no `streamed`: a program's output came at
its end.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from dxemu.errors import DxemuError

VERSION = 2
INPUT_IS_WRONG = 2
"""The exit status."""
LONGEST_LINE = 1 << 24
"""Bytes of what a client says at once."""
TOO_LONG = f"it is longer than {LONGEST_LINE >> 20} MiB, the longest that a lab's supervisor takes"


class AskedInVain(DxemuError):
    """What a supervisor says went wrong, with its exit status. `rendered`: as `dxemu check` shows it."""

    def __init__(self, text: str, exit_status: int, *, rendered: bool = False) -> None:
        self.exit_status = exit_status
        self.rendered = rendered
        super().__init__(text)


def failed(said: Mapping[str, Any]) -> AskedInVain:  # Any: as above
    """What stands under `failed`."""
    return AskedInVain(str(said["text"]), int(said["exit_status"]), rendered=bool(said.get("rendered")))


def line(values: Mapping[str, object]) -> bytes:
    """One object as it is sent."""
    return json.dumps(values, default=str).encode() + b"\n"


def asked(sock: socket.socket, do: str, values: Mapping[str, object]) -> Iterator[Mapping[str, Any]]:
    """Ask one thing; gives what is told, and at last what is `done`. Any: as the request has it.

    Raises AskedInVain, also for what is longer than `LONGEST_LINE`, and ConnectionError if the supervisor has gone.
    """
    request = line({**values, "version": VERSION, "do": do})
    if len(request) > LONGEST_LINE:
        raise AskedInVain(f"'{do}' cannot be asked: {TOO_LONG}", INPUT_IS_WRONG)
    sock.sendall(request)
    with sock.makefile("rb") as answers:
        for text in answers:
            answer = json.loads(text)
            if "failed" in answer:
                raise failed(answer["failed"])
            yield answer
            if "done" in answer:
                return
    raise ConnectionError("the supervisor has gone")
