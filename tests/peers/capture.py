"""An outage as other programs see it: captured by tcpdump at the receiving host, read by tshark.

Of dxemu's own measurement only the claims are used: that packets carry their number, and how long the outage was.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from dxemu.host import where
from dxemu.host.job import Job
from dxemu.lab.probe_ports import flow_of
from dxemu.measure.result import Outage, Result
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse

PROGRAMS = ("tcpdump", "tshark")
READ_WITHIN_S = 120


class _CapturedWhere(where.Where):
    """A place where every run is captured."""

    def run(self, job: Job, folder: Path, seed: int) -> AsyncGenerator[Mapping[str, object], None]:
        return super().run(Job(target="tests.peers.captured_lab:main", payload=job.payload), folder, seed)


@dataclass(frozen=True)
class Compared:
    """One direction's outage, as dxemu reports it and as the capture at the receiver shows it. Milliseconds."""

    direction: str
    interval_ms: float
    reported_ms: float
    captured_ms: float
    reported_lost: int
    captured_lost: int

    @property
    def difference_ms(self) -> float:
        """Always positive."""
        return abs(self.reported_ms - self.captured_ms)


@dataclass(frozen=True)
class _Gap:
    """The longest silence in a capture: the last packet before it and the first after it."""

    before: int
    after: int
    silence_ms: float


def compare(scenario: Path, folder: Path, seed: int = 1) -> list[Compared]:
    """Run `scenario`, one probe with one outage in each direction, in `folder`; the outages by both accounts."""
    prepared = prepare(scenario)
    (probe,) = prepared.scenario.probes
    place = where.embedded("virtual")
    captured = _CapturedWhere(
        kernel=place.kernel,
        clock=place.clock,
        release=place.release,
        stall_limit_s=place.stall_limit_s,
        boot=place.boot,
    )
    result = asyncio.run(rehearse(prepared, captured, folder, seed, lambda event: None))
    receivers = {"to_aws": probe.to_host, "from_aws": probe.from_host}
    found = []
    for direction, host in receivers.items():
        address = prepared.plan.address_of(host)
        gap = _longest_silence(folder / f"{host}.pcap", str(address), flow_of(0, seed).destination_port)
        found.append(_compared(_outage(result, direction), gap, probe.rate.interval * 1e3))
    return found


def _outage(result: Result, direction: str) -> Outage:
    (outage,) = [o for o in result.outages if o.direction == direction]
    return outage


def _compared(outage: Outage, gap: _Gap, interval_ms: float) -> Compared:
    assert outage.duration_ms is not None
    return Compared(
        direction=outage.direction,
        interval_ms=interval_ms,
        reported_ms=outage.duration_ms,
        # One interval of silence is what an undisturbed stream shows.
        captured_ms=gap.silence_ms - interval_ms,
        reported_lost=outage.packets_lost,
        captured_lost=gap.after - gap.before - 1,
    )


def _longest_silence(capture: Path, receiver: str, port: int) -> _Gap:
    arrivals = sorted((t_ns, number) for number, t_ns in _probes(capture, receiver, port))
    (left_ns, before), (right_ns, after) = max(pairwise(arrivals), key=lambda pair: pair[1][0] - pair[0][0])
    return _Gap(before, after, (right_ns - left_ns) / 1e6)


def _probes(capture: Path, receiver: str, port: int) -> Iterator[tuple[int, int]]:
    """Sequence number and time in nanoseconds of each probe that came to `port` of `receiver`, as tshark reads them."""
    words = [
        "tshark",
        "-n",
        "-r",
        str(capture),
        "-Y",
        f"ip.dst == {receiver} && udp.dstport == {port}",
    ]
    words += ["-T", "fields", "-e", "frame.time_epoch", "-e", "udp.payload"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=READ_WITHIN_S, check=False)
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        time, payload = line.split("\t")
        seconds, _, fraction = time.partition(".")
        number = int.from_bytes(bytes.fromhex(payload.replace(":", "")), "little")
        yield number, int(seconds) * 10**9 + int(fraction.ljust(9, "0")[:9])
