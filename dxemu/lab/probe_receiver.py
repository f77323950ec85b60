"""What arrives of one direction of a probe, with the kernel's time stamps."""

from __future__ import annotations

import socket
import struct
from array import array

from dxemu.host.batch import SIZE, Batch
from dxemu.lab.forgetting import Forgetting
from dxemu.lab.probe_flow import SEQUENCE

_CMSG = struct.Struct("=qiiqq")  # cmsghdr, timespec


class PacketReceiver:
    """A socket whose packets are fetched in batches with their time stamps (SO_TIMESTAMPNS)."""

    def __init__(self, sock: socket.socket) -> None:
        self._batch = Batch(sock, SEQUENCE.size, _CMSG.size)
        self.received: array[int] = array("q")
        self.forgetting: Forgetting | None = None

    def drain(self, zero_realtime_ns: int) -> None:
        """Fetch all that has arrived. Times are kept in nanoseconds since `zero_realtime_ns`."""
        batch, gone = self._batch, 0 if self.forgetting is None else self.forgetting.gone
        count = SIZE
        while count == SIZE:
            count = batch.fetch()
            numbers = struct.unpack_from(f"={count}Q", batch.data)
            stamps = _CMSG.iter_unpack(batch.control.raw[: count * _CMSG.size])
            for number, (_, _, _, seconds, nanoseconds) in zip(numbers, stamps, strict=True):
                if number >= gone:
                    self.received.append(number - gone)
                    self.received.append(seconds * 10**9 + nanoseconds - zero_realtime_ns)
