"""Many packets from a socket with one system call: recvmmsg(2)."""

from __future__ import annotations

import ctypes
import socket
import struct

SIZE = 512
"""Packets that one call fetches at most."""
SO_RCVBUFFORCE = 33
_HEADER_BYTES = 64
_libc = ctypes.CDLL(None, use_errno=True)


class Batch:
    """Room for the packets of one call: `data_bytes` of each are kept, and `control_bytes` of what the kernel adds."""

    def __init__(self, sock: socket.socket, data_bytes: int, control_bytes: int) -> None:
        self.socket = sock
        self.data_bytes = data_bytes
        self.control_bytes = control_bytes
        self.data = ctypes.create_string_buffer(SIZE * data_bytes)
        self.control = ctypes.create_string_buffer(SIZE * control_bytes)
        self._headers = ctypes.create_string_buffer(SIZE * _HEADER_BYTES)
        self._vectors = ctypes.create_string_buffer(SIZE * 16)
        data, control, vectors = map(ctypes.addressof, (self.data, self.control, self._vectors))
        for i in range(SIZE):
            struct.pack_into("=QQ", self._vectors, i * 16, data + i * data_bytes, data_bytes)
            # struct mmsghdr: name, namelen, iov, iovlen, control, controllen, flags; then the length received
            values = (0, 0, vectors + i * 16, 1, control + i * control_bytes, control_bytes, 0, 0)
            struct.pack_into("=QQQQQQQQ", self._headers, i * _HEADER_BYTES, *values)
        self._pristine = self._headers.raw

    def fetch(self, flags: int = 0) -> int:
        """How many packets were there, `SIZE` at most. Never blocks. Flags are those of recvmmsg."""
        self._headers.raw = self._pristine
        count: int = _libc.recvmmsg(self.socket.fileno(), self._headers, SIZE, socket.MSG_DONTWAIT | flags, None)
        return max(count, 0)
