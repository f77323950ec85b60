"""Policers and shapers on a real kernel: what they pass, to the frame, and what the kernel says of them."""

from __future__ import annotations

import asyncio
import socket

import pytest

from dxemu.aws import policing
from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.limits import read_limits
from dxemu.netlink import police, segmentation, shape
from dxemu.netlink.session import NetlinkError
from dxemu.plan.model import LimitKind
from dxemu.units import BitsPerSecond
from tests.lab.hosted import POLICER, RATE, SHAPER, built, plan_with

LONG_MTU = 9001
SO_RCVBUFFORCE = 33
HEADERS = 14 + 20 + 8
"""Ethernet, IPv4, UDP."""


@pytest.mark.parametrize("rate", [50_000_000, 500_000_000, 25_000_000_000, 400_000_000_000])
def test_rates_and_bursts_read_back(rate: int) -> None:
    async def run() -> None:
        async with built(plan_with()) as nodes:
            device, router = nodes["device"].netlink, nodes["router"].netlink
            burst = policing.policer_burst(BitsPerSecond(rate))
            wanted = shape.Shape(rate_bps=rate, bucket=burst, queue=123_456)
            for _ in range(2):
                await police.apply(device, "customer", police.Police(rate_bps=rate, burst=burst))
                await shape.apply(router, "vlan101", wanted)
            policer, _ = await police.read(device, "customer")
            assert policer.rate_bps == rate
            assert policer.burst == pytest.approx(burst, rel=1e-3)
            shaper, _ = await shape.read(router, "vlan101")
            assert (shaper.rate_bps, shaper.queue) == (rate, 123_456)
            assert shaper.bucket == pytest.approx(burst, rel=1e-3)

    asyncio.run(run())


def test_what_is_not_there_is_told_and_a_cable_stays_as_it_is() -> None:
    async def run() -> None:
        async with built(plan_with(POLICER, SHAPER)) as nodes:
            device, router = nodes["device"].netlink, nodes["router"].netlink
            await police.delete(device, "customer")
            await shape.delete(router, "vlan101")
            with pytest.raises(LabError, match="no policer on customer"):
                await police.read(device, "customer")
            with pytest.raises(LabError, match="no shaper on vlan101"):
                await shape.read(router, "vlan101")
            with pytest.raises(NetlinkError):
                await shape.apply(router, "aws", shape.Shape(rate_bps=int(RATE), bucket=20_000, queue=100_000))

    asyncio.run(run())


def test_hosts_send_frame_by_frame_where_there_is_a_limit_and_only_there() -> None:
    async def run() -> None:
        async with built(plan_with(POLICER)) as nodes:
            assert await segmentation.read(nodes["client"].netlink, "lan") == 1
            assert await segmentation.read(nodes["server"].netlink, "lan") == 1
        async with built(plan_with()) as nodes:
            assert await segmentation.read(nodes["client"].netlink, "lan") > 1

    asyncio.run(run())


@pytest.mark.parametrize("size", [1000, LONG_MTU - 28])
def test_twice_the_rate_goes_in_and_the_rate_comes_out(size: int) -> None:
    """To the frame: what passes is the burst, and the rate times the time."""
    duration_s = 0.1
    frame_bits = (size + HEADERS) * 8
    count = round(2 * RATE * duration_s / frame_bits)

    async def run() -> None:
        plan = plan_with(POLICER, mtu=LONG_MTU)
        async with built(plan) as nodes:
            with nodes["client"].namespace.entered():
                sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with nodes["server"].namespace.entered():
                sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with sender, sink:
                sink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
                sink.bind(("10.3.0.2", 9))
                sender.sendto(b"", ("10.3.0.2", 9))  # what ARP has to say is said
                await Clock().settle(0.1)
                clock = Clock()
                clock.start()
                for number in range(count):
                    await clock.until(number * duration_s / count)
                    sender.sendto(bytes(size), ("10.3.0.2", 9))
                await clock.settle(0.1)
                counters = (await read_limits(plan, nodes))["device", "customer", LimitKind.POLICE]
                sink.setblocking(False)
                passed = received(sink, size)
        assert passed + counters.dropped == count
        expected = (POLICER.burst * 8 + RATE * duration_s) / frame_bits
        assert passed == pytest.approx(expected, rel=0.01)

    asyncio.run(run())


def received(sink: socket.socket, size: int) -> int:
    count = 0
    while True:
        try:
            count += len(sink.recv(size)) == size
        except BlockingIOError:
            return count
