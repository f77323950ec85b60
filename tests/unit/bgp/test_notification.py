"""The names of NOTIFICATION codes."""

from __future__ import annotations

import pytest

from dxemu.bgp.notification import Cease, Notification, cease


@pytest.mark.parametrize(
    ("code", "subcode", "words"),
    [
        (2, 2, "NOTIFICATION 2/2 (Bad Peer AS)"),
        (2, 6, "NOTIFICATION 2/6 (Unacceptable Hold Time)"),
        (4, 0, "NOTIFICATION 4/0 (Hold Timer Expired)"),
        (3, 77, "NOTIFICATION 3/77 (UPDATE Message Error)"),
        (9, 1, "NOTIFICATION 9/1 (unknown)"),
    ],
)
def test_in_words(code: int, subcode: int, words: str) -> None:
    assert str(Notification(code, subcode)) == words


IN_RFC = {
    1: ("Connection Not Synchronized", "Bad Message Length", "Bad Message Type"),
    2: (
        "Unsupported Version Number",
        "Bad Peer AS",
        "Bad BGP Identifier",
        "Unsupported Optional Parameter",
        None,
        "Unacceptable Hold Time",
        "Unsupported Capability",
    ),
    3: (
        "Malformed Attribute List",
        "Unrecognized Well-known Attribute",
        "Missing Well-known Attribute",
        "Attribute Flags Error",
        "Attribute Length Error",
        "Invalid ORIGIN Attribute",
        None,
        "Invalid NEXT_HOP Attribute",
        "Optional Attribute Error",
        "Invalid Network Field",
        "Malformed AS_PATH",
    ),
}
"""Subcodes from 1 on: RFC 4271 section 4.5, where 2/5 and 3/7 are deprecated; 2/7 is of RFC 5492 section 5."""


def test_every_subcode_has_the_name_of_its_rfc() -> None:
    for code, names in IN_RFC.items():
        for subcode, name in enumerate(names, start=1):
            assert Notification(code, subcode).name == (name or Notification(code, 99).name)


def test_every_cease_has_its_name() -> None:
    names = [cease(reason).name for reason in Cease]
    assert len(set(names)) == len(names) == 10
    assert "Cease" not in names
    assert str(cease(Cease.BFD_DOWN)) == "NOTIFICATION 6/10 (BFD Down)"
