"""Netlink messages. The only file that imports pyroute2, which knows their formats.

pyroute2's sockets are not used: an `AsyncIPRoute` takes 0.9 to 1.4 ms for each request inside the
embedded kernel, one `send` and one `recv` take 0.1 to 0.3 ms. Its formats lack 64-bit rates of netem, xfrm, MACsec
and the LACP states of a bond's members; those files build their attributes with `attribute`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Any

from pyroute2.netlink import nlmsg
from pyroute2.netlink.nfnetlink.nftsocket import nft_chain_msg, nft_rule_msg, nft_table_msg
from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg
from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg
from pyroute2.netlink.rtnl.ndmsg import ndmsg
from pyroute2.netlink.rtnl.rtmsg import rtmsg

Message = Any  # pyroute2's `nlmsg`: it has no types
Attributes = list[tuple[str, Any]]  # Any: text, a number, bytes, or a nested {"attrs": [...]}

LinkMessage = ifinfmsg
AddressMessage = ifaddrmsg
RouteMessage = rtmsg
NeighbourMessage = ndmsg
TableMessage = nft_table_msg
ChainMessage = nft_chain_msg
RuleMessage = nft_rule_msg

NLMSG_ERROR = 2
NLMSG_DONE = 3
NLM_F_REQUEST = 0x1
NLM_F_MULTI = 0x2
NLM_F_ACK = 0x4
NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_DUMP = 0x300
NLM_F_CREATE = 0x400
NLM_F_APPEND = 0x800
NLM_F_ACK_TLVS = 0x200
"""In an answer: attributes follow."""

HEADER = struct.Struct("=IHHII")
"""struct nlmsghdr: length, type, flags, sequence number, port."""

_ATTRIBUTE = struct.Struct("=HH")
_TYPE_MASK = 0x3FFF
_NESTED = 0x8000


def build(message: type[Message], fields: Mapping[str, int], attributes: Attributes) -> Message:
    """A message of pyroute2's class `message` with these header fields and attributes."""
    built = message()
    built.update(fields)
    built["attrs"] = attributes
    return built


def nested(attributes: Attributes) -> dict[str, Attributes]:
    """The value of an attribute that holds attributes."""
    return {"attrs": attributes}


def encode(message: Message | bytes, kind: int, flags: int, sequence: int) -> bytes:
    """What goes over the socket. A message of bytes is everything behind the netlink header."""
    if isinstance(message, bytes):
        return HEADER.pack(HEADER.size + len(message), kind, flags, sequence, 0) + message
    message["header"].update(type=kind, flags=flags, sequence_number=sequence)
    message.encode()
    return bytes(message.data)


def decode(message: type[Message] | None, data: bytes) -> Message:
    """One received message with its header: of pyroute2's class, or (None) the bytes behind the netlink header."""
    if message is None:
        return data[HEADER.size :]
    decoded: nlmsg = message(data)
    decoded.decode()
    return decoded


def attribute(kind: int, payload: bytes | Iterable[bytes]) -> bytes:
    """One attribute as bytes, padded to 4. Several payloads are nested attributes."""
    if not isinstance(payload, bytes):
        kind, payload = kind | _NESTED, b"".join(payload)
    length = _ATTRIBUTE.size + len(payload)
    return _ATTRIBUTE.pack(length, kind) + payload + b"\0" * (-length % 4)


def attributes(data: bytes) -> dict[int, bytes]:
    """The attributes in `data` by type; of several with one type, the last."""
    return dict(attribute_list(data))


def attribute_list(data: bytes) -> list[tuple[int, bytes]]:
    """The attributes in `data`, in order. What is cut short is left out."""
    found = []
    offset = 0
    while offset + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, offset)
        if length < _ATTRIBUTE.size:
            break
        found.append((kind & _TYPE_MASK, data[offset + _ATTRIBUTE.size : offset + length]))
        offset += (length + 3) & ~3
    return found


def raw_attribute(message: Message, *path: str) -> bytes:
    """The bytes of a nested attribute, for what pyroute2 has no format. Empty if it is not there."""
    for name in path:
        slots = [slot for slot in message["attrs"] if slot.name == name]
        if not slots:
            return b""
        message = slots[0].nla
    return bytes(message.data[message.offset + _ATTRIBUTE.size : message.offset + message.length])
