"""AWS's end of a hosted virtual interface that nobody has accepted does not come up with its port."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dxemu.lab.hosted import accept, unaccepted
from dxemu.lab.node import LabNode
from dxemu.netlink import link, vlan
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


@pytest.mark.parametrize("dark", [False, True])
def test_it_is_loosely_bound_until_its_owner_accepts_it(monkeypatch: pytest.MonkeyPatch, dark: bool):
    plan = make_plan(load(TOPOLOGIES / "hosted_vif.yaml"))
    said: list[tuple[str, bool]] = []
    unused: Any = None
    nodes = {node.name: LabNode(node, unused, unused) for node in plan.nodes}
    (guest,) = plan.sessions_on("guest")
    end = guest.ends[1]
    assert set(unaccepted(plan)) == {(end.node, end.interface)}
    nodes[end.node].hold(down=dark)

    async def bind(_: object, name: str, *, loosely: bool) -> None:
        said.append((f"{name} loose", loosely))

    async def set_up(_: object, name: str, *, up: bool) -> None:
        assert not (dark and up), "the kernel refuses to switch on a VLAN of a port that is off"
        said.append((f"{name} up", up))

    async def read(_: object, name: str) -> Any:
        state: Any = type("State", (), {"up": said[-1] == (f"{name} up", True)})
        return state

    monkeypatch.setattr(vlan, "bind", bind)
    monkeypatch.setattr(link, "set_up", set_up)
    monkeypatch.setattr(link, "read", read)
    assert asyncio.run(accept(plan, nodes, guest, accepted=True))
    assert said == [(f"{end.interface} loose", False), *([] if dark else [(f"{end.interface} up", True)])]
    said.clear()
    assert not asyncio.run(accept(plan, nodes, guest, accepted=False))
    assert said == [(f"{end.interface} loose", True), (f"{end.interface} up", False)]
