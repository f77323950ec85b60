"""A VPC's own route table in the kernel: what is propagated to it, its quota, and a static default route beyond it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import IPv4Network, ip_address

import pytest

from dxemu.actions.announce_prefixes import AnnouncePrefixes
from dxemu.actions.withdraw_prefixes import WithdrawPrefixes
from dxemu.aws.quotas import routes_allocated
from dxemu.lab.lab import Lab
from dxemu.netlink import route
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from tests.lab.guest import REPOSITORY
from tests.lab.running import ip, lab_of

VPC_TABLE = "10000"
ROOM = 100
LEAK = AnnouncePrefixes(router="colo_router", first=IPv4Network("10.64.0.0/24"), count=150)
LOW = WithdrawPrefixes(router="colo_router", first=IPv4Network("10.64.0.0/24"), count=60)
HERE, FIRST, BEYOND, NOWHERE = "10.0.1.10", "10.64.0.1", "10.64.149.1", "192.0.2.1"


def plan(propagation: str, static: str) -> Plan:
    """A VPC with one static route; both sessions take 200 prefixes."""
    vpc = {"static_routes": {static: "vgw"}}
    aws = {"vpcs": {"prod": vpc}, "virtual_private_gateways": {"vgw": {"route_propagation": propagation}}}
    made = make_plan(load(REPOSITORY / "topologies" / "backup_connection.yaml", {"aws": aws}))
    sessions = (
        replace(s, prefix_quota=routes_allocated(200)) if s.prefix_quota is not None else s for s in made.sessions
    )
    return replace(made, sessions=tuple(sessions))


def thrown() -> set[str]:
    """What the VPC's route table passes on to the gateway's."""
    found = ip("vgw", "-4", "route", "show", "table", VPC_TABLE)
    return {entry["dst"] for entry in found if entry["type"] == "throw"}


def of_the_gateway() -> set[str]:
    return {entry["dst"] for entry in ip("vgw", "-4", "route", "show", "table", "main") if entry["protocol"] == "bgp"}


def leaked(*numbers: int) -> set[str]:
    return {f"10.64.{number}.0/24" for number in numbers}


async def reached(lab: Lab) -> list[bool]:
    """Whether the kernel would forward an instance's packets to each of the four addresses."""
    web, netlink = ip_address("172.31.1.10"), lab.node("vgw").netlink
    wanted = (HERE, FIRST, BEYOND, NOWHERE)
    found = [await route.lookup(netlink, ip_address(to), source=web, incoming="web") for to in wanted]
    return [one is not None for one in found]


async def leak(lab: Lab) -> None:
    await LEAK.do(lab)
    await lab.journal.clock.settle(2.0)


async def propagated_and_a_route_elsewhere(lab: Lab) -> None:
    fixed = {"172.31.0.0/16", "192.0.2.0/24"}
    assert thrown() == {*fixed, "10.0.0.0/16"}
    await leak(lab)
    assert of_the_gateway() == {"10.0.0.0/16", *leaked(*range(150))}, "the gateway itself has no quota"
    assert thrown() == {*fixed, "10.0.0.0/16", *leaked(*range(ROOM - 1))}
    assert await reached(lab) == [True, True, False, False]
    await LOW.do(lab)
    await lab.journal.clock.settle(2.0)
    assert thrown() == {*fixed, "10.0.0.0/16", *leaked(*range(60, 150))}
    assert await reached(lab) == [True, False, True, False]


async def default_route_alone(lab: Lab) -> None:
    assert thrown() == {"172.31.0.0/16", "default"}
    await leak(lab)
    assert thrown() == {"172.31.0.0/16", "default"}
    assert await reached(lab) == [True, True, True, False]


async def nothing_that_helps(lab: Lab) -> None:
    assert of_the_gateway() == {"10.0.0.0/16"}
    assert await reached(lab) == [False, False, False, False]


@pytest.mark.parametrize(
    ("propagation", "static", "check"),
    [
        ("on", "192.0.2.0/24", propagated_and_a_route_elsewhere),
        ("off", "0.0.0.0/0", default_route_alone),
        ("off", "192.0.2.0/24", nothing_that_helps),
    ],
    ids=["propagated", "static default", "neither"],
)
def test_the_kernel_has_the_vpcs_route_table(propagation: str, static: str, check: object) -> None:
    async def story() -> None:
        async with lab_of(plan(propagation, static)) as (lab, _):
            await lab.converged([])
            await lab.journal.clock.settle(2.0)
            assert callable(check)
            await check(lab)

    asyncio.run(story())
