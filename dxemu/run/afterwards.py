"""Once a run is over: what was expected by a moment, and has not come, is watched for a little longer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from dxemu.events.base import Event, NodeEvent, ProbeEvent
from dxemu.events.run import CameLate
from dxemu.events.steps import EventMissed, FaultHealed, FaultInjected
from dxemu.lab.lab import Lab
from dxemu.run.watch import Watch
from dxemu.story.afterwards import LONGEST_S, Deadline


@dataclass(slots=True)
class _Awaiting:
    """A deadline: whether it is `armed`, what is awaited `held` when the lab last told something, and it was `met`."""

    deadline: Deadline
    held: bool
    armed: bool = False
    met: bool = False

    def arm(self) -> None:
        """It is this moment that counts, or what comes from now on. What is so at a moment has met it."""
        self.armed = True
        self.met = self.held and not self.deadline.after and not self.deadline.missed

    @property
    def lacks(self) -> bool:
        """Whether it is still waited for."""
        return self.armed and not self.met and not self.held


class Afterwards:
    """Listens to a lab while the run goes on, so that it is known at the end what has not come."""

    def __init__(self, lab: Lab, deadlines: Sequence[Deadline], end_s: float, *, virtual: bool) -> None:
        """The run ends at `end_s`. `virtual`: the clock is, so nobody waits for what is watched."""
        self._lab = lab
        self._end_s = end_s
        self._virtual = virtual
        self._open = [_Awaiting(deadline, deadline.awaited.holds(lab)) for deadline in deadlines]
        lab.journal.listen(self._hear)

    def _hear(self, told: Event) -> None:
        if isinstance(told, FaultInjected | FaultHealed | EventMissed):
            for one in self._open:
                if _begins(one.deadline, told):
                    one.arm()
        elif isinstance(told, NodeEvent | ProbeEvent):
            now = self._lab.journal.clock.now()
            for one in self._open:
                at = one.deadline.at
                if at is not None and not one.armed and now > at:
                    one.arm()
                held = one.deadline.awaited.holds(self._lab)
                one.met |= one.armed and held and not one.held
                one.held = held

    async def watch(self) -> None:
        """Wait for what has not come, and tell of each when it does, or that it does not. The run is over."""
        for one in self._open:
            if not one.armed and not one.deadline.after and not one.deadline.missed:
                one.arm()
        lacking = {one.deadline.awaited.text: one.deadline for one in self._open if one.lacks}
        watch = Watch(self._lab)
        told = await asyncio.gather(*(self._came(watch, deadline) for deadline in lacking.values()))
        for event in told:
            self._lab.journal.conclude(event)

    async def _came(self, watch: Watch, deadline: Deadline) -> CameLate:
        longest_s = LONGEST_S if self._virtual else min(LONGEST_S, float(deadline.lasts))
        until_s = self._end_s + longest_s
        came = await watch.wait(deadline.awaited, until_s)
        at_s = self._lab.journal.clock.now() if came else None
        return CameLate(awaited=deadline.awaited.text, at_s=at_s, until_s=until_s)


def _begins(deadline: Deadline, told: FaultInjected | FaultHealed | EventMissed) -> bool:
    if isinstance(told, EventMissed):
        return told.number == deadline.missed
    wanted = "heal" if isinstance(told, FaultHealed) else "fault"
    return deadline.after == wanted and deadline.fault in (None, told.fault, told.kind)
