"""DNS messages of the smallest kind (RFC 1035 section 4): one question of type A, and its answer.

The answer's additional section says in a TXT record which address the server saw the client at.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

PORT = 53
NAME_ERROR, NOT_IMPLEMENTED = 3, 4
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHHIH")
_QUESTION_END = struct.Struct("!HH")
_RESPONSE, _AUTHORITATIVE, _RECURSION_DESIRED = 0x8000, 0x0400, 0x0100
_RCODE = 0x000F
_A, _TXT, _IN = 1, 16, 1
_NAME_OF_QUESTION = 0xC000 | _HEADER.size
_TTL = 60


@dataclass(frozen=True, slots=True)
class Response:
    """`code` is the response code, 0 if all is well."""

    number: int
    code: int
    address: IPv4Address | None
    seen_as: str


def question(number: int, name: str) -> bytes:
    """Ask for the address of `name`."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0) + labels + b"\0" + _QUESTION_END.pack(_A, _IN)


def answer(asked: bytes, address: IPv4Address, seen_as: str) -> bytes:
    """Answer a question. Raises ValueError if it is none."""
    if len(asked) < _HEADER.size:
        raise ValueError("too short for a DNS message")
    number, flags, questions, *_ = _HEADER.unpack_from(asked)
    end = _end_of_name(asked, _HEADER.size) + _QUESTION_END.size
    if flags & _RESPONSE or questions != 1 or end > len(asked):
        raise ValueError("not one DNS question")
    kind, _ = _QUESTION_END.unpack_from(asked, end - _QUESTION_END.size)
    known = kind == _A
    head = _RESPONSE | _AUTHORITATIVE | (0 if known else NOT_IMPLEMENTED)
    message = _HEADER.pack(number, head, 1, int(known), 0, 1) + asked[_HEADER.size : end]
    if known:
        message += _RECORD.pack(_NAME_OF_QUESTION, _A, _IN, _TTL, 4) + address.packed
    text = bytes([len(seen_as)]) + seen_as.encode()
    return message + _RECORD.pack(_NAME_OF_QUESTION, _TXT, _IN, 0, len(text)) + text


def read(message: bytes) -> Response:
    """What an `answer` says. Raises ValueError if it is none of these."""
    try:
        number, flags, _, answers, _, others = _HEADER.unpack_from(message)
        at = _end_of_name(message, _HEADER.size) + _QUESTION_END.size
        address, seen_as = None, ""
        for _ in range(answers + others):
            _, kind, _, _, length = _RECORD.unpack_from(message, at)
            data = message[at + _RECORD.size : at + _RECORD.size + length]
            at += _RECORD.size + length
            if kind == _A:
                address = IPv4Address(data)
            elif kind == _TXT:
                seen_as = data[1:].decode()
    except (struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"no DNS answer: {error}") from None
    return Response(number, flags & _RCODE, address, seen_as)


def _end_of_name(message: bytes, at: int) -> int:
    """Where a name without pointers ends. Raises ValueError if it does not."""
    while at < len(message) and message[at]:
        at += message[at] + 1
    if at >= len(message):
        raise ValueError("a name in a DNS message has no end")
    return at + 1
