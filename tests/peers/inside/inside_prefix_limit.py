"""The prefix limit as FRR, BIRD and GoBGP see it: Cease/1, no way back while AWS's end is Idle, up after a reset."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

from dxemu.lab.lab import Lab
from dxemu.plan.model import BgpSession, Plan
from tests.lab.running import FOLDER, Told, all_seen, ip, plan_of
from tests.peers.aws_side import aws_side_of
from tests.peers.programs import bird, frr, gobgp, need

LIMIT = 100
LOG = Path(FOLDER, "bird.log")
LEAK = [str(network) for network in IPv4Network("10.64.0.0/16").subnets(new_prefix=24)]
STAYS_DOWN_S = 20.0
"""Longer than FRR's and BIRD's waits before they connect again."""

ZEBRA = "frr defaults traditional\nhostname customer\n"
BGPD = """
router bgp 65000
 bgp router-id 10.0.0.1
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor %(peer)s remote-as 64512
 neighbor %(peer)s password %(key)s
 neighbor %(peer)s timers connect 5
 address-family ipv4 unicast
%(networks)s
 exit-address-family
"""
BIRD = """
log "%(log)s" { remote };
router id 10.0.0.1;
protocol device { }
protocol static customer { ipv4; %(networks)s }
protocol bgp aws {
  local %(local)s as 65000;
  neighbor %(peer)s as 64512;
  password "%(key)s";
  error wait time 1, 5;
  ipv4 { import all; export where proto = "customer"; };
}
"""
GOBGP = """
[global.config]
  as = 65000
  router-id = "10.0.0.1"
  port = -1
[[neighbors]]
  [neighbors.config]
    neighbor-address = "%(peer)s"
    peer-as = 64512
    auth-password = "%(key)s"
  [neighbors.transport.config]
    local-address = "%(local)s"
  [neighbors.timers.config]
    connect-retry = 5
    idle-hold-time-after-reset = 5
"""
GOBGP_ESTABLISHED = 6
GOBGP_LIMIT = 3
"""Each prefix is a command of its own to GoBGP."""
UP = {"event": "bgp", "session": "primary", "node": "dx_1", "state": "up"}
DOWN = {"event": "bgp", "session": "primary", "node": "dx_1", "state": "down", "reason": "prefix_limit"}


def primary_of(plan: Plan) -> BgpSession:
    return next(session for session in plan.sessions if session.name == "primary")


def values(session: BgpSession, networks: str) -> dict[str, object]:
    mine, other = session.ends
    return {"local": mine.address, "peer": other.address, "key": session.auth_key, "networks": networks, "log": LOG}


def as_networks(prefixes: list[str]) -> str:
    return "\n".join(f"  network {prefix}" for prefix in prefixes)


def as_routes(prefixes: list[str]) -> str:
    return " ".join(f"route {prefix} unreachable;" for prefix in prefixes)


def bgp_routes_of_the_device() -> list[str]:
    """What the customer announced and the kernel of AWS's device has."""
    return [str(r["dst"]) for r in ip("dx_1", "-4", "route", "show", "table", "all") if r.get("protocol") == "bgp"]


async def again_up(lab: Lab, events: list[Told]) -> None:
    events.clear()
    await lab.operator.reset("primary")
    await all_seen(lab.journal, events, [UP], within_s=30)
    await lab.journal.clock.settle(5.0)
    assert not [event for event in events if event["event"] == "bgp" and event["state"] == "down"]


def test_frr_sees_cease_1_and_stays_down_until_it_withdraws_and_the_session_is_reset() -> None:
    need("frr", "zebra", "bgpd", "vtysh")

    async def story() -> None:
        plan = plan_of("backup_connection_by_circuit")
        session = primary_of(plan)
        aws = str(session.ends[1].address)
        bgpd = ZEBRA + BGPD % values(session, as_networks(LEAK[:LIMIT]))
        async with aws_side_of(plan) as (lab, events):
            with frr(lab.node("customer_router"), {"zebra": ZEBRA, "bgpd": bgpd}) as customer:
                await all_seen(lab.journal, events, [UP], within_s=60)
                await lab.journal.clock.settle(5.0)
                assert customer.show(f"ip bgp neighbors {aws}")[aws]["bgpState"] == "Established"
                assert len(bgp_routes_of_the_device()) == LIMIT

                unicast = ("router bgp 65000", "address-family ipv4 unicast")
                customer.do(*unicast, f"network {LEAK[LIMIT]}")
                await all_seen(lab.journal, events, [DOWN], within_s=30)
                (limit,) = [event for event in events if event["event"] == "prefix_limit"]
                assert (limit["count"], limit["limit"]) == (LIMIT + 1, LIMIT)
                events.clear()
                await lab.journal.clock.settle(STAYS_DOWN_S)
                neighbor = customer.show(f"ip bgp neighbors {aws}")[aws]
                assert neighbor["bgpState"] != "Established"
                assert neighbor["lastNotificationReason"] == "Cease/Maximum Number of Prefixes Reached", neighbor
                assert UP not in [{key: e.get(key) for key in UP} for e in events]
                assert bgp_routes_of_the_device() == []

                customer.do(*unicast, f"no network {LEAK[LIMIT]}")
                await lab.journal.clock.settle(STAYS_DOWN_S)
                assert customer.show(f"ip bgp neighbors {aws}")[aws]["bgpState"] != "Established"
                customer.do("do clear bgp *")
                await again_up(lab, events)
                assert customer.show(f"ip bgp neighbors {aws}")[aws]["bgpState"] == "Established"
                assert len(bgp_routes_of_the_device()) == LIMIT

    asyncio.run(story())


def test_bird_that_is_reset_with_too_many_prefixes_is_refused_again() -> None:
    need("bird2", "bird", "birdc")

    async def story() -> None:
        plan = plan_of("backup_connection_by_circuit")
        session = primary_of(plan)
        with_leak, without = (BIRD % values(session, as_routes(LEAK[:n])) for n in (LIMIT + 1, LIMIT))
        async with aws_side_of(plan) as (lab, events):
            with bird(lab.node("customer_router"), with_leak) as customer:
                for times in (1, 2):
                    await all_seen(lab.journal, events, [UP, DOWN], within_s=60)
                    await lab.journal.clock.settle(30.0)
                    assert "Established" not in customer.show("protocols", "all", "aws")
                    assert LOG.read_text().count("Received: Maximum number of prefixes reached") == times, (
                        LOG.read_text()
                    )
                    events.clear()
                    await lab.operator.reset("primary")
                await all_seen(lab.journal, events, [UP, DOWN], within_s=60)
                customer.configure(without)
                customer.do("restart", "aws")
                await again_up(lab, events)
                assert "Established" in customer.show("protocols", "all", "aws")

    asyncio.run(story())


def with_limit(plan: Plan, most: int) -> Plan:
    """The plan where AWS's ends take so many prefixes."""
    sessions = tuple(
        session
        if session.prefix_quota is None
        else replace(session, prefix_quota=replace(session.prefix_quota, most=most))
        for session in plan.sessions
    )
    return replace(plan, sessions=sessions)


def test_gobgp_sees_cease_1_and_stays_down_until_it_withdraws_and_the_session_is_reset() -> None:
    need("gobgpd", "gobgpd", "gobgp")

    async def story() -> None:
        plan = with_limit(plan_of("backup_connection_by_circuit"), GOBGP_LIMIT)
        session = primary_of(plan)
        aws = str(session.ends[1].address)
        async with aws_side_of(plan) as (lab, events):
            with gobgp(lab.node("customer_router"), GOBGP % values(session, "")) as customer:

                def state() -> int:
                    return int(json.loads(customer.ask("-j", "neighbor", aws))["state"]["session_state"])

                for prefix in LEAK[:GOBGP_LIMIT]:
                    customer.ask("global", "rib", "add", prefix)
                await all_seen(lab.journal, events, [UP], within_s=60)
                await lab.journal.clock.settle(5.0)
                assert len(bgp_routes_of_the_device()) == GOBGP_LIMIT
                assert state() == GOBGP_ESTABLISHED

                customer.ask("global", "rib", "add", LEAK[GOBGP_LIMIT])
                await all_seen(lab.journal, events, [DOWN], within_s=30)
                events.clear()
                await lab.journal.clock.settle(STAYS_DOWN_S)
                assert state() != GOBGP_ESTABLISHED
                assert "subcode 1(maximum number of prefixes reached)" in customer.log.read_text()
                assert UP not in [{key: e.get(key) for key in UP} for e in events]
                assert bgp_routes_of_the_device() == []

                customer.ask("global", "rib", "del", LEAK[GOBGP_LIMIT])
                await again_up(lab, events)
                assert state() == GOBGP_ESTABLISHED
                assert len(bgp_routes_of_the_device()) == GOBGP_LIMIT

    asyncio.run(story())
