"""How long a packet takes from one node of its way to another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dxemu.control.forwarding_path import ForwardingPath
from dxemu.control.wires import Crossing
from dxemu.predict.in_flight import delay_between

DELAYS = {"lan": 0.001, "metro": 0.01, "carrier": 0.1, "member_1": 1.0, "member_2": 2.0}
WAY = ForwardingPath(
    nodes=("host", "router", "cage", "device"),
    crossings=(
        Crossing((("lan",),), ()),
        Crossing((("metro", "carrier"),), ("switch",)),
        Crossing((("member_1",), ("member_2",)), ()),
    ),
    sessions=(),
    arrives=True,
)


@pytest.mark.parametrize(
    ("start", "end", "delay"),
    [(0, 0, 0.0), (0, 1, 0.001), (0, 2, 0.111), (1, 2, 0.11), (1, 3, 1.11), (2, 3, 1.0), (0, 3, 1.111), (3, 3, 0.0)],
)
def test_every_cable_between_counts_and_of_a_lag_one_member(start: int, end: int, delay: float) -> None:
    world: Any = SimpleNamespace(delay_s=DELAYS.__getitem__)
    assert delay_between(world, WAY, start, end) == pytest.approx(delay)
