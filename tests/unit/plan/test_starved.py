"""A tunnel whose own packets have no way by design is named, with where they end; no other one is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dxemu.control.starved import starved
from dxemu.errors import LabError
from dxemu.plan.make import make_plan
from dxemu.run.lab_process import _refuse_starved
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
VALID = Path(__file__).parents[1] / "topology" / "valid"
OFF: dict[str, Any] = {"amazon": {"enabled": False}}


@pytest.mark.parametrize("name", sorted(path.stem for path in TOPOLOGIES.glob("*.yaml")))
def test_no_shipped_design_starves_a_tunnel(name: str) -> None:
    assert list(starved(make_plan(load(TOPOLOGIES / f"{name}.yaml")))) == []


def test_what_is_below_is_switched_off() -> None:
    plan = make_plan(load(TOPOLOGIES / "ipsec_over_public_vif.yaml", {"virtual_interfaces": {"public": OFF}}))
    found = [str(one) for one in starved(plan)]
    assert found[0] == (
        "vpn_tunnel_1 cannot come up: its own packets from customer_router to 192.0.2.129 end at customer_router, "
        "which has no route; public is switched off by AWS"
    )
    with pytest.raises(LabError, match="vpn_tunnel_1 cannot come up") as refused:
        _refuse_starved(plan)
    assert "dxemu explain path customer_router 192.0.2.129" in refused.value.remedy


def test_a_source_filter_lets_them_not_through() -> None:
    plan = make_plan(load(VALID / "everything_on_one_connection.yaml"))
    found = {one.tunnel: (one.node, one.why) for one in starved(plan)}
    assert set(found) == {"over_internet_tunnel_1", "over_internet_tunnel_2"}
    assert {node for node, _ in found.values()} == {"dx_1"}
    assert all("source address filter" in why for _, why in found.values())


def test_a_tunnel_that_is_switched_off_itself_waits_for_nobody() -> None:
    change = {"virtual_interfaces": {"public": OFF}, "vpns": {"vpn": {"customer": {"enabled": False}}}}
    assert list(starved(make_plan(load(TOPOLOGIES / "ipsec_over_public_vif.yaml", change)))) == []
