"""Quotas in a running lab, asked of the kernel: a VPC's route table has 100 routes, and which; a reset session."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import IPv4Network

from dxemu.actions.announce_prefixes import AnnouncePrefixes
from dxemu.actions.reset_session import ResetSession
from dxemu.actions.withdraw_prefixes import WithdrawPrefixes
from dxemu.aws.quotas import routes_allocated
from dxemu.lab.lab import Lab
from dxemu.plan.model import Plan
from tests.lab.running import Told, ip, lab_of, plan_of

ROOM = 100
LEAK = AnnouncePrefixes(router="colo_router", first=IPv4Network("10.64.0.0/24"), count=150)
LOW = WithdrawPrefixes(router="colo_router", first=IPv4Network("10.64.0.0/24"), count=60)


def with_room() -> Plan:
    """Two sessions that take 200 prefixes."""
    plan = plan_of("backup_connection")
    sessions = (
        replace(s, prefix_quota=routes_allocated(200)) if s.prefix_quota is not None else s for s in plan.sessions
    )
    return replace(plan, sessions=tuple(sessions))


def routes_of_the_gateway() -> dict[str, str]:
    """What the kernel has of BGP's routes: next hop by prefix."""
    return {r["dst"]: r["gateway"] for r in ip("vgw", "-4", "route", "show", "table", "all") if r["protocol"] == "bgp"}


def leaked(*numbers: int) -> set[str]:
    return {f"10.64.{number}.0/24" for number in numbers}


async def settled(lab: Lab) -> dict[str, str]:
    await lab.journal.clock.settle(2.0)
    return routes_of_the_gateway()


async def leak_and_withdraw(lab: Lab, events: list[Told]) -> None:
    before = await settled(lab)
    assert set(before) == {"10.0.0.0/16"}
    said = await LEAK.do(lab)
    assert "10.64.0.0/24 and 149 more; in all 151 to primary, 151 to backup" in said
    assert set(await settled(lab)) == {"10.0.0.0/16", *leaked(*range(ROOM - 1))}
    (quota,) = [event for event in events if event["event"] == "quota"]
    assert (quota["node"], quota["limit"], quota["session"]) == ("vgw", ROOM, "")
    await LOW.do(lab)
    found = await settled(lab)
    assert set(found) == {"10.0.0.0/16", *leaked(*range(60, 150))}
    assert set(found.values()) == set(before.values()), "all of them through the primary"


async def reset_one_that_is_up(lab: Lab, events: list[Told]) -> None:
    events.clear()
    assert await ResetSession(virtual_interface="primary").do(lab) == "primary is up"
    words = {(e["node"], e["state"], e["reason"]) for e in events if e["event"] == "bgp" and e["session"] == "primary"}
    assert {("colo_router", "down", "cleared"), ("dx_1", "down", "notification")} <= words
    assert {("colo_router", "up", ""), ("dx_1", "up", "")} <= words
    assert not [event for event in events if event["event"] == "bgp" and event["session"] == "backup"]


def test_a_vpc_route_table_is_full_with_100_routes_and_fills_up_again() -> None:
    async def story() -> None:
        async with lab_of(with_room()) as (lab, events):
            await lab.converged([])
            await leak_and_withdraw(lab, events)
            await reset_one_that_is_up(lab, events)

    asyncio.run(story())
