"""Is a reported outage the one that was captured? Random faults in random designs, recorded with `--pcap`.

`python -m tools.verify_captures --count 100` draws the runs that `tools.verify_predictions` draws, from the same
numbers. Tshark reads what `--pcap` left of both hosts. Of dxemu's own account only two things are used: that a packet
begins with its number, and the port to which it goes. Loss periods are then counted as RFC 3357 does, from the captures
alone, and set beside the report's outages: as many, each of as many packets, as long to within one probe interval.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path

import click

from dxemu.errors import DxemuError
from dxemu.host import where
from dxemu.host.where import Where
from dxemu.lab.probe_flow import SEQUENCE
from dxemu.lab.probe_ports import flow_of
from dxemu.measure.result import Outage, Result
from dxemu.report.terminal import echo
from dxemu.run.rehearse import rehearse
from dxemu.words import count
from tools.fault_examples import sites
from tools.verify_audit import CONFLICT, runs_option
from tools.verify_predictions import RATE, Drawn, drawing_options, drawn

READ_WITHIN_S = 300
FIELDS = ("frame.time_epoch", "ip.src", "ipv6.src", "udp.payload")
_NS = 10**9
_INTERVAL_NS = _NS // RATE


@dataclass(frozen=True, slots=True)
class Period:
    """Consecutive packets that left and did not arrive. `lasted_ns`: until one left that arrived; None: none did."""

    packets: int
    lasted_ns: int | None

    def __str__(self) -> str:
        lasted = "to the end" if self.lasted_ns is None else f"{self.lasted_ns / 1e6:.3f} ms"
        return f"{count(self.packets, 'packet')}, {lasted}"


async def seen(capture: Path, host: str, port: int) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """When, in nanoseconds, each numbered packet to a UDP `port` first left a host, and when it arrived there.

    `host` is an address of the one whose frames were captured. Raises DxemuError with what tshark said.
    """
    left: dict[int, int] = {}
    arrived: dict[int, int] = {}
    for line in (await _tshark("-r", str(capture), "-Y", f"udp.dstport == {port} && !icmp && !icmpv6")).splitlines():
        time, source, source_v6, payload = line.split("\t")
        seconds, _, fraction = time.partition(".")
        (number,) = SEQUENCE.unpack_from(bytes.fromhex(payload.replace(":", "")))
        found = left if host in (source, source_v6) else arrived
        found.setdefault(number, int(seconds) * _NS + int(fraction.ljust(9, "0")[:9]))
    return left, arrived


async def _tshark(*words: str) -> str:
    """Time, source and payload of each packet."""
    words = ("-n", *words, "-T", "fields", *(f"-e{field}" for field in FIELDS))
    try:
        process = await asyncio.create_subprocess_exec("tshark", *words, stdout=PIPE, stderr=PIPE)
    except OSError as error:
        raise DxemuError(f"tshark: {error.strerror}") from None
    try:
        printed, said = await asyncio.wait_for(process.communicate(), READ_WITHIN_S)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise DxemuError(f"tshark {' '.join(words)}: not done within {READ_WITHIN_S} s") from None
    if process.returncode:
        raise DxemuError(f"tshark: {said.decode(errors='replace').strip()}")
    return printed.decode()


def periods(left: Mapping[int, int], arrived: Mapping[int, int]) -> Iterator[Period]:
    """The loss periods (RFC 3357, 3) of the packets that were sent: numbered, one after the other.

    Those that did not even leave, because the host's own port had no light, are lost too; they would have left an
    interval after the one before. Packets that were on their way for less than the slowest of all when the captures
    ended are no loss.
    """
    left = dict(left)
    for number in range(min(left, default=0), max(left, default=0)):
        left.setdefault(number + 1, left[number] + _INTERVAL_NS)
    lost_since: list[int] = []
    for lost, group in groupby(sorted(left), key=lambda number: number not in arrived):
        numbers = list(group)
        if lost:
            lost_since = numbers
        elif lost_since:
            yield Period(len(lost_since), left[numbers[0]] - left[lost_since[0]])
            lost_since = []
    slowest = max((arrived[number] - at for number, at in left.items() if number in arrived), default=0)
    if lost_since and left[lost_since[0]] + slowest < max([*left.values(), *arrived.values()]):
        yield Period(len(lost_since), None)


def differing(reported: Sequence[Outage], captured: Sequence[Period]) -> list[str]:
    """What the report and the captures of one direction do not agree on, in words."""
    wrong = []
    for outage, period in zip_longest(sorted(reported, key=lambda o: o.start_s), captured):
        if outage is None or period is None or not _equal(outage, period):
            said = f"{count(outage.packets_lost, 'packet')}, {outage}" if outage else "nothing"
            wrong.append(f"reported {said} | captured {period or 'nothing'}")
    return wrong


def _equal(outage: Outage, period: Period) -> bool:
    if outage.packets_lost != period.packets or (outage.duration_ms is None) != (period.lasted_ns is None):
        return False
    if outage.duration_ms is None or period.lasted_ns is None:
        return True
    return abs(outage.duration_ms * 1e6 - period.lasted_ns) <= _INTERVAL_NS


async def compared(run: Drawn, result: Result, folder: Path) -> tuple[list[str], int]:
    """What differs, and how many loss periods were compared, of both directions."""
    pair, plan = run.site.pair, run.rehearsal.plan
    port = flow_of(0, run.number).destination_port
    near, far = [
        await seen(folder / f"{host}.pcapng", str(plan.address_of(host)), port) for host in (pair.near, pair.far)
    ]
    wrong, number = [], 0
    for direction, (left, _), (_, arrived) in (("to_aws", near, far), ("from_aws", far, near)):
        captured = list(periods(left, arrived))
        number += len(captured)
        reported = [outage for outage in result.outages if outage.direction == direction]
        wrong += [f"{direction}: {words}" for words in differing(reported, captured)]
        if not left:
            wrong.append(f"{direction}: no packet was captured where it left")
    return wrong, number


async def verify_all(numbers: Sequence[int], seed: int, jobs: int, folder: Path, place: Where) -> int:
    """Run all of them, `jobs` at once. Gives how many agreed."""
    free, everywhere = asyncio.Semaphore(jobs), sites()
    width = len(str(max(numbers)))

    async def one(number: int) -> bool:
        async with free:
            here = folder / str(number)
            run = drawn(number, seed, everywhere, here)
            hosts, found = (run.site.pair.near, run.site.pair.far), 0
            try:
                result = await rehearse(run.rehearsal, place, here, number, lambda _event: None, pcap=hosts)
                wrong, found = await compared(run, result, here)
            except DxemuError as error:
                wrong = [f"broke: {str(error).splitlines()[0]}"]
            for host in hosts if not wrong else ():
                (here / f"{host}.pcapng").unlink()
        echo(f"{'DIFFERS' if wrong else 'agrees':<8} {number:>{width}}  {count(found, 'loss period')}  {run.words}")
        for words in wrong:
            echo(f"         {'':>{width}}  {words}")
        return not wrong

    return sum(await asyncio.gather(*(one(number) for number in numbers)))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@drawing_options(100)
@runs_option("verify_captures")
def main(size: int, first: int, seed: int, jobs: int | None, runs: Path) -> None:
    """Set the outages of random runs beside what tshark reads in their `--pcap` files.

    Exits with 0 if all agree, else with 1. The captures of those that differ stay in their folders.
    """
    numbers = range(first, first + size)
    at_once = jobs or len(os.sched_getaffinity(0))
    agreed = asyncio.run(verify_all(numbers, seed, at_once, runs.resolve(), where.embedded("virtual")))
    echo(f"\n{count(size, 'run')}: {agreed} as captured")
    sys.exit(0 if agreed == size else CONFLICT)


if __name__ == "__main__":
    main()
