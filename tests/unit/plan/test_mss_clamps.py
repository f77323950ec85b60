"""Where TCP's segments are clamped: on the customer's interfaces that say so, and on transit gateways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dxemu.audit.design import Design
from dxemu.audit.mtu_differs import MtuDiffers
from dxemu.netlink.mss import _rule as rule
from dxemu.plan.make import make_plan
from dxemu.report.plan_rows import mss_clamps
from dxemu.topology.load import load
from dxemu.topology.model import Topology

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


def design(change: dict[str, Any], name: str = "vpn_backup") -> Topology:
    return load(TOPOLOGIES / f"{name}.yaml", change)


def examined(topology: Topology) -> Design:
    return Design(topology, make_plan(topology), None)


def both(vif: int | None, vpn: int | None) -> dict[str, Any]:
    return {
        "virtual_interfaces": {"primary": {"customer": {"tcp_mss": vif}}},
        "vpns": {"vpn": {"customer": {"tcp_mss": vpn}}},
    }


def test_a_virtual_interface_and_both_tunnels_are_clamped() -> None:
    plan = make_plan(design(both(1400, 1360)))
    ends = {session.name: session.ends[0].interface for session in plan.sessions}
    assert {(c.node, c.interface, c.mss) for c in plan.mss_clamps} == {
        ("colo_router", ends["primary"], 1400),
        ("customer_router", ends["vpn_tunnel_1"], 1360),
        ("customer_router", ends["vpn_tunnel_2"], 1360),
    }
    assert all("TCP segments" in row[2] for row in mss_clamps(plan))


def test_a_transit_gateway_clamps_to_what_it_carries() -> None:
    plan = make_plan(design({}, "transit_gateway"))
    assert [(c.interface, c.mss) for c in plan.mss_clamps] == [(None, 8460)]


@pytest.mark.parametrize(
    ("vif", "vpn", "told"), [(None, None, True), (None, 1406, True), (1407, 1406, True), (1406, 1406, False)]
)
def test_a_clamp_on_every_way_settles_what_differs(vif: int | None, vpn: int | None, told: bool) -> None:
    found = list(MtuDiffers().find(examined(design(both(vif, vpn)))))
    assert bool(found) is told
    assert all("`tcp_mss: 1406`" in one.remedy for one in found)


def test_only_what_begins_a_connection_is_written() -> None:
    names = [step["attrs"][0][1] for step in rule(6, "eth0", 1360)]
    assert names == ["meta", "cmp", "meta", "cmp", "payload", "bitwise", "cmp", "counter", "immediate", "exthdr"]
    assert [step["attrs"][0][1] for step in rule(None, None, 1360)] == names[2:]
