"""A node has power again when the last fault that took it is over; who is without it is not asked for its light."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from dxemu.lab import power
from dxemu.lab.power import Power
from dxemu.plan.make import make_plan
from dxemu.topology.load import load
from tests.unit.faults.test_bad_cables import ROOT


def test_two_faults_take_the_power_of_neighbours_and_of_one_node_twice(monkeypatch: pytest.MonkeyPatch):
    ports: dict[tuple[str, str], bool] = {}
    plan = make_plan(load(ROOT / "topologies" / "backup_connection.yaml"))
    nodes: Any = {node.name: SimpleNamespace(netlink=node.name) for node in plan.nodes}

    async def set_up(node: str, port: str, *, up: bool) -> None:
        ports[node, port] = up

    async def read(node: str, port: str) -> Any:
        (there,) = [b for cable in plan.cables for a, b in ends(cable) if (a.node, a.name) == (node, port)]
        return SimpleNamespace(carrier=ports.get((node, port), True) and ports.get((there.node, there.name), True))

    async def restored(*_: object) -> None:
        return None

    def ends(cable: Any) -> Any:
        return (cable.a, cable.b), (cable.b, cable.a)

    monkeypatch.setattr(power.link, "set_up", set_up)
    monkeypatch.setattr(power.link, "read", read)
    monkeypatch.setattr(power, "restore_node", restored)
    lab = Power(nodes)

    async def strike() -> None:
        assert not any((await lab.set(plan, "dx_1", on=False)).values())
        read = await lab.set(plan, "colo_router", on=False)
        assert set(read) == {"customer_router", "dx_2"}, "dx_1 is dark itself"
        read = await lab.set(plan, "dx_1", on=True)
        assert set(read.items()) == {("vgw", True)}, "the light of colo_router is its own matter"
        await lab.set(plan, "colo_router", on=False)
        assert await lab.set(plan, "colo_router", on=True) == {}, "the other fault takes it still"
        assert not lab.has("colo_router")
        assert all((await lab.set(plan, "colo_router", on=True)).values())

    asyncio.run(strike())
