"""Orders by hand: the timeline of a scenario, answers at once while the clock is held, next to no processor.

The same seed is rehearsed once, and then given by hand time and again: every timeline has to be that of the rehearsal.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path

from common import Line, at_most, finish, options, progress

from dxemu.faults.cable_silent import CableSilent
from dxemu.run.orders import AskPaths, AskRoutes, AskStates, Execute, Heal, Inject, Order, OrderRefused
from dxemu.run.session import Session
from tests.lab.by_hand import as_in_the_scenario, differences, in_lab_of, lab_of, numbers, prepared
from tests.lab.machine import processor_s
from tests.lab.rehearsals import rehearsed

SCENARIOS = ("cut_primary_silently", "cut_primary_silently_without_bfd", "pull_primary_cable")
TIMES = 20
HELD_S = 60.0
EACH = 10
LIMIT_MS = 20.0
LIMIT_PERCENT = 1.0
CUT = Inject(id="cut", fault=CableSilent(connection="primary"))
ASKED: dict[str, Order] = {
    "states of sessions": AskStates(of="sessions"),
    "states of cables": AskStates(of="cables"),
    "routes of a node": AskRoutes(node="colo_router"),
    "paths between two nodes": AskPaths(from_node="app", to_node="web"),
    "a program that does nothing": Execute(node="app", command=("true",)),
    "a heal that is refused": Heal(id="nothing"),
}


def equal(folder: Path, times: int) -> Line:
    """How many runs by hand had the timeline of the scenario."""
    good, different = 0, ""
    for number in range(times):
        name = SCENARIOS[number % len(SCENARIOS)]
        progress(f"by hand, {number + 1} of {times}: {name}")
        here = folder / str(number)
        (here / "scenario").mkdir(parents=True)
        run, rehearsal = rehearsed(name, here / "scenario"), prepared(name)

        async def give(lab: Session, rehearsal: object = rehearsal) -> None:
            await as_in_the_scenario(lab, rehearsal)  # type: ignore[arg-type]

        found = in_lab_of(name, here / "by_hand", give)
        unlike = differences(numbers(run.events, rehearsal.end), numbers(found, rehearsal.end))
        good += not unlike
        different = different or (f", {name}: {unlike[0]}" if unlike else "")
    return Line("timelines by hand that are the scenario's", f"{good} of {times}{different}", f"{times}", good == times)


async def answered(folder: Path, held_s: float) -> list[Line]:
    """The processor of a lab that waits, and how long orders take while it is held."""
    async with lab_of(SCENARIOS[0], folder) as lab:
        progress(f"a lab waits for {held_s:g} s")
        used = processor_s(lab.pid)
        with contextlib.suppress(TimeoutError):  # nobody sets it
            await asyncio.wait_for(asyncio.Event().wait(), held_s)
        used = processor_s(lab.pid) - used
        lines = [at_most(f"processor of a lab that waits {held_s:g} s", used / held_s * 100, LIMIT_PERCENT, "%", 2)]
        for words, order in ASKED.items():
            progress(words)
            lines.append(_limit(words, [await _ms(lab.give(order)) for _ in range(EACH)]))
        faults = [(await _ms(lab.give(CUT)), await _ms(lab.give(Heal(id="cut")))) for _ in range(EACH)]
        lines.append(_limit("a fault", [one for one, _ in faults]))
        lines.append(_limit("a heal", [other for _, other in faults]))
    return lines


def _limit(words: str, took: list[float]) -> Line:
    return at_most(f"{words}: the median answer", statistics.median(took), LIMIT_MS, "ms")


async def _ms(given: Awaitable[object]) -> float:
    begun = time.monotonic()
    with contextlib.suppress(OrderRefused):
        await given
    return (time.monotonic() - begun) * 1e3


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--times", type=int, default=TIMES, help="runs by hand (default: %(default)d)")
    parser.add_argument("--seconds", type=float, default=HELD_S, help="how long a lab waits (default: %(default)g)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dxemu-bench-") as name:
        lines = asyncio.run(answered(Path(name) / "held", arguments.seconds))
        if arguments.times:
            lines.append(equal(Path(name), arguments.times))
    progress("")
    finish(lines)


if __name__ == "__main__":
    main()
