"""What iperf3's receiver says, in JSON, when its sender is done."""

from __future__ import annotations

import asyncio
import json
import signal
from dataclasses import dataclass

from dxemu.host.command import Command, Ended

END_LIMIT_S = 1.0
SOME_S = 0.02
"""So much the ends of its intervals are beside whole tenths."""


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What the receiver counted. Packets are UDP's."""

    seconds: float
    bytes: int
    packets: int
    lost: int


class FlowStart:
    """Whether the two ends have one, by what they print: `told` is set once that is known, `made` if there is one."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.made = False

    def heard(self, said: str) -> None:
        """All that an end has printed so far."""
        self.made = self.made or "connected to" in said
        if self.made or "error" in said:
            self.told.set()


def why(ended: Ended) -> str:
    """Why an end that has ended made no connection, in its words."""
    try:
        return str(json.loads(ended.output)["error"])
    except (ValueError, KeyError):
        said = ended.errors.strip() or ended.output.strip() or "iperf3 ended at once"
        return said.splitlines()[-1].removeprefix("iperf3: error - ")


async def report_of(receiver: Command) -> str:
    """The receiver's JSON. Where the path is dead it never hears that the sender stopped: then it is told here."""
    try:
        async with asyncio.timeout(END_LIMIT_S):
            return (await receiver.ended()).output
    except TimeoutError:
        receiver.send_signal(signal.SIGTERM)
        return (await receiver.ended()).output


def received(report: str, omitted_s: float, duration_s: float) -> ReceiverReport | None:
    """What arrived in the intervals that count; None if there are none."""
    try:
        intervals = json.loads(report)["intervals"]
    except (ValueError, KeyError):
        return None
    sums = {round(interval["sum"]["start"], 2): interval["sum"] for interval in intervals}  # the last comes twice
    counted = [
        one
        for one in sums.values()
        if one["start"] >= omitted_s - SOME_S and one["end"] <= omitted_s + duration_s + SOME_S
    ]
    if not counted:
        return None
    return ReceiverReport(
        seconds=sum(one["seconds"] for one in counted),
        bytes=sum(one["bytes"] for one in counted),
        packets=sum(one.get("packets", 0) for one in counted),
        lost=sum(one.get("lost_packets", 0) for one in counted),
    )
