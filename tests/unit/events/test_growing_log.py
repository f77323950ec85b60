"""A probe's log grows while it goes on: whatever is cut off of it costs one part."""

from __future__ import annotations

import os
from array import array
from pathlib import Path

import pytest

from dxemu.events import growing_log
from dxemu.events.growing_log import GrowingLog

ABOUT = {"probe": "app", "direction": "to_aws", "interval_s": 0.01}
SENT, RECEIVED = [10, 20, 30, 40, 50], [0, 11, 1, 21, 3, 41]


def grown(folder: Path) -> tuple[GrowingLog, Path]:
    log = GrowingLog(str(folder), "app.to_aws.probe", ABOUT)
    log.add(SENT[:2], RECEIVED[:2])
    log.add(SENT, RECEIVED)
    return log, folder / "app.to_aws.probe.growing"


def test_all_parts_are_one_log(tmp_path: Path) -> None:
    log, file = grown(tmp_path)
    about, found = growing_log.read(file)
    assert (about, [*found.sent], [*found.received]) == (ABOUT, SENT, RECEIVED)
    log.over()
    assert not file.exists(), "the whole log is there"


def test_a_torn_part_is_left_out(tmp_path: Path) -> None:
    _, file = grown(tmp_path)
    data = file.read_bytes()
    for torn in range(1, 8 * (2 + 3 + 4)):
        file.write_bytes(data[:-torn])
        _, found = growing_log.read(file)
        assert ([*found.sent], [*found.received]) == (SENT[:2], RECEIVED[:2])
    file.write_bytes(data[:20])
    with pytest.raises(ValueError, match="no whole line"):
        growing_log.read(file)


def test_what_is_no_log_any_more_is_left_out(tmp_path: Path) -> None:
    _, file = grown(tmp_path)
    data = file.read_bytes()
    for lengths in ((-2, 0), (0, -2), (5, -5), (1 << 40, 0)):
        file.write_bytes(data + array("q", lengths).tobytes())
        _, found = growing_log.read(file)
        assert ([*found.sent], [*found.received]) == (SENT, RECEIVED)


def test_after_a_part_that_found_no_room_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, file = grown(tmp_path)
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda fd, data: write(fd, data[:12]))
        log.add([*SENT, 60], RECEIVED)
    log.add([*SENT, 60, 70], RECEIVED)
    _, found = growing_log.read(file)
    assert [*found.sent] == SENT
    log.over()
    assert not file.exists()
