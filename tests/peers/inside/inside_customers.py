"""FRR, BIRD and GoBGP as the customer's router against our AWS side, all by the same matrix.

Each has two virtual interfaces with IPv4 and IPv6 sessions on one VLAN, MD5 keys, preference communities, and a hold
time of its own on one of them; FRR and BIRD run BFD (see `tests.peers.customers`).
"""

from __future__ import annotations

import asyncio

import pytest

from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import loads
from tests.lab.guest import REPOSITORY
from tests.lab.running import all_seen, ip
from tests.peers.aws_side import aws_side_of
from tests.peers.customers import CUSTOMERS, HOLD_TIME, NETWORKS, Wish

VPC = {4: "172.31.0.0/16", 6: "2001:db8:aaaa::/56"}


def dual_stack_plan() -> Plan:
    """`backup_connection_by_circuit` with IPv6 on both virtual interfaces."""
    text = (REPOSITORY / "topologies" / "backup_connection_by_circuit.yaml").read_text()
    vpc = f"cidr: {VPC[4]}, ipv6_cidr: '{VPC[6]}', instances: {{web: [172.31.1.10, '2001:db8:aaaa:1::10']}}"
    for old, new in (
        ("networks: [10.0.0.0/16]", f"networks: [{NETWORKS[4]}, '{NETWORKS[6]}']"),
        ("app: 10.0.1.10", "app: [10.0.1.10, '2001:db8:c:1::10']"),
        ("cidr: 172.31.0.0/16, instances: {web: 172.31.1.10}", vpc),
        ("gateway: vgw, auth_key", "gateway: vgw, ipv6: on, auth_key"),
    ):
        assert old in text
        text = text.replace(old, new)
    return make_plan(loads(text))


def gateways_next_hop(plan: Plan, version: int) -> str:
    """Where the gateway's kernel sends the customer's prefix: a device's name."""
    (route,) = [r for r in ip("vgw", f"-{version}", "route", "show") if r["dst"] == NETWORKS[version]]
    return next(
        way.device for way in plan.gateways[0].attachments if route["gateway"] in map(str, way.device_addresses)
    )


@pytest.mark.parametrize(("program", "preferred"), [("frr", "primary"), ("bird", "backup"), ("gobgp", "backup")])
def test_customer(program: str, preferred: str) -> None:
    async def story() -> None:
        plan = dual_stack_plan()
        wishes = [Wish(session, session.virtual_interface == preferred) for session in plan.sessions]
        assert len(wishes) == 4
        device = {w.session.virtual_interface: w.session.ends[1].node for w in wishes}
        async with aws_side_of(plan) as (lab, events):
            with CUSTOMERS[program](lab.node("customer_router"), wishes) as customer:
                up = [
                    {"event": kind, "session": w.session.name, "node": w.session.ends[1].node, "state": "up"}
                    for w in wishes
                    for kind in (("bgp", "bfd") if w.version in customer.bfd else ("bgp",))
                ]
                await all_seen(lab.journal, events, up, within_s=180)
                chosen = [
                    {"event": "best", "node": "vgw", "prefix": NETWORKS[w.version], "session": w.session.name}
                    for w in wishes
                    if w.preferred
                ]
                await all_seen(lab.journal, events, chosen, within_s=60)
                await lab.journal.clock.settle(2.0)
                for w in wishes:
                    assert customer.hold_time(w) == (90 if w.preferred else HOLD_TIME), w.session.name
                for version in (4, 6):
                    peers = [w.session.ends[1].address for w in wishes if w.preferred and w.version == version]
                    assert [customer.chosen(version, VPC[version])] == [str(peer) for peer in peers]
                    assert customer.as_path(version, VPC[version]) == "64512"
                    assert gateways_next_hop(plan, version) == device[preferred]
                await lab.journal.clock.settle(1.2 * HOLD_TIME)  # longer than the shorter hold time
            lost = [e for e in events if e["event"] == "bgp" and e["state"] == "down" and e["reason"] == "hold_timer"]
            assert lost == []

    asyncio.run(story())
