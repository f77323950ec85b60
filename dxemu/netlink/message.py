"""Messages as bytes, for what pyroute2 0.9.7 has no format: xfrm, MACsec, the LACP states of a bond's members."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any

HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence number, port."""

_ATTRIBUTE = struct.Struct("=HH")
_TYPE_MASK = 0x3FFF
_NESTED = 0x8000


class Raw(dict[str, Any]):  # Any: the header's numbers, as in pyroute2's messages
    """What `Netlink.request` wants of a message, around bytes. `payload` is everything behind the netlink header."""

    def __init__(self, received: bytes = b"", *, payload: bytes = b"") -> None:
        super().__init__(header={})
        self.payload = payload or received[HEADER.size :]
        self.data = received

    def encode(self) -> None:
        """Make `data` from the header and the payload."""
        header = self["header"]
        length = HEADER.size + len(self.payload)
        self.data = HEADER.pack(length, header["type"], header["flags"], header["sequence_number"], 0) + self.payload

    def decode(self) -> None:
        """Nothing is left to do."""


def attribute(kind: int, payload: bytes | Iterable[bytes]) -> bytes:
    """One attribute, padded to 4 bytes. Several payloads are nested attributes."""
    if not isinstance(payload, bytes):
        kind, payload = kind | _NESTED, b"".join(payload)
    length = _ATTRIBUTE.size + len(payload)
    return _ATTRIBUTE.pack(length, kind) + payload + b"\0" * (-length % 4)


def attributes(data: bytes) -> dict[int, bytes]:
    """The attributes in `data` by type; of several with one type, the last. What is cut short is left out."""
    found = {}
    offset = 0
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size:
            break
        found[kind & _TYPE_MASK] = data[offset + _ATTRIBUTE.size : offset + length]
        offset += (length + 3) & ~3
    return found


def bytes_of(message: Any, *path: str) -> bytes:  # Any: pyroute2 is untyped
    """The bytes of a nested attribute of one of pyroute2's messages. Empty if it is not there."""
    for name in path:
        slots = [slot for slot in message["attrs"] if slot.name == name]
        if not slots:
            return b""
        message = slots[0].nla
    return bytes(message.data[message.offset + _ATTRIBUTE.size : message.offset + message.length])
