"""Bad cables on a real kernel: what each fault does to packets, that two of them keep both, that nothing is left."""

from __future__ import annotations

import asyncio
import math
import socket
import struct
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import permutations

import pytest

from dxemu.errors import FaultNotApplied
from dxemu.faults.corrupt import Corrupt
from dxemu.faults.delay import Delay
from dxemu.faults.duplicate import Duplicate
from dxemu.faults.mtu_black_hole import MtuBlackHole
from dxemu.faults.on_cable import CableFault
from dxemu.faults.packet_loss import PacketLoss
from dxemu.faults.packets_held import PacketsHeld
from dxemu.faults.quality import TO_AWS
from dxemu.faults.rate_limited import RateLimited
from dxemu.faults.reorder import Reorder
from dxemu.host.clock import Clock
from dxemu.lab.build import build_cables, build_interfaces, build_nodes
from dxemu.lab.cable import LabCable
from dxemu.lab.node import LabNode
from dxemu.units import BitsPerSecond, Seconds
from tests.lab.running import plan_of, said, tc

CABLE = "metro"
CABLE_S = 0.003
PORT = 9000
SHORT, LONG = 100, 1200
HEADERS = 14 + 20 + 8
BUCKET = 9100 + 14
"""What leaves at once: the longest frame of the cable must fit into it."""
SO_TIMESTAMPNS = 35
SIGMAS = 4.5
EXACT_S = 10e-6
EVERY_S = 0.001

KINDS: dict[str, CableFault] = {
    "packet_loss": PacketLoss(circuit=CABLE, direction=TO_AWS, share=20.0),
    "delay": Delay(circuit=CABLE, direction=TO_AWS, by=Seconds(0.005)),
    "reorder": Reorder(circuit=CABLE, direction=TO_AWS, share=10.0, by=Seconds(0.0035)),
    "duplicate": Duplicate(circuit=CABLE, direction=TO_AWS, share=25.0),
    "corrupt": Corrupt(circuit=CABLE, direction=TO_AWS, share=30.0),
    "rate_limited": RateLimited(circuit=CABLE, direction=TO_AWS, rate=BitsPerSecond(5_000_000), queue=Seconds(1)),
    "mtu_black_hole": MtuBlackHole(circuit=CABLE, direction=TO_AWS, mtu=1000),
    "packets_held": PacketsHeld(circuit=CABLE, direction=TO_AWS),
}


@dataclass
class Sides:
    """Both ends of a cable, and the time."""

    cable: LabCable
    nodes: tuple[LabNode, LabNode]
    addresses: tuple[str, str]
    clock: Clock

    async def sent(
        self,
        count: int,
        size: int,
        meanwhile: Callable[[], Awaitable[object]] | None = None,
        *,
        back: bool = False,
        every_s: float = EVERY_S,
    ) -> list[tuple[int, float]]:
        """Send numbered packets one way, do something, and give numbers and one-way delays as they arrive."""
        (sender, receiver), (here, there) = self.nodes, self.addresses
        if back:
            sender, receiver, here, there = receiver, sender, there, here
        with sender.namespace.entered():
            out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with receiver.namespace.entered():
            into = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with out, into:
            into.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            into.setsockopt(socket.SOL_SOCKET, 33, 1 << 26)
            into.bind((there, PORT))
            into.setblocking(False)
            begin, left = self.clock.now(), list[int]()
            for number in range(count):
                await self.clock.until(begin + number * every_s)
                left.append(time.clock_gettime_ns(time.CLOCK_REALTIME))
                out.sendto(struct.pack("=I", number).ljust(size, b"\0"), (there, PORT))
            await self.clock.settle(0.05)
            if meanwhile is not None:
                await meanwhile()
                await self.clock.settle(0.05)
            await self.clock.settle(count * (size + HEADERS) * 8 / 5e6 if every_s == 0 else 0.1)
            return list(_received(into, left))


def _received(into: socket.socket, left: list[int]) -> list[tuple[int, float]]:
    found = []
    while True:
        try:
            data, about, _, _ = into.recvmsg(LONG, 256)
        except BlockingIOError:
            return found
        ((_, _, stamp),) = about
        seconds, nanoseconds = struct.unpack("=qq", stamp[:16])
        (number,) = struct.unpack_from("=I", data)
        if number < len(left):  # a wrong bit that the checksum did not find would be a fault of the kernel
            found.append((number, (seconds * 10**9 + nanoseconds - left[number]) / 1e9))


@asynccontextmanager
async def sides() -> AsyncIterator[Sides]:
    plan = plan_of("private_vif")
    async with AsyncExitStack() as stack:
        nodes = await build_nodes(plan, stack)
        cables = await build_cables(plan, nodes)
        clock = Clock()
        await build_interfaces(plan, nodes, clock)
        cable = plan.cable(CABLE)
        ends = (cable.a.node, cable.b.node)
        held = {a.node: str(a.address.ip) for a in plan.addresses if a.interface == CABLE and a.address.version == 4}
        await clock.settle(0.5)
        clock.start()
        found = Sides(cables[CABLE], (nodes[ends[0]], nodes[ends[1]]), (held[ends[0]], held[ends[1]]), clock)
        await found.sent(1, SHORT)  # neighbours are learnt
        yield found


def with_cable(story: Callable[[Sides], Awaitable[None]]) -> None:
    async def run() -> None:
        async with sides() as found:
            await story(found)

    asyncio.run(run())


def within(found: int, count: int, share: float) -> bool:
    """Whether `found` of `count` is a share, as far as chance lets it."""
    return abs(found - count * share) <= SIGMAS * math.sqrt(count * share * (1 - share)) + 1e-9


async def worsened(cable: LabCable, *faults: CableFault) -> str:
    words = ""
    for fault in faults:
        words = await cable.worsen(fault.quality(), fault.directions)
    return words


async def mended(cable: LabCable, *faults: CableFault) -> str:
    words = ""
    for fault in faults:
        words = await cable.mend(fault.quality(), fault.directions)
    return words


def queues(node: LabNode) -> list[str]:
    """The kinds of the queueing disciplines at the cable's port, as iproute2 says."""
    lines = said("tc", "-n", node.name, "qdisc", "show", "dev", CABLE).splitlines()
    return [line.split()[1] for line in lines]


def test_loss_is_the_share_and_one_way_only() -> None:
    async def story(of: Sides) -> None:
        fault = KINDS["packet_loss"]
        assert "20 % lost" in await worsened(of.cable, fault)
        count = 3000
        got = await of.sent(count, SHORT, every_s=0.0002)
        assert within(count - len(got), count, 0.2), len(got)
        assert len(await of.sent(300, SHORT, back=True)) == 300
        words = await mended(of.cable, fault)
        assert f"{count - len(got)} of {count // 10}" in words, "and a word of ARP's"
        assert len(await of.sent(300, SHORT)) == 300
        assert queues(of.nodes[0]) == ["netem"]

    with_cable(story)


def test_bursts_have_their_length_and_lose_their_share() -> None:
    async def story(of: Sides) -> None:
        fault = PacketLoss(circuit=CABLE, direction=TO_AWS, share=10.0, burst=8)
        assert "10 % lost in bursts of 8" in await worsened(of.cable, fault)
        count = 6000
        got = {number for number, _ in await of.sent(count, SHORT, every_s=0.0002)}
        lost = [number for number in range(count) if number not in got]
        bursts = sum(number - 1 not in set(lost) for number in lost)
        assert 0.07 < len(lost) / count < 0.13
        assert 6 < len(lost) / bursts < 10
        await mended(of.cable, fault)

    with_cable(story)


def test_a_delay_is_exact_and_jitter_keeps_the_order() -> None:
    async def story(of: Sides) -> None:
        fault = KINDS["delay"]
        await worsened(of.cable, fault)
        for _, delay_s in await of.sent(200, SHORT):
            assert abs(delay_s - CABLE_S - 0.005) < EXACT_S
        for _, delay_s in await of.sent(20, SHORT, back=True):
            assert abs(delay_s - CABLE_S) < EXACT_S
        await mended(of.cable, fault)
        for distribution in ("normal", "uniform", "pareto"):
            fault = Delay(
                circuit=CABLE, direction=TO_AWS, by=Seconds(0.02), jitter=Seconds(0.005), distribution=distribution
            )
            assert "20 ms" not in await worsened(of.cable, fault)  # with the cable's own
            got = await of.sent(1500, SHORT, every_s=0.05)
            delays = [delay_s - CABLE_S for _, delay_s in got]
            mean = math.fsum(delays) / len(delays)
            deviation = math.sqrt(math.fsum((one - mean) ** 2 for one in delays) / len(delays))
            assert mean == pytest.approx(0.02, abs=0.0007), distribution
            wanted = 0.005 / math.sqrt(3) if distribution == "uniform" else 0.005
            assert deviation == pytest.approx(wanted, rel=0.2), distribution
            close = await of.sent(300, SHORT, every_s=0.0001)
            assert [number for number, _ in close] == list(range(300))
            await mended(of.cable, fault)

    with_cable(story)


def test_tcp_is_cut_into_frames_where_a_cable_is_bad() -> None:
    """What TCP hands over at once would be lost at once: a loss of 2 % would be one of far fewer, longer packets."""

    async def story(of: Sides) -> None:
        fault = MtuBlackHole(circuit=CABLE, direction=TO_AWS, mtu=9100)
        await worsened(of.cable, fault)
        total = 3_000_000
        loop = asyncio.get_running_loop()
        with of.nodes[1].namespace.entered():
            server = socket.create_server((of.addresses[1], PORT))
        with of.nodes[0].namespace.entered():
            client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        with server, client:
            server.setblocking(False)
            client.setblocking(False)
            connecting = asyncio.create_task(loop.sock_connect(client, (of.addresses[1], PORT)))
            taken, _ = await loop.sock_accept(server)
            await connecting
            with taken:
                sending = asyncio.create_task(loop.sock_sendall(client, bytes(total)))
                got = 0
                while got < total:
                    got += len(await asyncio.wait_for(loop.sock_recv(taken, 1 << 20), 20))
                await sending
        words = await mended(of.cable, fault)
        assert words.startswith("customer_router sends as it should, 0 of ")
        assert int(words.split(" of ")[1].split()[0]) > total / 9100

    with_cable(story)


PAIRS = list(permutations(KINDS, 2))


@pytest.mark.parametrize("first_goes_first", [True, False])
def test_every_pair_keeps_both_and_leaves_nothing(first_goes_first: bool) -> None:
    """Both orders in which they strike, and both in which they are healed."""

    async def story(of: Sides) -> None:
        for one, other in PAIRS:
            await worsened(of.cable, KINDS[one], KINDS[other])
            await strikes(of, {one, other}, f"{one} and {other}")
            gone, left = (one, other) if first_goes_first else (other, one)
            await mended(of.cable, KINDS[gone])
            await strikes(of, {left}, f"{left} of {one} and {other} once {gone} is healed")
            await mended(of.cable, KINDS[left])
            await of.clock.settle(0.1)
            assert await of.cable.whole() == "", f"{one} and {other}"
            for node in of.nodes:
                assert queues(node) == ["netem"], f"{one} and {other}"

    with_cable(story)


async def strikes(of: Sides, kinds: set[str], what: str) -> None:
    """Whether packets suffer from these and no others."""
    count = 200
    held = KINDS["packets_held"]

    async def release() -> None:
        if "packets_held" in kinds:
            await mended(of.cable, held)

    got = await of.sent(count, SHORT, release, every_s=0 if "rate_limited" in kinds else EVERY_S)
    if "packets_held" in kinds:
        await worsened(of.cable, held)
    lost = 0.2 * ("packet_loss" in kinds)
    lost += (1 - lost) * 0.3 * ("corrupt" in kinds)
    arrived = {number for number, _ in got}
    assert within(count - len(arrived), count, lost), (what, len(arrived))
    assert within(len(got) - len(arrived), len(arrived), 0.25 * ("duplicate" in kinds)), (what, len(got), len(arrived))
    earliest = min(delay_s for _, delay_s in got)
    if "packets_held" in kinds:
        assert earliest > 0.04, (what, earliest)
    else:
        assert abs(earliest - CABLE_S - 0.005 * ("delay" in kinds)) < EXACT_S * 10, (what, earliest)
    order = [number for number, _ in got]
    if "packets_held" not in kinds and "rate_limited" not in kinds:
        assert (order != sorted(order)) == ("reorder" in kinds), what
    if "rate_limited" in kinds and "packets_held" not in kinds:
        latest = max(delay_s for _, delay_s in got)
        passed = count if "corrupt" in kinds else len(arrived)  # a packet with a wrong bit takes its time, too
        wanted = (passed * (SHORT + HEADERS) - BUCKET) * 8 / 5e6
        assert latest - earliest == pytest.approx(wanted, rel=0.2), (what, latest - earliest)
    many = await of.sent(40, LONG, release)
    if "packets_held" in kinds:
        await worsened(of.cable, held)
    assert (not many) == ("mtu_black_hole" in kinds), (what, len(many))


def test_silence_and_a_bad_cable_do_not_wipe_each_other() -> None:
    async def story(of: Sides) -> None:
        fault = KINDS["delay"]
        await worsened(of.cable, fault)
        await of.cable.silence(silent=True)
        await of.cable.silence(silent=True)  # a carrier's failure, too
        assert await of.sent(20, SHORT) == []
        await of.cable.silence(silent=False)
        assert await of.sent(20, SHORT) == []
        await of.cable.silence(silent=False)
        for _, delay_s in await of.sent(20, SHORT):
            assert abs(delay_s - CABLE_S - 0.005) < EXACT_S
        await of.cable.silence(silent=True)
        await mended(of.cable, fault)
        assert await of.sent(20, SHORT) == []
        await of.cable.silence(silent=False)
        assert len(await of.sent(20, SHORT)) == 20
        assert await of.cable.whole() == ""

    with_cable(story)


def test_what_the_kernel_cannot_do_twice_is_refused_and_changes_nothing() -> None:
    async def story(of: Sides) -> None:
        fault = PacketLoss(circuit=CABLE, direction=TO_AWS, share=10.0, burst=8)
        await worsened(of.cable, fault)
        with pytest.raises(FaultNotApplied, match="cannot come twice"):
            await worsened(of.cable, fault)
        await mended(of.cable, fault)
        assert await of.cable.whole() == ""

    with_cable(story)


def test_somebody_who_changes_a_cable_behind_our_back_is_found_out() -> None:
    async def story(of: Sides) -> None:
        assert await of.cable.whole() == ""
        words = ["tc", "-n", of.nodes[0].name, "qdisc", "change", "dev", CABLE, "root", "netem", "loss", "1%"]
        subprocess.run(words, check=True, timeout=20)
        assert "1 % lost" in await of.cable.whole() or "loss_percent=1.0" in await of.cable.whole()
        assert tc(of.nodes[0].name)[CABLE]

    with_cable(story)
