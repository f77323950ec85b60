"""Frames as a lab writes them down, whole and with their times; on the host they become a pcapng file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENDING = ".frames"
_RECORD = struct.Struct("<qIIHH")
NO_TAG = 0xFFFF
SNAP_BYTES = 9216
"""Of a frame so much is kept: a jumbo frame, but not all of a large segment."""


@dataclass(frozen=True, slots=True)
class DumpedFrame:
    """One frame at the port of this number, `t_ns` after the run's start; of `length` bytes `data` was kept."""

    t_ns: int
    port: int
    length: int
    data: bytes


def record(t_ns: int, port: int, length: int, tag: int, data: bytes) -> bytes:
    """One frame as the file has it. `tag` is what the kernel has taken out of it, `NO_TAG` if nothing."""
    return _RECORD.pack(t_ns, length, len(data), port, tag) + data


def frames(file: Path) -> Iterator[DumpedFrame]:
    """The frames of a file, as they were fetched, each with its tag. One that is half there ends it."""
    data = file.read_bytes()
    at = 0
    while at + _RECORD.size <= len(data):
        t_ns, length, kept, port, tag = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if at + kept > len(data):
            return
        frame = data[at : at + kept]
        at += kept
        if tag != NO_TAG:
            frame = frame[:12] + struct.pack("!HH", 0x8100, tag) + frame[12:]
            length += 4
        yield DumpedFrame(t_ns, port, length, frame)
