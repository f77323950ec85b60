"""What probes write down before they tell of it."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from dxemu.events.known_so_far import KNOWN, KnownSoFar, read, untold
from dxemu.events.probes import FramesCaptured, StreamStalled


def captured(label: str, to_aws: int) -> FramesCaptured:
    return FramesCaptured(probe="frames", cable="primary", label=label, to_aws=to_aws, from_aws=0)


def stall(number: int, start_s: float) -> StreamStalled:
    return StreamStalled(probe="chat", number=number, start_s=start_s, end_s=None)


def test_what_is_known_last_is_read(tmp_path: Path) -> None:
    known = KnownSoFar(str(tmp_path), "frames.capture")
    known.write(1.0, [captured("BGP", 3)])
    known.write(2.0, [captured("BFD", 40), captured("BGP", 7)])
    (file,) = tmp_path.iterdir()
    assert file.name == f"frames.capture{KNOWN}"
    assert [(e.t, e.label, e.to_aws) for e in read(file) if isinstance(e, FramesCaptured)] == [
        (2.0, "BFD", 40),
        (2.0, "BGP", 7),
    ]
    known.over()
    known.over()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [0, 10])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, room: int) -> None:
    known = KnownSoFar(str(tmp_path), "frames.capture")
    known.write(1.0, [captured("BGP", 3)])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        known.write(2.0, [captured("BGP", 7)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    (found,) = read(tmp_path / f"frames.capture{KNOWN}")
    assert found.t == 1.0


def test_what_was_told_since_is_told_once() -> None:
    known = [captured("BGP", 3), captured("BFD", 4), stall(1, 5.0), stall(2, 5.0)]
    told = [captured("BGP", 9), stall(1, 2.0), stall(2, 5.0)]
    assert untold(known, told) == [known[1], known[2]]
