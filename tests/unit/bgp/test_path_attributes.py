"""Malformed path attributes: what RFC 7606 makes of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.bgp.path_attributes import Inspected, Peering, UpdateError, inspect

EBGP = Peering(external=True, four_octet_as=True)
OLD = Peering(external=True, four_octet_as=False)
IBGP = Peering(external=False, four_octet_as=True)


def attribute(flags: int, code: int, value: bytes, *, length: int | None = None) -> bytes:
    return bytes([flags, code, len(value) if length is None else length]) + value


ORIGIN = attribute(0x40, 1, b"\0")
AS_PATH = attribute(0x40, 2, bytes.fromhex("02010000fde8"))
AS_PATH_2 = attribute(0x40, 2, bytes.fromhex("0201fde8"))
NEXT_HOP = attribute(0x40, 3, bytes([169, 254, 0, 2]))
LOCAL_PREF = attribute(0x40, 5, bytes(4))
GOOD = ORIGIN + AS_PATH + NEXT_HOP


def test_what_is_well_formed_stays_as_it_is() -> None:
    more = GOOD + attribute(0x80, 4, bytes(4)) + attribute(0xC0, 8, bytes.fromhex("1c381c84"))
    assert inspect(more, EBGP, announces=True) == Inspected(more, "")
    assert inspect(b"", EBGP, announces=False) == Inspected(b"", "")
    for origin in range(3):  # IGP, EGP, INCOMPLETE
        one = attribute(0x40, 1, bytes([origin])) + AS_PATH + NEXT_HOP
        assert inspect(one, EBGP, announces=True) == Inspected(one, "")
    assert inspect(GOOD + LOCAL_PREF, IBGP, announces=True) == Inspected(GOOD + LOCAL_PREF, "")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (attribute(0x40, 1, b"\x03") + AS_PATH + NEXT_HOP, "ORIGIN is malformed (RFC 7606 section 7.1)"),
        (attribute(0x40, 1, b"") + AS_PATH + NEXT_HOP, "ORIGIN is malformed (RFC 7606 section 7.1)"),
        (attribute(0xC0, 1, b"\0") + AS_PATH + NEXT_HOP, "ORIGIN has the flags of another"),
        (AS_PATH + NEXT_HOP, "ORIGIN is missing (RFC 7606 section 3 d)"),
        (ORIGIN + NEXT_HOP, "AS_PATH is missing"),
        (ORIGIN + AS_PATH, "NEXT_HOP is missing"),
        (ORIGIN + attribute(0x40, 2, b"\x02\x02\0\0\xfd\xe8") + NEXT_HOP, "AS_PATH is malformed"),
        (ORIGIN + attribute(0x40, 2, b"\x02\x00") + NEXT_HOP, "AS_PATH is malformed"),
        (ORIGIN + attribute(0x40, 2, b"\x02") + NEXT_HOP, "AS_PATH is malformed"),
        (ORIGIN + attribute(0x40, 2, b"\x05\x01\0\0\xfd\xe8") + NEXT_HOP, "AS_PATH is malformed"),
        (ORIGIN + attribute(0x40, 2, b"\x03\x01\0\0\xfd\xe8") + NEXT_HOP, "AS_PATH is malformed"),
        (ORIGIN + attribute(0x40, 2, b"\x02\x01\0\0\0\0") + NEXT_HOP, "AS_PATH is malformed"),
        (ORIGIN + attribute(0x40, 2, bytes.fromhex("0202000000000000fde8")) + NEXT_HOP, "AS_PATH is malformed"),
        (ORIGIN + attribute(0x40, 2, bytes.fromhex("02010000fde802010000")) + NEXT_HOP, "AS_PATH is malformed"),
        (ORIGIN + AS_PATH + attribute(0x40, 3, bytes([10, 0, 0])), "NEXT_HOP is malformed"),
        (ORIGIN + AS_PATH + attribute(0x40, 3, bytes(4)), "NEXT_HOP is malformed"),
        (ORIGIN + AS_PATH + attribute(0x40, 3, bytes([224, 0, 0, 1])), "NEXT_HOP is malformed"),
        (GOOD + attribute(0x80, 4, bytes(3)), "MULTI_EXIT_DISC is malformed"),
        (GOOD + attribute(0xC0, 8, bytes(3)), "COMMUNITIES is malformed"),
        (GOOD + attribute(0xC0, 8, b""), "COMMUNITIES is malformed"),
        (GOOD + attribute(0x80, 4, bytes(4), length=40), "longer than what is left"),
        (GOOD + b"\x40", "longer than what is left"),
    ],
)
def test_treat_as_withdraw(wrong: bytes, why: str) -> None:
    assert why in inspect(wrong, EBGP, announces=True).withdraw


@pytest.mark.parametrize(
    ("extra", "peering"),
    [
        (LOCAL_PREF, EBGP),
        (attribute(0x40, 5, b""), EBGP),
        (attribute(0x80, 9, bytes(4)), EBGP),
        (attribute(0x80, 10, bytes(3)), EBGP),
        (attribute(0x40, 6, b"x"), EBGP),
        (attribute(0xC0, 7, bytes(6)), EBGP),
        (attribute(0xC0, 7, bytes(8)), EBGP),
        (attribute(0xC0, 7, bytes.fromhex("0000fde8c0000201") + b"\0"), EBGP),
        (attribute(0xC0, 7, bytes.fromhex("fde8c0000201") + b"\0"), OLD),
        (attribute(0xC0, 17, bytes.fromhex("02010000fde9")), EBGP),
        (attribute(0xC0, 17, bytes.fromhex("03010000fde9")), OLD),
        (attribute(0xC0, 16, b"odd"), EBGP),
        (attribute(0xC0, 99, b"unknown"), EBGP),
        (attribute(0x80, 99, b"unknown"), EBGP),
        (attribute(0x40, 1, b"\x02"), EBGP),
        (attribute(0x40, 3, bytes(9)), EBGP),
    ],
    ids=lambda value: value.hex() if isinstance(value, bytes) else "",
)
def test_attribute_discard(extra: bytes, peering: Peering) -> None:
    good = GOOD if peering.four_octet_as else ORIGIN + AS_PATH_2 + NEXT_HOP
    assert inspect(good + extra, peering, announces=True) == Inspected(good, "")


def test_an_unknown_well_known_attribute_ends_the_session() -> None:
    unknown = attribute(0x40, 99, b"x")
    with pytest.raises(UpdateError) as error:
        inspect(GOOD + unknown, EBGP, announces=True)
    assert (error.value.subcode, error.value.data) == (2, unknown)


def test_old_speakers_say_the_rest_of_the_path_in_as4_path() -> None:
    more = ORIGIN + AS_PATH_2 + NEXT_HOP + attribute(0xC0, 17, bytes.fromhex("020100010000"))
    assert inspect(more, OLD, announces=True) == Inspected(more, "")


def test_routes_in_mp_reach_nlri_need_no_next_hop_attribute() -> None:
    reach = attribute(0x80, 14, b"whatever")
    assert inspect(reach + ORIGIN + AS_PATH, EBGP, announces=False) == Inspected(ORIGIN + AS_PATH + reach, "")
    assert inspect(reach + ORIGIN, EBGP, announces=False).withdraw == "AS_PATH is missing (RFC 7606 section 3 d)"
    assert inspect(reach + GOOD, IBGP, announces=False).withdraw == "LOCAL_PREF is missing (RFC 7606 section 3 d)"
    twice = inspect(reach + reach + ORIGIN + AS_PATH, EBGP, announces=False)
    assert twice.kept.count(reach) == 2  # which ExaBGP answers with 3/1 (RFC 7606 section 3 g)


def test_flags_that_do_not_matter_are_put_right() -> None:
    partial = bytes([0x60 | 0x10 | 0x0F, 1, 0, 1, 0])
    assert inspect(partial + AS_PATH + NEXT_HOP, EBGP, announces=True) == Inspected(GOOD, "")


@given(st.binary(max_size=300), st.booleans(), st.booleans(), st.booleans())
def test_whatever_comes_it_says_what_becomes_of_it(
    data: bytes, external: bool, four_octet_as: bool, announces: bool
) -> None:
    peering = Peering(external=external, four_octet_as=four_octet_as)
    try:
        found = inspect(data, peering, announces=announces)
    except UpdateError as error:
        assert error.subcode in (2, 9)
        return
    again = inspect(found.kept, peering, announces=announces)
    assert again.kept == found.kept
    assert bool(again.withdraw) <= bool(found.withdraw)
