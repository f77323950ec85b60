"""The frames on a cable, counted by protocol: what a tap at the customer's end of it would see.

A packet socket is read by a process of its own, a few times a second: no frame wakes anybody. The kernel hands over
TCP's large segments uncut; they are counted as the frames that they stand for.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

from dxemu.errors import LabError
from dxemu.events.frames import LONGEST_HEADERS, labels_of
from dxemu.events.known_so_far import KnownSoFar
from dxemu.events.probes import FramesCaptured
from dxemu.events.timeline import DIRECTIONS
from dxemu.host.batch import SIZE, SO_RCVBUFFORCE, Batch
from dxemu.host.forked import Forked
from dxemu.host.timer import Timer
from dxemu.lab.probes.base import KEPT_S, Runner, cable_of
from dxemu.netlink.namespace import Namespace
from dxemu.probes.capture import CaptureProbe

PERIOD_NS = 50_000_000
_KEPT_PERIODS = round(KEPT_S * 1e9 / PERIOD_NS)
BUFFER_BYTES = 128 << 20
"""A period's frames at 10 Gbit/s. Memory is taken only for frames that wait."""
_ETH_P_ALL = 0x0003
_SOL_PACKET = 263
_PACKET_STATISTICS, _PACKET_AUXDATA, _PACKET_VNET_HDR = 6, 8, 15
_OUTGOING = 4
_SO_ATTACH_FILTER = 26
_VNET = struct.Struct("=BBHHHH")  # virtio_net_hdr: flags, gso_type, hdr_len, gso_size, ...
_AUXDATA = struct.Struct("=QiiIIIHHHH4x")  # cmsghdr, tpacket_auxdata
_TAGGED = 0x10  # TP_STATUS_VLAN_VALID
_VLAN_MASK = 0x0FFF
_MISSED = ""
_INSTRUCTION = struct.Struct("=HBBI")
_PACKET_TYPE = 0xFFFFF000 + 4  # SKF_AD_OFF + SKF_AD_PKTTYPE
Counts = Mapping[str, Mapping[str, int]]
"""Frames by direction and label."""


class CaptureRunner(Runner[CaptureProbe]):
    """Tells a `captured` event for each word that frames were counted under."""

    async def start(self, stack: AsyncExitStack) -> None:
        """From now to the run's end."""
        end_ns = self.run.epoch_ns + round(self.run.end_s * 1e9)
        self._counting: list[tuple[CaptureProbe, Forked, KnownSoFar]] = []
        for probe in self.probes:
            near = cable_of(self.run.lab.plan, probe.cable).a
            taps = [stack.enter_context(tap) for tap in _taps(self.run.lab.node(near.node).namespace, near.name)]
            name = f"{probe.name}.{probe.kind}"
            known = KnownSoFar(self.run.folder, name)
            process = Forked("captures frames", partial(_count, taps, end_ns, partial(self._keep, known, probe)))
            self._counting.append((probe, stack.enter_context(process), known))

    def _keep(self, known: KnownSoFar, probe: CaptureProbe, counted: Counts) -> None:
        """In the process that counts."""
        known.write(self.run.lab.journal.clock.now(), _captured(probe, counted))

    async def finished(self) -> None:
        """Tell the counts, once the run is over."""
        for probe, process, known in self._counting:
            counted: Counts = await process.finished()
            _nothing_missed(probe, counted)
            for event in _captured(probe, counted):
                self.run.lab.journal.tell(event)
            known.over()


def _captured(probe: CaptureProbe, counted: Counts) -> Iterator[FramesCaptured]:
    for label in sorted({label for counts in counted.values() for label in counts} - {_MISSED}):
        to_aws, from_aws = (counted[direction].get(label, 0) for direction in DIRECTIONS)
        yield FramesCaptured(probe=probe.name, cable=probe.cable, label=label, to_aws=to_aws, from_aws=from_aws)


def _nothing_missed(probe: CaptureProbe, counted: Counts) -> None:
    missed = sum(counts.get(_MISSED, 0) for counts in counted.values())
    if missed:
        raise LabError(
            f"the capture '{probe.name}' missed {missed} frames on {probe.cable}", "send less while it runs, or drop it"
        )


def _taps(namespace: Namespace, interface: str) -> tuple[socket.socket, socket.socket]:
    """A packet socket for what the interface sends (to AWS, at the customer's end), and one for what it receives."""
    found = []
    for outgoing in (True, False):
        with namespace.entered():
            tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        tap.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)
        tap.setsockopt(_SOL_PACKET, _PACKET_VNET_HDR, 1)
        _attach_filter(tap, outgoing=outgoing)
        tap.bind((interface, _ETH_P_ALL))
        found.append(tap)
    return found[0], found[1]


def _attach_filter(tap: socket.socket, *, outgoing: bool) -> None:
    """Only one direction, and only as much of a frame as is looked at (bpf(4), SO_ATTACH_FILTER)."""
    take, leave = (LONGEST_HEADERS, 0) if outgoing else (0, LONGEST_HEADERS)
    program = (
        (0x30, 0, 0, _PACKET_TYPE),  # load the packet's type
        (0x15, 0, 1, _OUTGOING),  # if it is not outgoing, skip one
        (0x06, 0, 0, take),
        (0x06, 0, 0, leave),
    )
    code = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*one) for one in program))
    tap.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("=H6xQ", len(program), ctypes.addressof(code)))


def _count(taps: Sequence[socket.socket], end_ns: int, keep: Callable[[Counts], None]) -> Counts:
    """In a process of its own, until `end_ns` of CLOCK_MONOTONIC. Blocks.

    What is counted until then is kept again and again.
    """
    counters = [_Counter(tap) for tap in taps]
    timer = Timer()
    timer.fire_at(time.monotonic_ns() + PERIOD_NS, PERIOD_NS)
    periods = 0
    while time.monotonic_ns() < end_ns:
        timer.wait()
        for counter in counters:
            counter.drain()
        periods += 1
        if periods % _KEPT_PERIODS == 0:
            keep({direction: counter.counted for direction, counter in zip(DIRECTIONS, counters, strict=True)})
    return {direction: counter.finish() for direction, counter in zip(DIRECTIONS, counters, strict=True)}


class _Counter:
    """One tap, and what was counted there."""

    def __init__(self, tap: socket.socket) -> None:
        self._tap = tap
        self._batch = Batch(tap, _VNET.size + LONGEST_HEADERS, _AUXDATA.size)
        self.counted: Counter[str] = Counter()

    def drain(self) -> None:
        """Count all that waits."""
        batch, size = self._batch, self._batch.data_bytes
        count = SIZE
        while count == SIZE:
            count = batch.fetch()
            data = batch.data.raw[: count * size]
            for number, auxiliary in enumerate(_AUXDATA.iter_unpack(batch.control.raw[: count * _AUXDATA.size])):
                _, _, _, status, length, kept, _, _, tag, _ = auxiliary
                start = number * size
                _, _, header, segment, _, _ = _VNET.unpack_from(data, start)
                frame = data[start + _VNET.size : start + _VNET.size + kept]
                frames = -(-(length - header) // segment) if segment else 1
                for label in labels_of(frame, tag & _VLAN_MASK if status & _TAGGED else None):
                    self.counted[label] += frames

    def finish(self) -> Mapping[str, int]:
        """The counts; those that there was no room for are under `_MISSED`."""
        self.drain()
        _, missed = struct.unpack("=II", self._tap.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        return {**self.counted, **({_MISSED: missed} if missed else {})}
