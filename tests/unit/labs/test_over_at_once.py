"""What is over the moment it begins breaks nothing, and is refused before the lab hears of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dxemu.labs.request import Request
from dxemu.labs.requests import _fail
from dxemu.run.orders import OrderRefused


@pytest.mark.parametrize(("form", "named"), [("cli", "--for"), ("python", "lasts")])
def test_a_fault_by_hand_lasts(form: str, named: str) -> None:
    async def ask() -> None:
        nobody: Any = None  # no lab is asked
        written = {"do": "fail", "text": "cable_cut: {connection: primary}", "lasts": "0 s", "form": form}
        gone, lines = asyncio.Event(), asyncio.Queue[Any]()
        await _fail(Request(lab=nobody, written=written, tell=nobody, drain=nobody, lines=lines, gone=gone))

    with pytest.raises(OrderRefused, match=f"{named}.*it is over the moment it begins"):
        asyncio.run(ask())
