"""Who asks a supervisor in another version of the protocol is told both."""

from __future__ import annotations

import json

import pytest

from dxemu.labs.supervisor import _request
from dxemu.labs.wire import VERSION
from dxemu.run.orders import OrderRefused


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"version": VERSION - 1, "do": "time"}, f"speaks version {VERSION}, and was asked in version {VERSION - 1}"),
        ({"version": VERSION + 1, "do": "time"}, f"speaks version {VERSION}, and was asked in version {VERSION + 1}"),
        ({"do": "time"}, "was asked in none"),
        (["time"], "was asked in none"),
    ],
)
def test_another_version_is_refused(asked: object, words: str) -> None:
    with pytest.raises(OrderRefused, match=words):
        _request(json.dumps(asked).encode())


def test_this_one_is_not() -> None:
    assert _request(json.dumps({"version": VERSION, "do": "time"}).encode())["do"] == "time"
