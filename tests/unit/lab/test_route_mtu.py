"""What a gateway sends at most towards the customer: 1500 bytes where a route's ways do not all take jumbo frames."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from dxemu.aws.mtu import of_route
from dxemu.bgp.rib import LocRib
from dxemu.control.converge import converge, gateway_rib, tables_of
from dxemu.control.route_mtu import route_mtu
from dxemu.lab.fib import Fib
from dxemu.lab.gateway import GatewayRouter
from dxemu.netlink import route_batch
from dxemu.plan.make import make_plan
from dxemu.plan.model import MAIN_TABLE
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
NETWORK = IPv4Network("10.0.0.0/16")
JUMBO = {"mtu": 9001}
OFF = {"route_propagation": False}


@pytest.mark.parametrize(
    ("mtus", "used"),
    [
        *(((), None), ((1500, 1500), None), ((1500, 1446), None), ((9001, 9001), None), ((9001,), None)),
        *(((9001, 1500), 1500), ((8500, 9001), 1500), ((8500, 1446), 1500)),
    ],
)
def test_one_route_by_ways_of_different_mtus(mtus: tuple[int, ...], used: int | None) -> None:
    assert of_route(mtus) == used


def static(*prefixes: str, **vgw: bool) -> dict[str, Any]:
    """Both ways with jumbo frames, and static routes of the VPC."""
    vpc = {"static_routes": dict.fromkeys(prefixes, "vgw")}
    return {
        "virtual_interfaces": {"primary": JUMBO, "backup": JUMBO},
        "aws": {"virtual_private_gateways": {"vgw": vgw}, "vpcs": {"prod": vpc}},
    }


@pytest.mark.parametrize(
    ("name", "change", "used"),
    [
        ("backup_connection", {}, None),
        ("backup_connection", {"virtual_interfaces": {"primary": JUMBO}}, 1500),
        ("backup_connection", {"virtual_interfaces": {"backup": JUMBO}}, 1500),
        ("backup_connection", {"virtual_interfaces": {"primary": JUMBO, "backup": JUMBO}}, None),
        ("backup_connection", static("0.0.0.0/0", **OFF), 1500),
        ("backup_connection", static("0.0.0.0/0"), None),
        ("backup_connection", static("10.0.0.0/16"), 1500),
        ("backup_connection", static("10.9.0.0/16"), None),
        ("backup_connection", static("10.9.0.0/16", **OFF), None),
        ("vpn_backup", {"virtual_interfaces": {"primary": JUMBO}}, 1500),
        ("vpn_backup_static", {"virtual_interfaces": {"primary": {"mtu": 8500}}}, 1500),
    ],
)
def test_what_a_gateway_sends_at_most(name: str, change: dict[str, Any], used: int | None) -> None:
    plan = make_plan(load(TOPOLOGIES / f"{name}.yaml", change))
    gateway = plan.gateways[0]
    table = max(t for t in tables_of(gateway) if t != gateway.vpc_table)
    assert route_mtu(gateway, gateway_rib(plan, gateway, converge(plan), table), NETWORK) == used


class Kernel(Fib):
    """A table that writes down what is asked of it: the MTU of each route that is put in."""

    def __init__(self) -> None:
        nobody: Any = None
        super().__init__(nobody)
        self.asked: list[tuple[str, int | None]] = []

    async def write(self, routes: Any) -> None:
        self.asked += [(str(prefix) if vias else f"no {prefix}", self._mtus.get(prefix)) for prefix, vias in routes]


class Silent:
    """A journal that nobody reads."""

    def tell_each(self, events: Any) -> None:
        list(events)

    def tell(self, event: object) -> None:
        del event


def test_a_worse_way_changes_the_mtu_when_it_comes_and_when_it_goes() -> None:
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml", {"virtual_interfaces": {"primary": JUMBO}}))
    gateway, kernel, journal = plan.gateways[0], Kernel(), Silent()
    assert tables_of(gateway) == (MAIN_TABLE,)
    said: Any = journal
    router = GatewayRouter(plan, gateway, {MAIN_TABLE: kernel}, said)
    ribs = converge(plan)
    primary, backup = (
        next(a for a in gateway.attachments if any(r.session == name for r in ribs[a.speaker].routes()))
        for name in ("primary", "backup")
    )
    for attachment in (primary, backup):
        empty = LocRib()
        hear = router.listener_for(attachment, ribs[attachment.speaker])
        asyncio.run(hear(empty.learn("", [choice.route for choice in ribs[attachment.speaker].best.values()])))
    assert kernel.asked == [(str(NETWORK), None), (str(NETWORK), 1500)]
    asyncio.run(router.carrier_changed(backup.gateway_interface, up=False))
    assert kernel.asked[2:] == [(str(NETWORK), None)]
    asyncio.run(router.carrier_changed(primary.gateway_interface, up=False))
    assert kernel.asked[3:] == [(f"no {NETWORK}", None)]


def test_the_kernel_is_told_the_mtu_beside_the_next_hop() -> None:
    via = IPv4Network("169.254.10.2/32").network_address
    with_mtu, without = (route_batch._request(NETWORK, [via], MAIN_TABLE, mtu)[2] for mtu in (1500, None))
    metrics = bytes.fromhex("0c00 0800 0800 0200 dc050000")
    assert with_mtu == without + metrics
    assert route_batch._request(NETWORK, [], MAIN_TABLE, 1500) == route_batch._request(NETWORK, [], MAIN_TABLE, None)
