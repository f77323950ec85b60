"""A lab that lives: what people write breaks it, changes its design and is taken back; mistakes touch nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dxemu.errors import InputErrors
from dxemu.events import timeline
from dxemu.events.steps import ChangeDone, FaultHealed, FaultInjected
from dxemu.host import versions, where
from dxemu.run.living import LivingLab, living
from dxemu.run.orders import Advance
from dxemu.topology import document
from dxemu.units import Seconds
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

PREPEND = "virtual_interfaces: {primary: {customer: {as_path_prepend: 3}}}"


def in_lab(folder: Path, do: Callable[[LivingLab], Awaitable[None]]) -> None:
    async def run() -> None:
        design = document.read(REPOSITORY / "topologies" / "backup_connection.yaml")
        async with living(design, versions.installed(), where.embedded("virtual", 240), folder) as lab:
            await do(lab)

    asyncio.run(run())


def test_a_fault_is_predicted_and_ends_by_itself(tmp_path: Path) -> None:
    async def strike(lab: LivingLab) -> None:
        await lab.probe("app: {udp: {from: app, to: web, rate: 100/s}}")
        await lab.give(Advance(to=Seconds(5)))
        cut: Any = await lab.fail("cable_silent: {connection: primary}", lasts=Seconds(3))
        assert [(one["probe"], one["detected_by"]) for one in cut["predicted"]] == [("app", "bfd")] * 2
        assert lab.faults == ("cable_silent",)
        await lab.give(Advance(to=Seconds(7.5)))
        second: Any = await lab.fail("cable_cut: {connection: backup}")
        low, high = second["predicted"][0]["outage_ms"]
        assert low == pytest.approx(500.0, abs=5.0), "only the heal ends it"
        assert high < 10_000
        await lab.give(Advance(to=Seconds(8)))
        assert lab.faults == ("cable_cut",)

    in_lab(tmp_path, strike)
    told = [e for e in timeline.read(tmp_path / "timeline.jsonl") if isinstance(e, FaultInjected | FaultHealed)]
    assert [(e.word, e.step) for e in told] == [
        ("fault_injected", "cable_silent"),
        ("fault_injected", "cable_cut"),
        ("fault_healed", "cable_silent"),
    ]
    assert told[-1].happened_at_s == pytest.approx(8.0, abs=0.0001)


def test_the_design_changes_and_is_taken_back(tmp_path: Path) -> None:
    async def change(lab: LivingLab) -> None:
        await lab.give(Advance(to=Seconds(5)))
        made: Any = await lab.change(PREPEND)
        assert made["id"] == "change"
        assert "both ends' tables say so" in made["evidence"]
        assert lab.changes == ("change",)
        with pytest.raises(InputErrors, match="DX-C003"):
            await lab.change(PREPEND)
        with pytest.raises(InputErrors, match="Did you mean 'primary'"):
            await lab.change(PREPEND.replace("primary", "primry"))
        with pytest.raises(InputErrors, match="DX-C002"):
            await lab.change("connections: {backup: {bandwidth: 1 Gbps}}")
        await lab.back()
        with pytest.raises(InputErrors, match="DX-C004"):
            await lab.back()

    in_lab(tmp_path, change)
    told = [e for e in timeline.read(tmp_path / "timeline.jsonl") if isinstance(e, ChangeDone)]
    assert [(e.change, e.back, e.topology) for e in told] == [
        ("change", False, "topology.1.yaml"),
        ("change", True, "topology.2.yaml"),
    ]
    assert not list(tmp_path.glob("*.pickle"))
    assert "as_path_prepend: 3" in (tmp_path / "topology.1.yaml").read_text(encoding="utf-8")
