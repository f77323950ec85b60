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
from dxemu.explain.replay import state_of_run
from dxemu.host import versions, where
from dxemu.plan.make import make_plan
from dxemu.run.living import LivingLab, living
from dxemu.run.orders import Advance, AskRoutes
from dxemu.topology import document
from dxemu.units import Seconds
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

DESIGN = REPOSITORY / "topologies" / "backup_connection.yaml"
LEAKED = "10.64.0.0/24"
LEAK = f"announce_prefixes: {{router: colo_router, prefixes: {LEAKED}}}"
PREPEND = "virtual_interfaces: {primary: {customer: {as_path_prepend: 3}}}"


def in_lab(folder: Path, do: Callable[[LivingLab], Awaitable[None]]) -> None:
    async def run() -> None:
        async with living(document.read(DESIGN), versions.installed(), where.embedded("virtual", 240), folder) as lab:
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


async def known(lab: LivingLab) -> set[str]:
    """The prefixes that the gateway's kernel has from the customer, once they have had time to arrive."""
    await lab.give(Advance(by=Seconds(2)))
    asked: Any = await lab.give(AskRoutes(node="vgw"))
    return {route["prefix"] for route in asked["routes"] if route["prefix"].startswith("10.")}


async def stays(lab: LivingLab, folder: Path) -> None:
    """What was announced by hand stays, in kernels and in what is said of the design, until that is undone."""
    assert await known(lab) >= {LEAKED}
    assert f"{LEAKED}: originate" in lab.text()
    wanted = document.parse(lab.text(secrets=True), "backup_connection.yaml").topology()
    assert lab.plan == make_plan(wanted, lab.plan.versions)
    assert lab.session.happened(), "the timeline is all there for who reads it now"
    believed = state_of_run(folder, None).plan
    assert [str(p) for p in believed.speaker("colo_router").originates] == [LEAKED]
    with pytest.raises(InputErrors, match="DX-S020"):
        await lab.act(LEAK)
    await lab.act(LEAK.replace("announce", "withdraw"))
    assert LEAKED not in await known(lab)
    assert LEAKED not in lab.text()
    await lab.act(LEAK)
    followed: Any = await lab.follow(document.read(DESIGN))
    assert [f"announcements.{LEAKED}" in effect for effect in followed["effects"]] == [True]
    assert LEAKED not in await known(lab)


def test_the_design_changes_and_is_taken_back(tmp_path: Path) -> None:
    async def change(lab: LivingLab) -> None:
        await lab.give(Advance(to=Seconds(5)))
        await lab.act(LEAK)
        assert await known(lab) >= {LEAKED}
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
        await stays(lab, tmp_path)

    in_lab(tmp_path, change)
    told = [e for e in timeline.read(tmp_path / "timeline.jsonl") if isinstance(e, ChangeDone)]
    assert [(e.change, e.back, e.topology) for e in told] == [
        ("change", False, "topology.2.yaml"),
        ("change", True, "topology.3.yaml"),
        ("up", False, "topology.6.yaml"),
    ]
    assert not list(tmp_path.glob("*.pickle"))
    assert "as_path_prepend: 3" in (tmp_path / "topology.2.yaml").read_text(encoding="utf-8")
