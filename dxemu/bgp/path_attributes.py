"""Path attributes of an UPDATE that are not as they must be: what becomes of them (RFC 7606, revising RFC 4271 6.3).

Only what dxemu reads is kept, and only if it is well formed. So whatever a peer invents, no decoder behind this one
sees anything but the attributes of RFC 4271, communities, and the attributes that carry prefixes. None of the others
is passed on anyway: no router of dxemu re-announces attributes that it does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from dxemu.bgp.notification import Code

OPTIONAL, TRANSITIVE, EXTENDED_LENGTH = 0x80, 0x40, 0x10
ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, ATOMIC_AGGREGATE, AGGREGATOR, COMMUNITIES = range(1, 9)
ORIGINATOR_ID, CLUSTER_LIST = 9, 10
MP_REACH_NLRI, MP_UNREACH_NLRI = 14, 15
AS4_PATH, AS4_AGGREGATOR = 17, 18
UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE, OPTIONAL_ATTRIBUTE_ERROR = 2, 9

_LAST_ORIGIN = 2
_SEGMENT_HEADER = 2
_AS_SET, _AS_SEQUENCE = 1, 2
_FIRST_MULTICAST = 224
_ONE_OCTET_LENGTH = 255


class UpdateError(Exception):
    """The session must end: NOTIFICATION 3/`subcode` with `data`."""

    def __init__(self, subcode: int, data: bytes) -> None:
        super().__init__(f"{int(Code.UPDATE_MESSAGE)}/{subcode}")
        self.subcode = subcode
        self.data = data


@dataclass(frozen=True, slots=True)
class Peering:
    """What the meaning of attributes depends on: eBGP or iBGP, and AS numbers of 4 octets negotiated (RFC 6793)."""

    external: bool
    four_octet_as: bool


@dataclass(frozen=True, slots=True)
class Inspected:
    """The attributes that are left, encoded again, and why the UPDATE's routes count as withdrawn ("": they do not)."""

    kept: bytes
    withdraw: str


class _Else(Enum):
    """What becomes of an UPDATE with such an attribute malformed (RFC 7606 section 2)."""

    TREAT_AS_WITHDRAW = "treat-as-withdraw"
    ATTRIBUTE_DISCARD = "attribute discard"


@dataclass(frozen=True, slots=True)
class _Rule:
    """How one attribute must look. `section` is RFC 7606's unless it names another RFC."""

    name: str
    flags: int
    well_formed: Callable[[bytes, Peering], bool]
    otherwise: _Else
    section: str


def _is(length: int) -> Callable[[bytes, Peering], bool]:
    return lambda value, _: len(value) == length


def _some(size: int) -> Callable[[bytes, Peering], bool]:
    return lambda value, _: bool(value) and len(value) % size == 0


def _origin(value: bytes, peering: Peering) -> bool:
    del peering
    return len(value) == 1 and value[0] <= _LAST_ORIGIN


def _next_hop(value: bytes, peering: Peering) -> bool:
    """A unicast host's address (RFC 4271 section 6.3)."""
    del peering
    return len(value) == 4 and 0 < value[0] < _FIRST_MULTICAST  # noqa: PLR2004 - octets of an IPv4 address


def _as_path(value: bytes, peering: Peering) -> bool:
    return _segments(value, 4 if peering.four_octet_as else 2)


def _as4_path(value: bytes, peering: Peering) -> bool:
    del peering
    return bool(value) and _segments(value, 4)


def _segments(value: bytes, size: int) -> bool:
    """Whether these are segments of an AS_PATH: none is empty or a confederation's, none has AS 0 (RFC 7607)."""
    while value:
        if len(value) < _SEGMENT_HEADER or value[0] not in (_AS_SET, _AS_SEQUENCE) or not value[1]:
            return False
        end = _SEGMENT_HEADER + value[1] * size
        if len(value) < end or bytes(size) in (value[at : at + size] for at in range(_SEGMENT_HEADER, end, size)):
            return False
        value = value[end:]
    return True


def _aggregator(value: bytes, peering: Peering) -> bool:
    size = 4 if peering.four_octet_as else 2
    return len(value) == size + 4 and value[:size] != bytes(size)


_RULES = {
    ORIGIN: _Rule("ORIGIN", TRANSITIVE, _origin, _Else.TREAT_AS_WITHDRAW, "7.1"),
    AS_PATH: _Rule("AS_PATH", TRANSITIVE, _as_path, _Else.TREAT_AS_WITHDRAW, "7.2"),
    NEXT_HOP: _Rule("NEXT_HOP", TRANSITIVE, _next_hop, _Else.TREAT_AS_WITHDRAW, "7.3"),
    MED: _Rule("MULTI_EXIT_DISC", OPTIONAL, _is(4), _Else.TREAT_AS_WITHDRAW, "7.4"),
    LOCAL_PREF: _Rule("LOCAL_PREF", TRANSITIVE, _is(4), _Else.TREAT_AS_WITHDRAW, "7.5"),
    ATOMIC_AGGREGATE: _Rule("ATOMIC_AGGREGATE", TRANSITIVE, _is(0), _Else.ATTRIBUTE_DISCARD, "7.6"),
    AGGREGATOR: _Rule("AGGREGATOR", OPTIONAL | TRANSITIVE, _aggregator, _Else.ATTRIBUTE_DISCARD, "7.7"),
    COMMUNITIES: _Rule("COMMUNITIES", OPTIONAL | TRANSITIVE, _some(4), _Else.TREAT_AS_WITHDRAW, "7.8"),
    ORIGINATOR_ID: _Rule("ORIGINATOR_ID", OPTIONAL, _is(4), _Else.TREAT_AS_WITHDRAW, "7.9"),
    CLUSTER_LIST: _Rule("CLUSTER_LIST", OPTIONAL, _some(4), _Else.TREAT_AS_WITHDRAW, "7.10"),
    AS4_PATH: _Rule("AS4_PATH", OPTIONAL | TRANSITIVE, _as4_path, _Else.ATTRIBUTE_DISCARD, "RFC 6793 6"),
    AS4_AGGREGATOR: _Rule("AS4_AGGREGATOR", OPTIONAL | TRANSITIVE, _is(8), _Else.ATTRIBUTE_DISCARD, "RFC 6793 6"),
}
_INTERNAL_ONLY = frozenset({LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST})
"""From an external peer these are discarded, well formed or not (RFC 7606 sections 7.5, 7.9 and 7.10)."""
_TWO_OCTETS_ONLY = frozenset({AS4_PATH, AS4_AGGREGATOR})
"""A peer with AS numbers of 4 octets must not send these; they are discarded (RFC 6793 section 4.1)."""
_CARRIERS = frozenset({MP_REACH_NLRI, MP_UNREACH_NLRI})


def inspect(attributes: bytes, peering: Peering, *, announces: bool) -> Inspected:
    """What is left of an UPDATE's path attributes; `announces`: its NLRI field is not empty.

    Raises UpdateError if RFC 7606 wants the session reset. The attributes that carry prefixes (RFC 4760) are handed
    on as they are.
    """
    kept: dict[int, bytes] = {}
    carriers = b""
    withdraw = ""
    for flags, code, value, whole in _split(attributes):
        if whole is None:
            withdraw = withdraw or "an attribute is longer than what is left of the UPDATE (RFC 7606 section 4)"
            break
        if code in _CARRIERS:
            if not value:  # its prefixes cannot be told (RFC 7606 section 5.3)
                raise UpdateError(OPTIONAL_ATTRIBUTE_ERROR, whole)
            carriers += whole
            kept[code] = b""
            continue
        rule = _RULES.get(code)
        if rule is None:
            if not flags & OPTIONAL:
                raise UpdateError(UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE, whole)
            continue
        if code in kept or _ignored(code, peering):
            continue  # of several the first counts (RFC 7606 section 3 g)
        problem = _problem(rule, flags, value, peering)
        if not problem:
            kept[code] = _encode(code, rule.flags, value)
        elif rule.otherwise is _Else.TREAT_AS_WITHDRAW:
            kept[code] = b""
            withdraw = withdraw or problem
    withdraw = withdraw or _missing(kept, peering, announces=announces)
    return Inspected(b"".join(kept.values()) + carriers, withdraw)


def _ignored(code: int, peering: Peering) -> bool:
    return (peering.external and code in _INTERNAL_ONLY) or (peering.four_octet_as and code in _TWO_OCTETS_ONLY)


def _problem(rule: _Rule, flags: int, value: bytes, peering: Peering) -> str:
    section = rule.section if rule.section.startswith("RFC") else f"RFC 7606 section {rule.section}"
    if (flags ^ rule.flags) & (OPTIONAL | TRANSITIVE):
        return f"{rule.name} has the flags of another kind of attribute (RFC 7606 section 3 c)"
    return "" if rule.well_formed(value, peering) else f"{rule.name} is malformed ({section})"


def _missing(kept: dict[int, bytes], peering: Peering, *, announces: bool) -> str:
    """A mandatory attribute that is not there (RFC 7606 section 3 d)."""
    if not announces and MP_REACH_NLRI not in kept:
        return ""
    wanted = [ORIGIN, AS_PATH, *([NEXT_HOP] if announces else []), *([] if peering.external else [LOCAL_PREF])]
    for code in wanted:
        if code not in kept:
            return f"{_RULES[code].name} is missing (RFC 7606 section 3 d)"
    return ""


def _split(attributes: bytes) -> Iterator[tuple[int, int, bytes, bytes | None]]:
    """Flags, code, value and the whole of each attribute; the whole is None for one that is cut off, the last."""
    while attributes:
        head = 4 if attributes[0] & EXTENDED_LENGTH else 3
        if len(attributes) < head:
            yield 0, 0, b"", None
            return
        flags, code = attributes[0], attributes[1]
        end = head + int.from_bytes(attributes[2:head], "big")
        if len(attributes) < end:
            yield flags, code, b"", None
            return
        yield flags, code, attributes[head:end], attributes[:end]
        attributes = attributes[end:]


def _encode(code: int, flags: int, value: bytes) -> bytes:
    """With the flags that it must have and the shortest length field."""
    if len(value) > _ONE_OCTET_LENGTH:
        return bytes([flags | EXTENDED_LENGTH, code]) + len(value).to_bytes(2, "big") + value
    return bytes([flags, code, len(value)]) + value
