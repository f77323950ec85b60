"""Numbered UDP packets of several flows, sent and received by one process, with the kernel's own time stamps."""

from __future__ import annotations

import math
import select
import signal
import socket
import sys
import time
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from dxemu.events.codec import encoded
from dxemu.events.growing_log import GrowingLog
from dxemu.events.probes import PacketsLogged
from dxemu.events.timeline import SO_FAR, ProbeLog
from dxemu.host.timer import Timer
from dxemu.lab.forgetting import Forgetting
from dxemu.lab.probe_flow import SEQUENCE, ProbeFlow
from dxemu.lab.probe_ports import flow_of as flow_of
from dxemu.lab.probe_receiver import PacketReceiver
from dxemu.lab.probe_sockets import sender, sink
from dxemu.lab.so_far import SoFarPipe, wait_ns, without_those_on_the_way

if TYPE_CHECKING:
    from dxemu.lab.heard_outages import OutagePipe

ASIDE_NS = 500_000
"""Packets leave between the moments at which faults strike: at the very moment it would be chance who is first."""


DRAIN_TICKS = 256
"""Packets sent between two looks at what arrived: well inside the socket's buffer."""


PART_NS = 1_000_000_000
"""What may be lost of a log if the machine is gone in the middle of a run."""


class _Active:
    """A probe's direction with its sockets, one for each flow, and what was sent when."""

    def __init__(self, flow: ProbeFlow, senders: Sequence[socket.socket], receiver: PacketReceiver) -> None:
        self.receiver = receiver
        self.flow = flow
        self.flows = len(senders)
        self._senders = senders
        self._padding = flow.padding
        self.sent: array[int] = array("q")

    def send(self, number: int, t_ns: int) -> None:
        """Send the packet of this number at `t_ns` since the epoch."""
        self.sent.append(t_ns)
        try:
            self._senders[number % len(self._senders)].send(SEQUENCE.pack(number) + self._padding)
        except OSError:  # no route to the target, or an ICMP error for an earlier packet: that packet is lost
            return

    def about(self) -> dict[str, object]:
        """What is known of its log before it is written."""
        interval_s = self.flow.interval_ns * self.flows / 1e9
        flows = {"flows": self.flows} if self.flows > 1 else {}
        return {"probe": self.flow.probe, "direction": self.flow.direction, "interval_s": interval_s, **flows}

    def finish(self, folder: str, late_s: float, so_far_ns: int | None = None) -> PacketsLogged:
        """Write the ProbeLog; with `so_far_ns`, the time since the epoch, one of its own of what is known by then."""
        flow, log, file = self.flow, ProbeLog(self.sent, self.receiver.received), self.flow.file
        forgetting = self.receiver.forgetting
        if forgetting is not None:
            forgetting.settle()
            log.older = forgetting.older if forgetting.gone else None
        if so_far_ns is not None:
            log, file = without_those_on_the_way(log, so_far_ns), SO_FAR + file
        log.write_to(folder, file)
        return PacketsLogged(
            probe=flow.probe,
            direction=flow.direction,
            interval_s=flow.interval_ns * len(self._senders) / 1e9,
            sent=log.sent_in_all,
            received=log.received_in_all,
            lateness_max_s=late_s,
            file=file,
            flows=len(self._senders) if len(self._senders) > 1 else None,
            **flow.packet_type.fields,
        )


def _open(flow: ProbeFlow) -> _Active:
    senders = [sender(flow, port) for port in flow.sources or (flow.ports.source_port,)]
    return _Active(flow, senders, PacketReceiver(sink(flow)))


def send_and_receive(
    flows: Sequence[ProbeFlow],
    epoch_ns: int,
    start_s: float,
    duration_s: float,
    folder: str,
    asked: SoFarPipe | None = None,
    heard: OutagePipe | None = None,
) -> list[PacketsLogged]:
    """Send every flow, from `start_s` and half an interval after the epoch (CLOCK_MONOTONIC), for `duration_s`. Blocks.

    Writes a ProbeLog each, and over `asked` tells of what is known so far whenever it gets a SIGUSR1; over `heard` when
    packets cease to arrive, and arrive again. What is known grows in files of its own meanwhile. A packet that the
    kernel refuses to send, because there is no route, is a lost packet.
    """
    first_ns = epoch_ns + round(start_s * 1e9)
    groups: dict[int, list[_Active]] = {}
    for flow in flows:
        groups.setdefault(flow.interval_ns, []).append(_open(flow))
    paces = [
        _Pace(group, interval, first_ns + min(interval // 2, ASIDE_NS), duration_s)
        for interval, group in groups.items()
    ]
    if math.isinf(duration_s):
        _stop_when_asked(paces)
    zero_realtime_ns = time.time_ns() - time.monotonic_ns() + epoch_ns
    if asked is not None:
        _tell_when_asked(paces[0], asked, folder, epoch_ns, zero_realtime_ns)
    if heard is not None:
        _tell_outages(paces, heard, epoch_ns, zero_realtime_ns)
    growing = _let_grow(paces, folder, zero_realtime_ns)
    if math.isinf(duration_s):
        _forget_oldest(paces, growing)
    _send_all(paces, epoch_ns, zero_realtime_ns)
    _linger(paces, zero_realtime_ns)
    results = []
    for pace in paces:
        for active in pace.group:
            active.receiver.drain(zero_realtime_ns)
            results.append(active.finish(folder, pace.late_s))
    for log in growing:
        log.over()
    return results


def _linger(paces: Sequence[_Pace], zero_realtime_ns: int) -> None:
    """Wait for what is still on its way after the last packet was sent."""
    over_ns, longest_ns = time.monotonic_ns(), 0
    for active in (active for pace in paces for active in pace.group):
        active.receiver.drain(zero_realtime_ns)
        longest_ns = max(longest_ns, wait_ns(active.sent, active.receiver.received))
    linger = Timer()
    linger.fire_at(over_ns + longest_ns)
    linger.wait()


class _Pace:
    """The flows of one interval, sent together at every tick of one timer."""

    def __init__(self, group: list[_Active], interval_ns: int, first_ns: int, duration_s: float) -> None:
        self.group = group
        self.late_s = 0.0
        self.working = False
        self.after: Callable[[], None] | None = None
        self.looks: list[Callable[[], None]] = []
        self._interval_ns = interval_ns
        self._first_ns = first_ns
        self._number = 0
        self._total = sys.maxsize if math.isinf(duration_s) else round(duration_s * 1e9) // interval_ns
        self.timer = Timer()
        self.timer.fire_at(first_ns, interval_ns)

    def stop(self) -> None:
        """Send no more."""
        self._total = min(self._total, self._number)

    @property
    def over(self) -> bool:
        """Whether all is sent."""
        return self._number >= self._total

    def tick(self, epoch_ns: int, zero_realtime_ns: int) -> None:
        """Wait for the timer, and send what is due: more than one packet a flow, if we come late."""
        due = self.timer.wait()
        self.working = True
        self._send(due, epoch_ns, zero_realtime_ns)
        for look in self.looks:
            look()
        self.working = False
        if self.after is not None:
            after, self.after = self.after, None
            after()

    def _send(self, due: int, epoch_ns: int, zero_realtime_ns: int) -> None:
        for _ in range(due):
            if self.over:
                return
            now = time.monotonic_ns()
            self.late_s = max(self.late_s, (now - self._first_ns - self._number * self._interval_ns) / 1e9)
            for active in self.group:
                active.send(self._number, now - epoch_ns)
            self._number += 1
            if self._number % DRAIN_TICKS == 0:
                for active in self.group:
                    active.receiver.drain(zero_realtime_ns)


def _stop_when_asked(paces: Sequence[_Pace]) -> None:
    def stop(_number: int, _frame: object) -> None:
        for pace in paces:
            pace.stop()

    signal.signal(signal.SIGTERM, stop)


def _tell_when_asked(pace: _Pace, asked: SoFarPipe, folder: str, epoch_ns: int, zero_realtime_ns: int) -> None:
    """At once while it waits for its timer; else after what it sends, whose lists are not whole in between."""

    def tell() -> None:
        now_ns = time.monotonic_ns() - epoch_ns
        for active in pace.group:
            active.receiver.drain(zero_realtime_ns)
        try:
            said = [encoded(active.finish(folder, pace.late_s, now_ns)) for active in pace.group]
        except OSError as error:  # such as a full disk: packets go on, and nothing that is known is lost
            asked.refuse(error)
        else:
            asked.tell(said)

    def hear(_number: int, _frame: object) -> None:
        if pace.working:
            pace.after = tell
        else:
            tell()

    signal.signal(signal.SIGUSR1, hear)


def _tell_outages(paces: Sequence[_Pace], heard: OutagePipe, epoch_ns: int, zero_realtime_ns: int) -> None:
    """From now on each tick of those that are listened to ends in a look at what has arrived."""
    from dxemu.lab.heard_outages import Arrivals  # few runs need it

    def look(active: _Active, arrivals: Arrivals) -> None:
        active.receiver.drain(zero_realtime_ns)
        change = arrivals.change(active.sent, active.receiver.received, time.monotonic_ns() - epoch_ns)
        if change is not None:
            heard.tell(active.flow.probe, active.flow.direction, change)

    for pace in paces:
        for active in pace.group:
            if active.flow.probe in heard.probes:
                pace.looks.append(partial(look, active, Arrivals(active.flows, active.flow.interval_ns)))


def _let_grow(paces: Sequence[_Pace], folder: str, zero_realtime_ns: int) -> list[GrowingLog]:
    """From now on what is known is written down every second."""

    def look(active: _Active, log: GrowingLog, each: int) -> None:
        if len(active.sent) - log.written >= each:
            active.receiver.drain(zero_realtime_ns)
            log.add(active.sent, active.receiver.received)

    growing = []
    for pace in paces:
        for active in pace.group:
            growing.append(GrowingLog(folder, active.flow.file, active.about()))
            each = max(1, PART_NS // active.flow.interval_ns)
            pace.looks.append(partial(look, active, growing[-1], each))
    return growing


def _forget_oldest(paces: Sequence[_Pace], growing: Sequence[GrowingLog]) -> None:
    """From now on each keeps only so many of its packets; `growing` are their logs, in their order."""
    each = [(pace, active) for pace in paces for active in pace.group]
    for (pace, active), log in zip(each, growing, strict=True):
        forgetting = Forgetting(active.sent, active.receiver.received, active.flows, log)
        active.receiver.forgetting = forgetting
        pace.looks.append(forgetting.tick)


def _send_all(paces: Sequence[_Pace], epoch_ns: int, zero_realtime_ns: int) -> None:
    """Tick until everything is sent."""
    if len(paces) == 1:
        while not paces[0].over:
            paces[0].tick(epoch_ns, zero_realtime_ns)
        return
    poller = select.poll()
    by_fd = {pace.timer.fd: pace for pace in paces}
    for fd in by_fd:
        poller.register(fd, select.POLLIN)
    while by_fd:
        for fd, _ in poller.poll():
            by_fd[fd].tick(epoch_ns, zero_realtime_ns)
            if by_fd[fd].over:
                poller.unregister(fd)
                del by_fd[fd]
