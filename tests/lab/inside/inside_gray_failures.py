"""Gray failures in a running lab: packets are lost, and no session falls."""

from __future__ import annotations

import asyncio
import math
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dxemu.faults.cable_silent import CableSilent
from dxemu.faults.forwarding_stuck import ForwardingStuck
from dxemu.faults.some_flows import SomeFlows
from dxemu.faults.vlan_pruned import VlanPruned
from dxemu.lab.lab import Lab
from dxemu.netlink import shape
from dxemu.plan.model import LimitKind, RateLimit
from dxemu.units import BitsPerSecond
from tests.lab.running import lab_of, plan_of

FLOWS, EACH, SHARE = 600, 2, 0.25
PORT, FIRST = 7000, 20_000
SIGMAS = 4.0
FEW = 5
SO_RCVBUFFORCE = 33


async def sent(lab: Lab, source: str, target: str, version: int) -> Counter[int]:
    """Send a few packets on each of many flows. Gives how many of each have arrived, by the sender's port."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    address = str(lab.plan.address_of(target, version))
    with lab.node(target).namespace.entered():
        into = socket.socket(family, socket.SOCK_DGRAM)
    with into:
        into.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        with lab.node(target).namespace.entered():
            into.bind((address, PORT))
        into.setblocking(False)
        with lab.node(source).namespace.entered():
            for number, port in enumerate(range(FIRST, FIRST + FLOWS)):
                await lab.journal.clock.settle(
                    0.1 if number < FEW else 0.001
                )  # neighbours are learnt, no queue is full
                with socket.socket(family, socket.SOCK_DGRAM) as out:
                    out.bind(("", port))
                    for _ in range(EACH):
                        out.sendto(b"x", (address, PORT))
        await lab.journal.clock.settle(1.0)
        return Counter(senders(into))


def senders(into: socket.socket) -> Iterator[int]:
    """The ports from which packets have come."""
    while True:
        try:
            _, sender = into.recvfrom(16)
        except BlockingIOError:
            return
        yield int(sender[1])


@pytest.mark.parametrize("where", [{"device": "dx_1"}, {"gateway": "vgw"}, {"connection": "primary"}])
def test_a_share_of_the_flows_is_lost_and_every_session_stays(where: dict[str, str]) -> None:
    async def run() -> None:
        async with lab_of(plan_of("private_vif")) as (lab, events):
            await lab.converged([])
            await lab.journal.clock.settle(2.0)
            for version in (4, 6):
                assert len(await sent(lab, "app", "web", version)) == FLOWS
            fault = SomeFlows(share=SHARE * 100, **where)
            assert "25 % of the flows dropped on arrival at" in await fault.inject(lab)
            lost = {}
            for version in (4, 6):
                for source, target in (("app", "web"), ("web", "app")):
                    got = await sent(lab, source, target, version)
                    assert set(got.values()) == {EACH}, "a flow is lost as a whole, or not at all"
                    lost[version, source] = frozenset(range(FIRST, FIRST + FLOWS)) - got.keys()
                    off = abs(len(lost[version, source]) - FLOWS * SHARE)
                    assert off <= SIGMAS * math.sqrt(FLOWS * SHARE * (1 - SHARE)), len(lost[version, source])
            again = await sent(lab, "app", "web", 4)
            assert frozenset(range(FIRST, FIRST + FLOWS)) - again.keys() == lost[4, "app"]
            begun = len(events)
            await lab.journal.clock.settle(200.0)  # twice BGP's hold time
            assert [one for one in events[begun:] if one["event"] in ("bgp", "bfd")] == []
            words = await fault.heal(lab)
            assert "25 % of the flows passes again" in words
            assert f"{sum(map(len, lost.values())) * EACH + len(lost[4, 'app']) * EACH} packets dropped" in words
            assert len(await sent(lab, "app", "web", 4)) == FLOWS

    asyncio.run(run())


def test_a_router_that_forwards_nothing_keeps_its_sessions() -> None:
    async def run() -> None:
        async with lab_of(plan_of("private_vif")) as (lab, events):
            await lab.converged([])
            await lab.journal.clock.settle(2.0)
            fault = ForwardingStuck(router="colo_router")
            assert await fault.inject(lab) == "colo_router forwards no IPv4 and IPv6"
            begun = len(events)
            for version in (4, 6):
                assert not await sent(lab, "app", "web", version)
                assert not await sent(lab, "web", "app", version)
            await lab.journal.clock.settle(200.0)
            assert [one for one in events[begun:] if one["event"] in ("bgp", "bfd")] == []
            assert await fault.heal(lab) == "colo_router forwards IPv4 and IPv6"
            for version in (4, 6):
                assert len(await sent(lab, "app", "web", version)) == FLOWS

    asyncio.run(run())


def test_one_direction_alone_falls_silent() -> None:
    async def run() -> None:
        async with lab_of(plan_of("private_vif")) as (lab, _):
            await lab.converged([])
            await lab.journal.clock.settle(2.0)
            fault = CableSilent(circuit="metro", direction="to_aws")
            assert await fault.inject(lab) == "netem drops 100 % on customer_router"
            assert not await sent(lab, "app", "web", 4)
            assert len(await sent(lab, "web", "app", 4)) == FLOWS
            both = CableSilent(circuit="metro")
            await both.inject(lab)
            assert not await sent(lab, "web", "app", 4)
            await both.heal(lab)
            assert not await sent(lab, "app", "web", 4)
            assert "netem drops 0 % on customer_router" in await fault.heal(lab)
            assert len(await sent(lab, "app", "web", 4)) == FLOWS

    asyncio.run(run())


def test_a_silent_virtual_interface_has_its_shaper_again_when_nobody_silences_it() -> None:
    async def run() -> None:
        plan = plan_of("private_vif")
        session = plan.sessions_on("prod")[0]
        end = (session.ends[0].node, session.ends[0].interface)
        shaper = RateLimit(
            node=end[0], interface=end[1], kind=LimitKind.SHAPE, rate=BitsPerSecond(500_000_000), burst=1_000_000
        )
        plan = replace(plan, limits=(shaper,))
        async with lab_of(plan) as (lab, _):
            await lab.converged([])
            netlink = lab.node(end[0]).netlink
            before, _ = await shape.read(netlink, end[1])
            pruned = VlanPruned(virtual_interface="prod")
            assert "100 % of the VLAN's packets dropped" in await pruned.inject(lab)
            await lab.silence(pruned.target, silent=True)  # an interruption of AWS's, too
            assert "100 % of" in await pruned.heal(lab)
            assert set((await lab.silence(pruned.target, silent=False)).values()) == {0.0}
            assert (await shape.read(netlink, end[1]))[0] == before

    asyncio.run(run())
