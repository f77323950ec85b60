"""What an end takes and who has a shared address, where nothing else asks for it."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from dxemu.control.forward import Believed, Forwarding, TableLayout
from dxemu.control.policy import import_policy
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


@pytest.mark.parametrize("end", [0, 1])
def test_the_next_hop_of_an_external_peer_has_to_be_on_the_link(end: int) -> None:
    """Both ends of a virtual interface know the subnet of their own address (RFC 4271 section 6.3)."""
    peers = {"amazon_address": "169.254.10.1/30", "customer_address": "169.254.10.2/30"}
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml", {"virtual_interfaces": {"primary": peers}}))
    session = plan.session("primary")
    assert import_policy(plan, session, session.ends[end].speaker).on_link == ip_network("169.254.10.0/30")
    internal = next(one for one in plan.sessions if not one.external)
    assert import_policy(plan, internal, internal.ends[end].speaker).on_link is None


def test_a_shared_address_whose_routers_are_all_gone_stays_with_the_first() -> None:
    """By its name: whoever has the address on a card that nobody hears has it still."""
    plan = make_plan(load(TOPOLOGIES / "hardware_high_availability.yaml"))
    (group,) = {one.virtual_router_id: one for one in plan.vrrp}.values()
    routers = [router for router, _ in group.priorities]
    layout = TableLayout(plan)
    for gone, master in (((), routers[0]), (routers[:1], routers[1]), (routers, routers[0])):
        believed = Believed(masters_gone=frozenset((group.virtual_router_id, router) for router in gone))
        assert Forwarding(layout, believed).tables.masters[group.address.ip] == master
