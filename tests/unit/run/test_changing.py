"""A change by hand may not take away what a fault has broken."""

from __future__ import annotations

import pytest

from dxemu.faults.cable_silent import CableSilent
from dxemu.run.changing import keeps_what_is_broken
from dxemu.run.orders import OrderRefused

BROKEN = {"cut": CableSilent(connection="backup")}


def test_what_is_broken_stays() -> None:
    keeps_what_is_broken({"connection": ("primary", "backup")}, BROKEN)
    keeps_what_is_broken({"connection": ("primary",)}, {})
    with pytest.raises(OrderRefused) as why:
        keeps_what_is_broken({"connection": ("primary",)}, BROKEN)
    assert why.value.problem == "'cut' breaks connection 'backup', which would go"
    assert why.value.remedy == "Heal 'cut' first."
