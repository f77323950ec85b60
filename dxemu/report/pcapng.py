"""Frames as pcapng: what tshark and Wireshark open. Times are the run's, in nanoseconds.

Blocks and options as in draft-ietf-opsawg-pcapng: section header, interface description, enhanced packet.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from dxemu.events.base import Event
from dxemu.events.frame_dump import DumpedFrame
from dxemu.events.steps import ActionDone, ChangeDone, FaultHealed, FaultInjected
from dxemu.report.terminal import safe

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_MAGIC, _ETHERNET = 0x1A2B3C4D, 1
_COMMENT, _APPLICATION, _NAME, _RESOLUTION = 1, 4, 2, 9
_UNKNOWN_LENGTH = -1
_NANOSECONDS = 9


def pcapng(frames: Sequence[DumpedFrame], ports: Sequence[str], events: Sequence[Event], snap: int) -> Iterator[bytes]:
    """The file, block by block. What was done to the lab is a comment of the file, and of the first frame after it."""
    done = [(event.happened_at_s, _words(event)) for event in events if isinstance(event, _DONE)]
    yield _block(_SECTION, struct.pack("<IHHq", _MAGIC, 1, 0, _UNKNOWN_LENGTH), _head(done))
    for port in ports:
        name, precise = _option(_NAME, port.encode()), _option(_RESOLUTION, bytes([_NANOSECONDS]))
        yield _block(_INTERFACE, struct.pack("<HHI", _ETHERNET, 0, snap), [name, precise])
    waiting = list(done)
    for frame in sorted(frames, key=lambda frame: frame.t_ns):
        comments = []
        while waiting and waiting[0][0] * 1e9 <= frame.t_ns:
            comments.append(_option(_COMMENT, safe(waiting.pop(0)[1], keep="").encode()))
        at = max(frame.t_ns, 0)
        head = struct.pack("<IIIII", frame.port, at >> 32, at & 0xFFFFFFFF, len(frame.data), frame.length)
        yield _block(_PACKET, head + _padded(frame.data), comments)


_DONE = (FaultInjected, FaultHealed, ActionDone, ChangeDone)


def _words(event: FaultInjected | FaultHealed | ActionDone | ChangeDone) -> str:
    what = {FaultInjected: "begins", FaultHealed: "is healed", ActionDone: "is done", ChangeDone: "is made"}[
        type(event)
    ]
    target = "" if isinstance(event, ChangeDone) else f" on {event.target}"
    return f"{event.step}{target} {what} at {event.happened_at_s:.6f} s"


def _head(done: Sequence[tuple[float, str]]) -> list[bytes]:
    comments = [_option(_COMMENT, safe(words, keep="").encode()) for _, words in done]
    return [*comments, _option(_APPLICATION, b"dxemu")]


def _block(kind: int, body: bytes, options: Sequence[bytes]) -> bytes:
    rest = b"".join(options) + (struct.pack("<HH", 0, 0) if options else b"")
    length = 12 + len(body) + len(rest)
    return struct.pack("<II", kind, length) + body + rest + struct.pack("<I", length)


def _option(code: int, value: bytes) -> bytes:
    value = value[:0xFFFF]
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(value: bytes) -> bytes:
    return value + bytes(-len(value) % 4)
