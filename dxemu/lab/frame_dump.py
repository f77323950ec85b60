"""All frames at some ports, written down whole while a run goes on, by a process of its own.

Both directions of a port: a packet socket sees what it sends, too. The kernel hands over TCP's large segments uncut.
"""

from __future__ import annotations

import signal
import socket
import struct
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from io import BufferedWriter
from pathlib import Path
from types import TracebackType
from typing import Self

from dxemu.errors import LabError
from dxemu.events.frame_dump import ENDING, NO_TAG, SNAP_BYTES, record
from dxemu.host.batch import SIZE, SO_RCVBUFFORCE, Batch
from dxemu.host.forked import Forked
from dxemu.host.timer import Timer
from dxemu.lab.lab import Lab

Port = tuple[str, str]
"""A node, and an interface of it."""
PERIOD_NS = 50_000_000
_BUFFER_BYTES = 128 << 20
_ETH_P_ALL = 0x0003
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_AUXDATA = 263, 6, 8
_SO_TIMESTAMPNS = 35
_CONTROL = struct.Struct("=QiiqqQiiIIIHHHH4x")  # cmsghdr and timespec, cmsghdr and tpacket_auxdata
_TAGGED = 0x10  # TP_STATUS_VLAN_VALID


class FrameDump:
    """A context manager: inside it the frames at `ports` go into files in `folder`, by what was asked for."""

    def __init__(self, lab: Lab, ports: Mapping[str, Sequence[Port]], end_s: float, folder: str) -> None:
        self._lab = lab
        self._ports = ports
        self._end_ns = lab.journal.clock.epoch_ns + round(end_s * 1e9)
        self._folder = folder
        self._dumping: list[tuple[str, Forked]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        epoch_ns = self._lab.journal.clock.epoch_ns
        with ExitStack() as stack:
            for name, ports in self._ports.items():
                taps = [stack.enter_context(self._tap(port)) for port in ports]
                file = Path(self._folder, f"{name}{ENDING}")
                work = partial(_dump, taps, file, epoch_ns, self._end_ns)
                self._dumping.append((name, stack.enter_context(Forked(f"writes down frames of {name}", work))))
            self._stack = stack.pop_all()
        return self

    async def finished(self) -> None:
        """Return when all is on the disk. Raises LabError if frames were missed."""
        for name, process in self._dumping:
            missed = await process.finished()
            if missed:
                raise LabError(f"--pcap {name} missed {missed} frames", "send less while it runs, or drop it")

    def _tap(self, port: Port) -> socket.socket:
        node, interface = port
        with self._lab.node(node).namespace.entered():
            tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _BUFFER_BYTES)
        tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        tap.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        tap.bind((interface, _ETH_P_ALL))
        return tap

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)


def _dump(taps: Sequence[socket.socket], file: Path, epoch_ns: int, end_ns: int) -> int:
    """In a process of its own, until `end_ns` of CLOCK_MONOTONIC. Blocks. Gives how many frames were missed."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    zero_ns = time.time_ns() - time.monotonic_ns() + epoch_ns
    batches = [Batch(tap, SNAP_BYTES, _CONTROL.size) for tap in taps]
    timer = Timer()
    timer.fire_at(time.monotonic_ns() + PERIOD_NS, PERIOD_NS)
    with file.open("wb") as out:
        while time.monotonic_ns() < end_ns:
            timer.wait()
            _drain(batches, out, zero_ns)
        _drain(batches, out, zero_ns)
    return sum(struct.unpack("=II", tap.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1] for tap in taps)


def _drain(batches: Sequence[Batch], out: BufferedWriter, zero_ns: int) -> None:
    for port, batch in enumerate(batches):
        count = SIZE
        while count == SIZE:
            count = batch.fetch()
            control = _CONTROL.iter_unpack(batch.control.raw[: count * _CONTROL.size])
            for number, values in enumerate(control):
                _, _, _, seconds, nanoseconds, _, _, _, status, length, kept, _, _, tag, _ = values
                start = number * SNAP_BYTES
                data = memoryview(batch.data)[start : start + min(kept, SNAP_BYTES)].tobytes()
                t_ns = seconds * 10**9 + nanoseconds - zero_ns
                out.write(record(t_ns, port, length, tag if status & _TAGGED else NO_TAG, data))
