"""Frames that a lab wrote down, as pcapng."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_plan import small_plan
from stories import fault, healed

from dxemu.events.frame_dump import NO_TAG, SNAP_BYTES, DumpedFrame, frames, record
from dxemu.report.pcapng import pcapng
from dxemu.run.frame_files import NoSuchPort, make_pcapng, ports_of

FRAME = bytes(range(60))


def blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of every block; both lengths of each agree."""
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("<II", data, at)
        assert struct.unpack_from("<I", data, at + length - 4) == (length,)
        assert length % 4 == 0
        yield kind, data[at + 8 : at + length - 4]
        at += length


def options(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at + 4 <= len(data):
        code, length = struct.unpack_from("<HH", data, at)
        if code == 0:
            break
        found.append((code, data[at + 4 : at + 4 + length]))
        at += 4 + -(-length // 4) * 4
    return found


def test_frames_come_back_with_their_tags(tmp_path: Path) -> None:
    file = tmp_path / "x.frames"
    whole = record(5_000, 0, 60, NO_TAG, FRAME) + record(6_000, 1, 60, 101, FRAME)
    file.write_bytes(whole + record(7_000, 0, 60, NO_TAG, FRAME)[:-1])
    plain, tagged = frames(file)
    assert plain == DumpedFrame(5_000, 0, 60, FRAME)
    assert (tagged.t_ns, tagged.port, tagged.length) == (6_000, 1, 64)
    assert tagged.data == FRAME[:12] + b"\x81\x00\x00\x65" + FRAME[12:]


def test_pcapng_has_the_frames_in_order_and_what_was_done() -> None:
    events = [fault(1.0), healed(3.0)]
    given = [DumpedFrame(2_500_000_000, 1, 70, FRAME[:59]), DumpedFrame(500, 0, 60, FRAME)]
    found = list(blocks(b"".join(pcapng(given, ["a x", "b y"], events, SNAP_BYTES))))
    assert [kind for kind, _ in found] == [0x0A0D0D0A, 1, 1, 6, 6]
    said = [value.decode() for code, value in options(found[0][1][16:]) if code == 1]
    assert said[0] == "cable_silent on primary begins at 1.000000 s"
    assert len(said) == 2
    assert dict(options(found[1][1][8:])) == {2: b"a x", 9: b"\x09"}
    first, second = found[3][1], found[4][1]
    assert struct.unpack_from("<IIIII", first) == (0, 0, 500, 60, 60)
    port, high, low, kept, length = struct.unpack_from("<IIIII", second)
    assert (port, high << 32 | low, kept, length) == (1, 2_500_000_000, 59, 70)
    assert b"begins at 1.000000 s" in dict(options(second[20 + 60 :]))[1]


def test_pcapng_takes_the_place_of_what_was_written_down(tmp_path: Path) -> None:
    (tmp_path / "primary.frames").write_bytes(record(5_000, 0, 60, NO_TAG, FRAME))
    ports = ports_of(small_plan(bfd=None), ["primary"])
    (made,) = make_pcapng(tmp_path, ports, [])
    assert [file.name for file in tmp_path.iterdir()] == ["primary.pcapng"]
    assert [kind for kind, _ in blocks(made.read_bytes())] == [0x0A0D0D0A, 1, 1, 6]


def test_which_ports_are_meant() -> None:
    plan = small_plan(bfd=None)
    assert {node for node, _ in ports_of(plan, ["primary"])["primary"]} == {"colo_router", "dx_1"}
    assert {node for node, _ in ports_of(plan, ["colo_router"])["colo_router"]} == {"colo_router"}
    with pytest.raises(NoSuchPort, match=r"no cable, connection or node of .* is called so\n  Did you mean 'primary'"):
        ports_of(plan, ["primry"])
