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


def test_every_cease_has_its_name() -> None:
    names = [cease(reason).name for reason in Cease]
    assert len(set(names)) == len(names) == 10
    assert "Cease" not in names
    assert str(cease(Cease.BFD_DOWN)) == "NOTIFICATION 6/10 (BFD Down)"
