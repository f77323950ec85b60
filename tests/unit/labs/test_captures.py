"""Packets of a capture are counted however its stream is cut; a terminal gets none; no file is written twice."""

from __future__ import annotations

import os
import pty
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from dxemu.cli.capture import _new_file
from dxemu.labs.pcap import HEAD, PacketCount

PACKETS = (60, 0, 1514, 90)


@pytest.mark.parametrize("size", [1, 7, 16, 40, 100_000])
def test_packets_are_counted(size: int) -> None:
    stream = bytes(HEAD) + b"".join(struct.pack("=IIII", 0, 0, each, 2000) + bytes(each) for each in PACKETS)
    parts = [stream[at : at + size] for at in range(0, len(stream), size)]
    count = PacketCount()
    assert b"".join(count.counted(parts)) == stream
    assert count.packets == len(PACKETS)


def test_a_capture_has_a_file_of_its_own(tmp_path: Path) -> None:
    assert _new_file(tmp_path, "primary") == tmp_path / "primary.pcap"
    (tmp_path / "primary.pcap").touch()
    assert _new_file(tmp_path, "primary") == tmp_path / "primary.2.pcap"


def test_a_terminal_gets_no_packets(tmp_path: Path) -> None:
    (tmp_path / "dxemu" / "labs" / "mine").mkdir(parents=True)
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "dxemu", "capture", "--out", "-", "primary"]
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, env=env, timeout=60, check=False)
    os.close(screen)
    os.close(terminal)
    assert (done.returncode, b"Pipe them into `tshark -r -`" in done.stderr) == (2, True)
