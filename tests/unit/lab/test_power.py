"""A port is up when nobody holds it down: neither a fault of its cable nor one that takes its node's power."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from dxemu.errors import FaultNotApplied
from dxemu.faults.aws_device_maintenance import AwsDeviceMaintenance
from dxemu.faults.base import BreakableLab, Fault, switch_power
from dxemu.faults.blink import Blink
from dxemu.faults.cable_cut import CableCut
from dxemu.faults.flapping import Flapping
from dxemu.faults.location_down import LocationDown
from dxemu.faults.node_down import NodeDown
from dxemu.faults.region_isolated import RegionIsolated
from dxemu.lab import power
from dxemu.lab.cable import LabCable
from dxemu.lab.node import LabNode
from dxemu.lab.power import Power
from dxemu.netlink import link
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from dxemu.units import Seconds

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


class Kernels:
    """Which ports are up, of all nodes. A port has carrier while both ends of its cable are up."""

    def __init__(self, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
        self.plan = plan
        self._up: dict[tuple[str, str], bool] = {}
        self._there: dict[tuple[str, str], tuple[str, str]] = {}
        for cable in plan.cables:
            a, b = (cable.a.node, cable.a.name), (cable.b.node, cable.b.name)
            self._there |= {a: b, b: a}
        monkeypatch.setattr(link, "set_up", self._set_up)
        monkeypatch.setattr(link, "vlans_over", self._no_vlans)
        monkeypatch.setattr(link, "read", self._read)
        monkeypatch.setattr(link, "has_carrier", self._has_carrier)
        monkeypatch.setattr(power, "restore_node", self._restored)
        unused: Any = None
        netlinks: Mapping[str, Any] = {node.name: node.name for node in plan.nodes}
        self.nodes = {node.name: LabNode(node, unused, netlinks[node.name]) for node in plan.nodes}
        self.power = Power(self.nodes)
        self.beside: Any = None
        self._cables: dict[str, LabCable] = {}

    async def _set_up(self, node: str, port: str, *, up: bool) -> None:
        self._up[node, port] = up

    async def _no_vlans(self, node: str, port: str) -> tuple[str, ...]:
        del node, port
        return ()

    async def _has_carrier(self, node: str, port: str) -> bool:
        return self._up.get((node, port), True) and self._up.get(self._there[node, port], True)

    async def _read(self, node: str, port: str) -> Any:
        state: Any = type("State", (), {"carrier": await self._has_carrier(node, port)})
        return state

    async def _restored(self, *_: object) -> None:
        return None

    async def set_power(self, node: str, *, on: bool) -> Mapping[str, bool]:
        return await self.power.set(self.plan, node, on=on)

    def cable(self, name: str) -> LabCable:
        if name not in self._cables:
            cable = self.plan.cable(name)
            self._cables[name] = LabCable(cable, self.nodes[cable.a.node], self.nodes[cable.b.node])
        return self._cables[name]

    async def lit(self, name: str) -> bool:
        cable = self.plan.cable(name)
        return await self._has_carrier(cable.a.node, cable.a.name)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(load(TOPOLOGIES / "backup_connection.yaml"))


def test_two_faults_take_the_power_of_neighbours_and_of_one_node_twice(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    lab = Kernels(plan, monkeypatch)

    async def strike() -> None:
        assert not any((await lab.set_power("dx_1", on=False)).values())
        read = await lab.set_power("colo_router", on=False)
        assert set(read) == {"customer_router", "dx_2"}, "dx_1 is dark itself"
        read = await lab.set_power("dx_1", on=True)
        assert set(read.items()) == {("vgw", True)}, "the light of colo_router is its own matter"
        await lab.set_power("colo_router", on=False)
        assert await lab.set_power("colo_router", on=True) == {}, "the other fault takes it still"
        assert not lab.power.has("colo_router")
        assert all((await lab.set_power("colo_router", on=True)).values())

    asyncio.run(strike())


DARK: Mapping[str, tuple[str, Fault, Fault]] = {
    "cut at AWS's device": ("primary", CableCut(connection="primary"), NodeDown(device="dx_1")),
    "cut at a router": ("primary", CableCut(connection="primary"), NodeDown(router="colo_router")),
    "cut in a location": ("primary", CableCut(connection="primary"), LocationDown(location="EqDC2")),
    "a circuit": ("metro", CableCut(circuit="metro"), NodeDown(router="customer_router")),
    "a device that AWS maintains": (
        "primary",
        CableCut(connection="primary"),
        AwsDeviceMaintenance(device="dx_1", phase="away"),
    ),
    "a blink": ("primary", Blink(connection="primary", dark=Seconds(5)), NodeDown(device="dx_1")),
    "cut twice": ("primary", CableCut(connection="primary"), Blink(connection="primary", dark=Seconds(5))),
    "a Region": ("backbone_dx_1_vgw", RegionIsolated(region="us-east-1"), NodeDown(device="dx_1")),
    "a member of a LAG": ("member_1", CableCut(connection="member_1"), NodeDown(device="dx_1")),
}


@pytest.mark.parametrize("first_struck", [0, 1])
@pytest.mark.parametrize("first_healed", [0, 1])
@pytest.mark.parametrize(("cable", "cut", "dark"), DARK.values(), ids=DARK)
def test_a_cable_has_light_when_the_last_fault_of_it_and_its_ends_is_over(
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
    cable: str,
    cut: Fault,
    dark: Fault,
    first_struck: int,
    first_healed: int,
):
    if cable == "member_1":
        plan = make_plan(load(TOPOLOGIES / "lag.yaml"))
    lab = Kernels(plan, monkeypatch)
    breakable = cast("BreakableLab", lab)
    faults = (cut, dark)

    async def strike() -> None:
        for number in (first_struck, 1 - first_struck):
            await faults[number].inject(breakable)
            assert not await lab.lit(cable)
        await faults[first_healed].heal(breakable)
        assert not await lab.lit(cable), "the other fault keeps it dark"
        await faults[1 - first_healed].heal(breakable)
        assert [one.name for one in plan.cables if not await lab.lit(one.name)] == []

    asyncio.run(strike())


def test_the_other_member_of_a_lag_has_light_again_with_its_node(monkeypatch: pytest.MonkeyPatch):
    lab = Kernels(make_plan(load(TOPOLOGIES / "lag.yaml")), monkeypatch)

    async def strike() -> None:
        await lab.cable("member_1").set_carrier(up=False)
        await lab.set_power("dx_1", on=False)
        await lab.set_power("dx_1", on=True)
        assert (await lab.lit("member_1"), await lab.lit("member_2")) == (False, True)

    asyncio.run(strike())


def test_a_kernel_that_does_not_do_it_is_found_out(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    lab = Kernels(plan, monkeypatch)

    async def nothing(*_: object, **__: object) -> None:
        return None

    async def strike() -> None:
        monkeypatch.setattr(link, "set_up", nothing)
        with pytest.raises(FaultNotApplied, match="carrier on cable primary at colo_router should be down"):
            await lab.cable("primary").set_carrier(up=False)
        with pytest.raises(FaultNotApplied, match="should see no light from dx_2"):
            await switch_power(cast("BreakableLab", lab), ["dx_2"], on=False)

    asyncio.run(strike())


def test_a_cable_that_flaps_at_a_node_without_power_lights_nothing(plan: Plan, monkeypatch: pytest.MonkeyPatch):
    lab = Kernels(plan, monkeypatch)
    beside: list[Callable[[Callable[[float], Awaitable[bool]]], Awaitable[str]]] = []
    fault = Flapping(connection="primary", period=Seconds(4), duty=25.0, count=2)

    async def strike() -> None:
        lab.beside = type("Beside", (), {"start": lambda _, __, work: beside.append(work)})()
        await lab.set_power("dx_1", on=False)
        await fault.inject(cast("BreakableLab", lab))
        seen: list[bool] = []

        async def pause(_: float) -> bool:
            seen.append(await lab.lit("primary"))
            return False

        assert (await beside[0](pause)).startswith("carrier down")
        assert seen == [False] * len(seen)
        await lab.set_power("dx_1", on=True)
        assert await lab.lit("primary")

    asyncio.run(strike())
