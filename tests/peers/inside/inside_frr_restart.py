"""FRR as a customer's router whose bgpd is killed and started again: AWS's side keeps its routes (RFC 4724)."""

from __future__ import annotations

import asyncio
import os

from dxemu.plan.make import make_plan
from dxemu.topology.load import load
from tests.lab.guest import REPOSITORY
from tests.lab.running import all_seen, ip
from tests.peers.aws_side import aws_side_of
from tests.peers.programs import frr, need

ZEBRA = """
frr defaults traditional
hostname customer
"""
BGPD = """
router bgp 65000
 bgp router-id 10.0.0.1
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 bgp graceful-restart
 bgp graceful-restart preserve-fw-state
 neighbor %(peer)s remote-as %(asn)d
 neighbor %(peer)s password %(key)s
 address-family ipv4 unicast
  network 10.0.0.0/16
  neighbor %(peer)s activate
 exit-address-family
"""
GRACEFUL = {"virtual_interfaces": {"primary": {"graceful_restart": True, "bfd": False}}}
WITHIN_S = 60.0


def ways_back() -> list[str]:
    """The gateway's next hops to the customer's network, in its kernel."""
    return [route["gateway"] for route in ip("vgw", "-4", "route", "show") if route["dst"] == "10.0.0.0/16"]


def test_a_killed_bgpd_costs_nothing_if_it_is_back_in_time() -> None:
    need("frr", "zebra", "bgpd", "vtysh")

    async def story() -> None:
        plan = make_plan(load(REPOSITORY / "topologies/backup_connection_by_circuit.yaml", GRACEFUL))
        primary = next(s for s in plan.sessions if s.name == "primary")
        mine, other = primary.ends
        configuration = BGPD % {"peer": other.address, "asn": other.asn, "key": primary.auth_key}
        at_aws = {"node": "dx_1", "session": "primary"}
        up, down = ({"event": "bgp", "state": state, **at_aws} for state in ("up", "down"))
        async with aws_side_of(plan) as (lab, events):
            with frr(lab.node(mine.node), {"zebra": ZEBRA}) as customer:
                pid = customer.start("bgpd", configuration)
                await all_seen(lab.journal, events, [up], WITHIN_S)
                await lab.journal.clock.settle(2.0)
                way = ways_back()
                assert way
                neighbor = customer.show(f"ip bgp neighbors {other.address}")[str(other.address)]
                assert neighbor["gracefulRestartInfo"]["timers"]["receivedRestartTimer"] == 120, neighbor

                events.clear()
                os.kill(pid, 9)
                kept = {"event": "stale", **at_aws, "prefixes": ["10.0.0.0/16"], "for_s": 120.0}
                await all_seen(lab.journal, events, [{**down, "reason": "peer_closed"}, kept], WITHIN_S)
                assert ways_back() == way
                pid = customer.start("bgpd", configuration)
                over = {"event": "stale_over", **at_aws, "prefixes": [], "reason": "end_of_rib"}
                await all_seen(lab.journal, events, [up, over], WITHIN_S)
                assert ways_back() == way

                events.clear()
                os.kill(pid, 9)
                await all_seen(lab.journal, events, [kept], WITHIN_S)
                over = {"event": "stale_over", **at_aws, "prefixes": ["10.0.0.0/16"], "reason": "restart_time"}
                await all_seen(lab.journal, events, [over], 150.0)
                assert ways_back() == []

    asyncio.run(story())
