"""What a hostile peer says to AWS's end of a session, and what RFC 4271, RFC 7606 and their kin want in answer.

One row each: a name, the section, the bytes, and the NOTIFICATION or whether the route is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from tests.peers.hostile import (
    AS_PATH,
    AS_TRANS,
    ASN,
    IPV4_UNICAST,
    KEEPALIVE,
    NOTIFICATION,
    OPEN,
    ORIGIN,
    ROUTE_REFRESH,
    UPDATE,
    attribute,
    capability,
    four_octet_as,
    message,
    next_hop,
    nlri,
    open_body,
    sequence,
    sequence_2,
    update_body,
)

HOP = "169.254.77.2"
HOP_6 = "2001:db8:dc::702:9262"  # what AWS assigns to the customer here (dxemu.plan.pools)
"""The customer's addresses on the virtual interface."""
PREFIX = "10.1.0.0/16"


@dataclass(frozen=True)
class Reset:
    """The session ends with this NOTIFICATION."""

    name: str
    section: str
    said: bytes
    code: tuple[int, int]
    data: bytes | None = None


@dataclass(frozen=True)
class Survived:
    """The session stays; `left` says whether the route to `PREFIX` that was announced before is still there."""

    name: str
    section: str
    attributes: bytes
    left: bool
    nlri: bytes = nlri(PREFIX)
    withdrawn: bytes = b""


def opening(name: str, section: str, code: tuple[int, int], data: bytes | None = None, **fields: object) -> Reset:
    return Reset(name, section, message(OPEN, open_body(**fields)), code, data)  # type: ignore[arg-type]


def bad_open_length(length: int) -> bytes:
    return message(OPEN, open_body(parameters=b"", parameters_length=length))


INSTEAD_OF_OPEN = (
    Reset("marker not all ones", "4271 6.1", message(OPEN, open_body(), marker=b"\xff" * 15 + b"\0"), (1, 1)),
    Reset("length 18", "4271 6.1", message(OPEN, open_body(), length=18), (1, 2), b"\0\x12"),
    Reset("length 0", "4271 6.1", message(OPEN, open_body(), length=0), (1, 2), b"\0\0"),
    Reset("length 4097", "4271 6.1", message(OPEN, open_body(), length=4097), (1, 2), b"\x10\x01"),
    Reset("length 65535", "4271 6.1", message(OPEN, open_body(), length=65535), (1, 2), b"\xff\xff"),
    Reset("OPEN of 28 octets", "4271 6.1", message(OPEN, open_body()[:9]), (1, 2), b"\0\x1c"),
    Reset("KEEPALIVE of 20 octets", "4271 6.1", message(KEEPALIVE, b"x"), (1, 2), b"\0\x14"),
    Reset("NOTIFICATION of 20 octets", "4271 6.1", message(NOTIFICATION, b"x"), (1, 2), b"\0\x14"),
    Reset("message type 0", "4271 6.1", message(0, b"x"), (1, 3), b"\0"),
    Reset("message type 6", "4271 6.1", message(6, bytes(8)), (1, 3), b"\x06"),
    Reset("message type 255", "4271 6.1", message(255), (1, 3), b"\xff"),
    opening("version 3", "4271 6.2", (2, 1), b"\0\x04", version=3),
    opening("version 5", "4271 6.2", (2, 1), b"\0\x04", version=5),
    opening("another AS", "4271 6.2", (2, 2), asn=65001, parameters=IPV4_UNICAST + four_octet_as(65001)),
    opening("another AS, old speaker", "4271 6.2", (2, 2), asn=65001, parameters=IPV4_UNICAST),
    opening("another AS in the capability only", "6793 4.1", (2, 2), parameters=IPV4_UNICAST + four_octet_as(65001)),
    opening("another AS in the OPEN only", "6793 4.1", (2, 2), asn=65001),
    opening("AS 0", "7607 2", (2, 2), asn=0, parameters=IPV4_UNICAST),
    opening("AS 0 in the capability", "7607 2", (2, 2), asn=AS_TRANS, parameters=IPV4_UNICAST + four_octet_as(0)),
    opening("AS_TRANS without the capability", "6793 9", (2, 2), asn=AS_TRANS, parameters=IPV4_UNICAST),
    opening("AS_TRANS everywhere", "6793 9", (2, 2), asn=AS_TRANS, parameters=IPV4_UNICAST + four_octet_as(AS_TRANS)),
    opening("hold time 0", "AWS", (2, 6), b"", hold_time=0),
    opening("hold time 1", "4271 6.2", (2, 6), b"", hold_time=1),
    opening("hold time 2", "4271 6.2", (2, 6), b"", hold_time=2),
    opening("BGP identifier 0.0.0.0", "6286 2.2", (2, 3), router_id="0.0.0.0"),
    opening("unknown optional parameter", "4271 6.2", (2, 4), parameters=b"\x63\x01x"),
    opening("authentication parameter", "4271 6.2", (2, 5), parameters=b"\x01\x01x"),
    opening("parameter longer than the OPEN", "4271 6.2", (2, 0), parameters=b"\x02\x20\x01\x04"),
    opening("half a parameter", "4271 6.2", (2, 0), parameters=b"\x02"),
    opening("capability longer than its parameter", "5492 3", (2, 0), parameters=b"\x02\x04\x01\x08\0\x01"),
    opening("4-octet AS of 2 octets", "6793 3", (2, 0), parameters=capability(65, b"\xfd\xe8")),
    opening("multiprotocol of 1 octet", "4760 8", (2, 0), parameters=capability(1, b"\0")),
    opening("graceful restart of 1 octet", "4724 3", (2, 0), parameters=capability(64, b"\0")),
    Reset("parameters' length too long", "4271 4.2", bad_open_length(9), (2, 0)),
    Reset("parameters' length 255 and nothing", "9072 2", bad_open_length(255), (2, 0)),
    Reset("parameters behind their length", "4271 4.2", message(OPEN, open_body(parameters_length=0)), (2, 0)),
    Reset("UPDATE instead of OPEN", "6608 4", message(UPDATE, update_body(b"", b"")), (5, 1)),
    Reset("KEEPALIVE instead of OPEN", "6608 4", message(KEEPALIVE), (5, 1)),
    Reset("ROUTE-REFRESH instead of OPEN", "6608 4", message(ROUTE_REFRESH, b"\0\x01\0\x01"), (5, 1)),
)

INSTEAD_OF_KEEPALIVE = (
    Reset("UPDATE in OpenConfirm", "6608 4", message(UPDATE, update_body(b"", b"")), (5, 2)),
    Reset("OPEN in OpenConfirm", "6608 4", message(OPEN, open_body()), (5, 2)),
    Reset("marker wrong in OpenConfirm", "4271 6.1", message(KEEPALIVE, marker=bytes(16)), (1, 1)),
)

GOOD = ORIGIN + AS_PATH + next_hop(HOP)


def update(attributes: bytes, announced: bytes = nlri(PREFIX), withdrawn: bytes = b"") -> bytes:
    return message(UPDATE, update_body(attributes, announced, withdrawn))


MP_REACH = bytes.fromhex("000201") + b"\x10" + bytes(16) + b"\0"
ESTABLISHED = (
    Reset("OPEN", "6608 4", message(OPEN, open_body()), (5, 3)),
    Reset("marker", "4271 6.1", message(KEEPALIVE, marker=bytes(16)), (1, 1)),
    Reset("UPDATE of 22 octets", "4271 6.1", message(UPDATE, bytes(3)), (1, 2), b"\0\x16"),
    Reset("unknown type", "4271 6.1", message(7, bytes(9)), (1, 3), b"\x07"),
    Reset("type 0", "4271 6.1", message(0, bytes(9)), (1, 3), b"\0"),
    Reset("a message in another's middle", "4271 6.1", message(KEEPALIVE)[:10] + message(KEEPALIVE), (1, 2)),
    Reset("withdrawn routes' length lies", "4271 6.3", message(UPDATE, b"\0\x20\0\0"), (3, 1), b""),
    Reset("attributes' length lies", "4271 6.3", message(UPDATE, b"\0\0\0\x20" + ORIGIN), (3, 1), b""),
    Reset(
        "unknown well-known attribute", "4271 6.3", update(GOOD + attribute(0x40, 99, b"?")), (3, 2), b"\x40\x63\x01?"
    ),
    Reset("unknown attribute, all flags 0", "4271 6.3", update(GOOD + attribute(0, 99, b"?")), (3, 2)),
    Reset("prefix of length 33", "4271 6.3", update(GOOD, b"\x21\x0a\0\0\0\0"), (3, 10), b""),
    Reset("prefix of length 255", "4271 6.3", update(GOOD, b"\xff" + bytes(32)), (3, 10), b""),
    Reset("prefix longer than the UPDATE", "4271 6.3", update(GOOD, b"\x18\x0a"), (3, 10), b""),
    Reset("withdrawn prefix of length 33", "4271 6.3", update(b"", b"", b"\x21\x0a\0\0\0\0"), (3, 10), b""),
    Reset("MP_REACH_NLRI of another family", "4760 7", update(attribute(0x80, 14, MP_REACH) + ORIGIN, b""), (3, 9)),
    Reset("MP_REACH_NLRI cut short", "4760 7", update(attribute(0x80, 14, b"\0"), b""), (3, 9)),
    Reset("MP_REACH_NLRI empty", "7606 5.3", update(attribute(0x80, 14, b""), b""), (3, 9)),
    Reset("MP_UNREACH_NLRI empty", "7606 5.3", update(attribute(0x80, 15, b""), b""), (3, 9)),
    Reset("MP_REACH_NLRI's flags", "7606 5.3", update(attribute(0x40, 14, MP_REACH), b""), (3, 9)),
)

SURVIVED = (
    Survived("ORIGIN 3", "7606 7.1", attribute(0x40, 1, b"\x03") + AS_PATH + next_hop(HOP), left=False),
    Survived("ORIGIN of 2 octets", "7606 7.1", attribute(0x40, 1, b"\0\0") + AS_PATH + next_hop(HOP), left=False),
    Survived("ORIGIN of 0 octets", "7606 7.1", attribute(0x40, 1, b"") + AS_PATH + next_hop(HOP), left=False),
    Survived("ORIGIN optional", "7606 3 c", attribute(0xC0, 1, b"\0") + AS_PATH + next_hop(HOP), left=False),
    Survived("ORIGIN partial", "7606 3 c", attribute(0x60, 1, b"\0") + AS_PATH + next_hop(HOP), left=True),
    Survived("no ORIGIN", "7606 3 d", AS_PATH + next_hop(HOP), left=False),
    Survived("no AS_PATH", "7606 3 d", ORIGIN + next_hop(HOP), left=False),
    Survived("no NEXT_HOP", "7606 3 d", ORIGIN + AS_PATH, left=False),
    Survived("no attribute at all", "7606 3 d", b"", left=False),
    Survived(
        "segment too long", "7606 7.2", ORIGIN + attribute(0x40, 2, sequence(ASN)[:-1]) + next_hop(HOP), left=False
    ),
    Survived("empty segment", "7606 7.2", ORIGIN + attribute(0x40, 2, b"\x02\0") + next_hop(HOP), left=False),
    Survived("half a segment", "7606 7.2", ORIGIN + attribute(0x40, 2, b"\x02") + next_hop(HOP), left=False),
    Survived(
        "segment type 9", "7606 7.2", ORIGIN + attribute(0x40, 2, sequence(ASN, kind=9)) + next_hop(HOP), left=False
    ),
    Survived("confederation", "5065 5", ORIGIN + attribute(0x40, 2, sequence(ASN, kind=3)) + next_hop(HOP), left=False),
    Survived("confed. set", "5065 5", ORIGIN + attribute(0x40, 2, sequence(ASN, kind=4)) + next_hop(HOP), left=False),
    Survived("AS 0 in the path", "7607 2", ORIGIN + attribute(0x40, 2, sequence(ASN, 0)) + next_hop(HOP), left=False),
    Survived(
        "path of 2-octet ASNs", "6793 6", ORIGIN + attribute(0x40, 2, sequence_2(ASN)) + next_hop(HOP), left=False
    ),
    Survived("AS_PATH transitive off", "7606 3 c", ORIGIN + attribute(0, 2, sequence(ASN)) + next_hop(HOP), left=False),
    Survived(
        "AS_TRANS in the path",
        "6793 4",
        ORIGIN + attribute(0x40, 2, sequence(ASN, AS_TRANS)) + next_hop(HOP),
        left=True,
    ),
    Survived(
        "AS_SET",
        "4271 4.3",
        ORIGIN + attribute(0x40, 2, sequence(ASN) + sequence(1, 2, kind=1)) + next_hop(HOP),
        left=True,
    ),
    Survived(
        "own AS in an AS_SET",
        "4271 9.1.2",
        ORIGIN + attribute(0x40, 2, sequence(ASN) + sequence(1, 64512, kind=1)) + next_hop(HOP),
        left=False,
    ),
    Survived(
        "path of 250 ASNs", "4271 4.3", ORIGIN + attribute(0x40, 2, sequence(*range(1, 251))) + next_hop(HOP), left=True
    ),
    Survived(
        "path of 900 ASNs",
        "4271 4.3",
        ORIGIN + attribute(0x40, 2, b"".join(sequence(*range(1, 226)) for _ in range(4))) + next_hop(HOP),
        left=True,
    ),
    Survived("NEXT_HOP of 3 octets", "7606 7.3", ORIGIN + AS_PATH + attribute(0x40, 3, b"\x0a\0\0"), left=False),
    Survived("NEXT_HOP of 16 octets", "7606 7.3", ORIGIN + AS_PATH + attribute(0x40, 3, bytes(range(16))), left=False),
    Survived("NEXT_HOP 0.0.0.0", "4271 6.3", ORIGIN + AS_PATH + next_hop("0.0.0.0"), left=False),
    Survived("NEXT_HOP multicast", "4271 6.3", ORIGIN + AS_PATH + next_hop("224.0.0.5"), left=False),
    Survived("NEXT_HOP elsewhere", "4271 6.3", ORIGIN + AS_PATH + next_hop("198.51.100.1"), left=False),
    Survived("MED of 3 octets", "7606 7.4", GOOD + attribute(0x80, 4, bytes(3)), left=False),
    Survived("MED transitive", "7606 3 c", GOOD + attribute(0xC0, 4, bytes(4)), left=False),
    Survived("LOCAL_PREF from outside", "7606 7.5", GOOD + attribute(0x40, 5, bytes(4)), left=True),
    Survived("LOCAL_PREF of 3 octets", "7606 7.5", GOOD + attribute(0x40, 5, bytes(3)), left=True),
    Survived("ATOMIC_AGGREGATE of 1 octet", "7606 7.6", GOOD + attribute(0x40, 6, b"x"), left=True),
    Survived("AGGREGATOR of 6 octets", "7606 7.7", GOOD + attribute(0xC0, 7, bytes(6)), left=True),
    Survived("AGGREGATOR of AS 0", "7607 2", GOOD + attribute(0xC0, 7, bytes(8)), left=True),
    Survived("COMMUNITIES of 3 octets", "7606 7.8", GOOD + attribute(0xC0, 8, bytes(3)), left=False),
    Survived("COMMUNITIES of 0 octets", "7606 7.8", GOOD + attribute(0xC0, 8, b""), left=False),
    Survived("COMMUNITIES well-known", "7606 3 c", GOOD + attribute(0x40, 8, bytes(4)), left=False),
    Survived("900 communities", "1997", GOOD + attribute(0xC0, 8, bytes(range(240)) * 15), left=True),
    Survived("ORIGINATOR_ID from outside", "7606 7.9", GOOD + attribute(0x80, 9, bytes(3)), left=True),
    Survived("CLUSTER_LIST from outside", "7606 7.10", GOOD + attribute(0x80, 10, bytes(3)), left=True),
    Survived("extended communities of 7 octets", "7606 7.14", GOOD + attribute(0xC0, 16, bytes(7)), left=True),
    Survived("large communities of 7 octets", "8092 6", GOOD + attribute(0xC0, 32, bytes(7)), left=True),
    Survived("AS4_PATH from a new speaker", "6793 4.1", GOOD + attribute(0xC0, 17, sequence(64512)), left=True),
    Survived("AS4_PATH malformed", "6793 6", GOOD + attribute(0xC0, 17, b"\x07"), left=True),
    Survived("AS4_AGGREGATOR malformed", "6793 6", GOOD + attribute(0xC0, 18, b"\x07"), left=True),
    Survived(
        "AIGP, PREFIX_SID, BGP-LS: garbage",
        "7606 3",
        GOOD + b"".join(attribute(0xC0, code, b"?") for code in (22, 23, 26, 29, 40)),
        left=True,
    ),
    Survived("unknown optional attribute", "4271 5", GOOD + attribute(0xC0, 99, bytes(300)), left=True),
    Survived(
        "500 unknown attributes",
        "4271 5",
        GOOD + b"".join(attribute(0x80, 40 + at % 200, b"") for at in range(500)),
        left=True,
    ),
    Survived("attribute 255", "4271 5", GOOD + attribute(0x80, 255, b"?"), left=True),
    Survived("attribute longer than the rest", "7606 4", GOOD + attribute(0x80, 4, bytes(4), length=9), left=False),
    Survived("half an attribute's header", "7606 4", GOOD + b"\x80\x04", left=False),
    Survived("ORIGIN twice", "7606 3 g", GOOD + attribute(0x40, 1, b"\x02"), left=True),
    Survived("AS_PATH twice, second malformed", "7606 3 g", GOOD + attribute(0x40, 2, b"\x09"), left=True),
    Survived("lower flag bits", "4271 4.3", attribute(0x4F, 1, b"\0") + AS_PATH + next_hop(HOP), left=True),
    Survived("extended length of 1 octet", "4271 4.3", b"\x50\x01\0\x01\0" + AS_PATH + next_hop(HOP), left=True),
    Survived("bits behind the prefix", "4271 4.3", GOOD, left=True, nlri=b"\x0f\x0a\xff"),
    Survived("multicast prefix", "4271 6.3", GOOD, left=True, nlri=nlri("224.0.0.0/4")),
    Survived("same prefix announced and withdrawn", "4271 4.3", GOOD, left=True, withdrawn=nlri(PREFIX)),
    Survived("withdrawn unknown prefix", "4271 4.3", b"", left=True, nlri=b"", withdrawn=nlri("10.77.0.0/16")),
    Survived("malformed attributes, no prefix", "7606 5.2", attribute(0x40, 1, b"\x09"), left=True, nlri=b""),
    Survived("End-of-RIB", "4724 2", b"", left=True, nlri=b""),
)


PREFIX_6 = "2001:db8:c1::/48"


def reach(hop: bytes, announced: bytes = nlri(PREFIX_6), *, flags: int = 0x80, safi: int = 1) -> bytes:
    """MP_REACH_NLRI of IPv6."""
    return attribute(flags, 14, bytes([0, 2, safi, len(hop)]) + hop + b"\0" + announced)


_HOP_6 = ip_address(HOP_6).packed
_LINK_LOCAL = ip_address("fe80::2").packed
GOOD_6 = reach(_HOP_6) + ORIGIN + AS_PATH
ESTABLISHED_6 = (
    Reset("IPv6 next hop of 3 octets", "4760 7", update(reach(bytes(3)) + ORIGIN + AS_PATH, b""), (3, 9)),
    Reset("IPv6 next hop longer than the attribute", "4760 7", update(attribute(0x80, 14, b"\0\2\1\xff"), b""), (3, 9)),
    Reset("IPv6 prefix of length 129", "4760 7", update(reach(_HOP_6, b"\x81" + bytes(17)), b""), (3, 10)),
    Reset("IPv6 prefix cut short", "4760 7", update(reach(_HOP_6, b"\x40\x20"), b""), (3, 10)),
    Reset("MP_REACH_NLRI twice", "7606 3 g", update(reach(_HOP_6) * 2 + ORIGIN + AS_PATH, b""), (3, 1)),
    Reset("SAFI 99", "4760 7", update(reach(_HOP_6, safi=99) + ORIGIN + AS_PATH, b""), (3, 9)),
)
SURVIVED_6 = (
    Survived("good", "4760 3", GOOD_6, left=True, nlri=b""),
    Survived(
        "with a link-local next hop", "2545 3", reach(_HOP_6 + _LINK_LOCAL) + ORIGIN + AS_PATH, left=True, nlri=b""
    ),
    Survived("link-local only", "2545 3", reach(_LINK_LOCAL) + ORIGIN + AS_PATH, left=False, nlri=b""),
    Survived("next hop ::", "4271 6.3", reach(bytes(16)) + ORIGIN + AS_PATH, left=False, nlri=b""),
    Survived("next hop elsewhere", "4271 6.3", reach(b"\x20\x01" + bytes(14)) + ORIGIN + AS_PATH, left=False, nlri=b""),
    Survived("no AS_PATH", "7606 3 d", reach(_HOP_6) + ORIGIN, left=False, nlri=b""),
    Survived("ORIGIN 9", "7606 7.1", reach(_HOP_6) + attribute(0x40, 1, b"\x09") + AS_PATH, left=False, nlri=b""),
    Survived("IPv4 prefixes", "4760 4", GOOD, left=True),
    Survived("multicast", "4271 6.3", reach(_HOP_6, b"\x08\xff") + ORIGIN + AS_PATH, left=True, nlri=b""),
)
