"""Throughput by iperf3: what the receiver gets of one or more TCP connections, or of a load of UDP.

Under the virtual clock the cables are the limit, whatever the machine: a cable's rate counts every frame with its
Ethernet header, those that the kernel carries as one large segment too. An 802.1Q tag, FCS, preamble and the gap
between frames are not counted. One TCP connection over a 10 Gbit/s port and an MTU of 1500 bytes has 1448 bytes of
payload in 1514: 9.56 Gbit/s. On a real port, where a tagged frame takes 1542 bytes of the wire, it is 9.39.

The first moments do not count: TCP starts slowly, and doubles its window every round trip. Measured is from there on.
TCP hands over what came in order only: when a lost segment was sent again, all that had waited for it comes at once. So
no more is counted than the host's port received in the time that counts.
iperf3 sends one file again and again (`--zerocopy`), so that what is on its way takes no memory, and in blocks of some
100 us, so that a byte is counted soon after it came. Both ends run when nobody else wants to: iperf3 3.12 spins for the
round trip before its first packet, and would keep timers and other probes waiting.
"""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack

from dxemu.events.base import Event
from dxemu.events.probes import ThroughputMeasured
from dxemu.events.run import Tick
from dxemu.events.timeline import DIRECTIONS
from dxemu.host.command import Command
from dxemu.lab.flow_path import FlowPath, flow_path
from dxemu.lab.iperf3 import SOME_S, FlowStart, ReceiverReport, received, report_of, why
from dxemu.lab.probes.base import KEPT_S, START_S, ProbeRun, Runner
from dxemu.netlink import link, sysctl
from dxemu.plan.model import Plan, Role
from dxemu.probes.throughput import ThroughputProbe

PORT = 5201
"""First port; each probe takes the next."""
CONNECT_LIMIT_S = 5.0
INTERVAL_S = 0.1
"""The shortest time that iperf3 counts in."""
LARGEST_WINDOW = 2**31 - 1
HOST_SETTINGS = {
    "net/ipv4/tcp_rmem": f"4096\t{2**30}\t{LARGEST_WINDOW}",
    "net/ipv4/tcp_wmem": f"4096\t65536\t{LARGEST_WINDOW}",
    "net/ipv4/tcp_comp_sack_nr": "0",
}
"""400 Gbit/s over 10 ms there and back is 500 MB on the way; Linux's own limits are some MB. Who receives has room from
the start and acknowledges each segment after a gap: how Linux makes room by and by (`tcp_rcv_space_adjust`), and how
long it saves acknowledgements, is each version's own (net/ipv4/tcp_input.c), and with it what other traffic loses.
"""
KERNEL_SETTINGS = {
    "net/ipv4/tcp_mem": "1048576\t1048576\t1048576",
    "net/core/rmem_max": "16777216",
    "net/core/wmem_max": "16777216",
}
"""Pages of all TCP together, and bytes of a UDP socket's buffers. They are of a whole kernel: set in ours only."""
UDP_BUFFER = "4M"
_SMALLEST_BLOCK, _LARGEST_BLOCK = 16 << 10, 1 << 20
_BLOCK_S = 100e-6
_FIRST_WINDOW = 10 * 1448
_SPARE_DOUBLINGS = 3
HEADERS = {4: 14 + 20 + 20 + 12, 6: 14 + 40 + 20 + 12}
"""Bytes of a frame that are no payload: Ethernet's, IP's, TCP's with the timestamps that Linux sends."""
UDP_HEADERS = {4: 14 + 20 + 8, 6: 14 + 40 + 8}
SENDS, RECEIVES = ("--forceflush",), ("--json",)
"""Who sends says at once that it is connected, who receives counts, and tells it at the end."""


class ThroughputRunner(Runner[ThroughputProbe]):
    """Tells a `throughput` event for each probe."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Start the receivers, which wait; each sender starts at its time."""
        lab = self.run.lab
        self._counting: dict[str, ThroughputMeasured] = {}
        if self.run.embedded:
            for name, value in KERNEL_SETTINGS.items():
                sysctl.write(None, name, value)
        for number, probe in enumerate(self.probes):
            for node in probe.ends:
                for name, value in HOST_SETTINGS.items():
                    sysctl.write(lab.node(node).namespace, name, value)
            port = str(PORT + number)
            _, waits = _begins(lab.plan, probe)
            how = SENDS if waits == _ends(probe)[0] else RECEIVES
            wait = ("iperf3", "--server", "--one-off", *how, "--interval", str(INTERVAL_S), "--port", port)
            connection = FlowStart()
            heard = connection.heard if how is SENDS else None
            waiting = stack.enter_context(Command(wait, lab.node(waits).namespace, heard, idle=self.run.embedded))
            self.go_on(self._measure(probe, waiting, port, connection))

    def known(self) -> Sequence[Event]:
        """What came by cable so far of those that are counted: what was lost the receiver tells at its end."""
        return list(self._counting.values())

    async def _measure(self, probe: ThroughputProbe, waiting: Command, port: str, connection: FlowStart) -> None:
        lab = self.run.lab
        due_s = max(float(probe.at), START_S)
        await lab.journal.clock.until(due_s)
        late_s = lab.journal.clock.now() - due_s
        path = await flow_path(lab, *_begins(lab.plan, probe), probe.version)
        omitted_s, started_s = _omitted_s(probe, path), lab.journal.clock.now()
        command, begins = _command(self.run, probe, path, port), lab.node(_begins(lab.plan, probe)[0]).namespace
        with Command(command, begins, connection.heard, idle=self.run.embedded) as begun:
            problem, arrived = await self._send(probe, begun, connection, omitted_s)
            counts = begun if "--reverse" in command else waiting
            got = None if problem else received(await report_of(counts), omitted_s, float(probe.duration))
        if got is None and not problem:
            problem = "nothing arrived"
        lost = None
        if got is not None and probe.offered is not None:
            lost = round(100 * got.lost / got.packets, 3) if got.packets else 100.0
        self._counting.pop(probe.name, None)
        told = _measured(
            probe,
            started_s,
            omitted_s,
            seconds=round(got.seconds, 3) if got else 0.0,
            bits_per_second=_rate(probe, got, arrived) if got else 0,
            lost_percent=lost,
            problem=problem,
            late_s=round(late_s, 6),
        )
        lab.journal.tell(told)

    async def _send(
        self, probe: ThroughputProbe, begun: Command, connection: FlowStart, omitted_s: float
    ) -> tuple[str, int]:
        """Have it sent for as long as the probe says, and stop.

        Gives what went wrong, "" if nothing did, and the bytes of payload that came by cable in the time that counts.
        """
        lab = self.run.lab
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                await connection.told.wait()
        except TimeoutError:
            return f"no connection within {CONNECT_LIMIT_S:g} s", 0
        await self._pass(omitted_s)
        started_s = lab.journal.clock.now() - omitted_s
        before = await self._arrived(probe)
        counted = 0.0
        while counted < probe.duration:
            if counted:
                rate = round(max(0, await self._arrived(probe) - before) * 8 / counted)
                so_far = _measured(probe, started_s, omitted_s, seconds=counted, bits_per_second=rate)
                self._counting[probe.name] = so_far
                self.keep_known()
            step = min(KEPT_S, probe.duration - counted)
            await self._pass(step)
            counted += step
        arrived = await self._arrived(probe) - before
        await self._pass(2 * INTERVAL_S)
        begun.send_signal(signal.SIGTERM)
        ended = await begun.ended()
        return ("", arrived) if connection.made else (why(ended), 0)

    async def _arrived(self, probe: ThroughputProbe) -> int:
        """Bytes of payload that the receiver's ports have received so far."""
        lab = self.run.lab
        _, target = _ends(probe)
        ports = [port for cable in lab.plan.cables for port in (cable.a, cable.b) if port.node == target]
        counted = [await link.received(lab.node(target).netlink, port.name) for port in ports]
        headers = (HEADERS if probe.offered is None else UDP_HEADERS)[probe.version]
        return sum(size - frames * headers for frames, size in counted)

    async def _pass(self, seconds: float) -> None:
        """Let time pass. Much work may be done in little of it, so there is a sign of life for every interval."""
        journal = self.run.lab.journal
        for _ in range(round(seconds / INTERVAL_S)):
            await journal.clock.settle(INTERVAL_S)
            journal.tell(Tick())


def _measured(
    probe: ThroughputProbe,
    started_s: float,
    omitted_s: float,
    *,
    seconds: float,
    bits_per_second: int,
    lost_percent: float | None = None,
    problem: str = "",
    late_s: float | None = None,
) -> ThroughputMeasured:
    return ThroughputMeasured(
        probe=probe.name,
        direction=probe.direction,
        streams=probe.streams,
        started_s=round(started_s, 6),
        omitted_s=omitted_s,
        seconds=seconds,
        bits_per_second=bits_per_second,
        offered_bps=None if probe.offered is None else int(probe.offered),
        lost_percent=lost_percent,
        problem=problem,
        late_s=late_s,
    )


def _ends(probe: ThroughputProbe) -> tuple[str, str]:
    """Sender, receiver."""
    near, far = probe.ends
    return (near, far) if probe.direction == DIRECTIONS[0] else (far, near)


def _begins(plan: Plan, probe: ThroughputProbe) -> tuple[str, str]:
    """Who begins the connection, and the other end.

    That is who sends. A service's sending is asked for: what is on the Internet finds no host behind a router's NAT.
    """
    sender, receiver = _ends(probe)
    return (receiver, sender) if plan.node(sender).role is Role.SERVICE else (sender, receiver)


def _rate(probe: ThroughputProbe, got: ReceiverReport, arrived: int) -> int:
    """Bits per second; of TCP no more than `arrived` by cable in the time that counts, of which handshakes are none."""
    bits_per_second = got.bytes * 8 / got.seconds
    if probe.offered is None:
        bits_per_second = max(0.0, min(bits_per_second, arrived * 8 / float(probe.duration)))
    return round(bits_per_second)


def _omitted_s(probe: ThroughputProbe, path: FlowPath) -> float:
    """What does not count, in whole intervals.

    TCP: its slow start, which doubles from 10 packets (RFC 6928) to what fits on the path. UDP beyond the rate: until
    the queue is full, and what was lost first is missed at the other end.
    """
    if probe.offered is None:
        on_the_way = path.rate * path.round_trip_s / 8
        doublings = max(0.0, math.log2(max(on_the_way, 1) / _FIRST_WINDOW)) + _SPARE_DOUBLINGS
        seconds = path.round_trip_s * doublings
    else:
        seconds = path.round_trip_s + (2 * path.queue_s if probe.offered > path.limit else 0.0)
    return round(math.ceil(seconds / INTERVAL_S + SOME_S) * INTERVAL_S, 3)


def _command(run: ProbeRun, probe: ThroughputProbe, path: FlowPath, port: str) -> list[str]:
    """iperf3 as the end that begins. It goes on until it is told to stop: it knows whole seconds only."""
    begins, other = _begins(run.lab.plan, probe)
    sender, _ = _ends(probe)
    source, target = (str(run.lab.plan.address_of(node, probe.version)) for node in (begins, other))
    words = ["iperf3", "--client", target, "--bind", source, "--port", port, "--parallel", str(probe.streams)]
    words += [
        "--time",
        "3600",
        "--interval",
        str(INTERVAL_S),
        *(SENDS if begins == sender else (*RECEIVES, "--reverse")),
    ]
    if probe.offered is None:
        block = int(path.limit * _BLOCK_S / 8 / probe.streams)
        words += ["--zerocopy", "--length", str(min(max(block, _SMALLEST_BLOCK), _LARGEST_BLOCK))]
        return words + (["--set-mss", str(probe.mss)] if probe.mss is not None else [])
    words += ["--udp", "--bitrate", str(int(probe.offered) // probe.streams)]
    words += ["--window", UDP_BUFFER] if run.embedded else []
    return words + (["--length", str(probe.mss)] if probe.mss is not None else [])
