"""A held guest: no virtual time passes, next to no processor is used, and an order is answered at once."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from common import Line, at_most, finish, options, progress

from dxemu.host import where
from dxemu.host.follow import LabProcess
from dxemu.host.job import Job
from tests.lab.machine import processor_s

HELD_S = 60.0
ORDERS = 100
BETWEEN_S = 0.02
"""So that the guest is asleep again when the next one comes."""
LIMIT_MS = 20.0
LIMIT_PERCENT = 1.0


async def measured(held_s: float, orders: int) -> list[Line]:
    """One guest: held for so long, and then given so many orders."""
    place = where.embedded("virtual", stall_limit_s=held_s + 300)
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as folder:
        async with place.started(Path(folder), 1, imports=()) as lab:
            job = Job(target="benchmarks.inside.held:main", payload=None)
            async with aclosing(lab.run(job)) as events:
                await anext(events)
                used = processor_s(lab.pid)
                await asyncio.sleep(held_s)
                used = processor_s(lab.pid) - used
                answered = [await _order(lab, events, number) for number in range(orders)]
                lab.tell({"number": None})
                async for _ in events:
                    pass
    took_ms = [ms for ms, _ in answered]
    passed_ns = answered[-1][1]
    return [
        Line(
            f"virtual time in {held_s:g} s of wall time and {orders} orders", f"{passed_ns} ns", "0 ns", passed_ns == 0
        ),
        at_most(f"processor in {held_s:g} s", used / held_s * 100, LIMIT_PERCENT, "%", 2),
        at_most("an order is answered within, the slowest", max(took_ms), LIMIT_MS, "ms"),
        Line("  the median of them", f"{statistics.median(took_ms):.2f} ms"),
    ]


async def _order(
    lab: LabProcess, events: AsyncIterator[Mapping[str, Any]], number: int
) -> tuple[float, int]:  # Any: an event's values
    """Milliseconds until it is answered, and the guest's time since it was held."""
    await asyncio.sleep(BETWEEN_S)
    begun = time.monotonic()
    lab.tell({"number": number})
    event = await anext(events)
    assert event["number"] == number
    return (time.monotonic() - begun) * 1e3, event["passed_ns"]


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--seconds", type=float, default=HELD_S, help="how long it is held (default: %(default)g)")
    parser.add_argument("--quick", action="store_true", help="5 s")
    arguments = parser.parse_args()
    progress("a held guest waits")
    lines = asyncio.run(measured(5.0 if arguments.quick else arguments.seconds, ORDERS))
    progress("")
    finish(lines)


if __name__ == "__main__":
    main()
