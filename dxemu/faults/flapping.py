"""Something goes away and comes back, again and again: light, a session, or a network that is announced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault, Pause, switch_light
from dxemu.faults.effects import Effect, Misled, Worsened, aws_end, cable_of, sessions_of
from dxemu.parameters import Contradiction, Takes, network_field, parameter, target_field, target_of
from dxemu.plan.model import Plan
from dxemu.units import IPNetwork, Seconds

CABLES = ("connection", "circuit", "internet")
ALL = 100.0
USUAL = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping(Fault):
    """It is away for the `duty` part of each `period`, at first, and there for the rest of it, `count` times.

    Of a cable both ends lose light. Of a virtual interface AWS closes the sessions (Cease/2) and takes no connection
    meanwhile. Of a router it ceases to announce the `prefix`, and announces it again.
    """

    words: ClassVar[str] = "a cable, a session or a network goes and comes, again and again; it ends by itself"
    imitates: ClassVar[str] = "a loose connector, a peer that restarts, an unstable network behind a router"
    leaves_out: ClassVar[str] = "route flap damping, which AWS does not publish and no router here has"
    needs: ClassVar[tuple[str, ...]] = ("dxemu.lab.beside",)

    connection: str | None = target_field(words="its cross connect")
    circuit: str | None = target_field()
    internet: str | None = target_field(words="the line of this router")
    virtual_interface: str | None = target_field(words="its sessions")
    router: str | None = target_field(words="with the prefix that it announces")
    prefix: IPNetwork | None = network_field(words="of a router")
    period: Seconds = parameter(Takes.DURATION, default=Seconds(10), least=0.01, most=86_400, words="10 s")
    duty: float = parameter(Takes.PERCENT, default=50.0, most=ALL, words="50 % of it away")
    count: int = parameter(Takes.COUNT, default=USUAL, words="5 times")

    @property
    def ends_after(self) -> Seconds:
        """All of its periods."""
        return Seconds(self.period * self.count)

    def contradictions(self) -> Iterator[Contradiction]:
        """A router flaps by a prefix, and nothing else has one."""
        if (self.router is None) != (self.prefix is None):
            problem = "what of the router flaps is not said" if self.prefix is None else "only a router has a prefix"
            yield Contradiction(key="", problem=problem, remedy="Write router and prefix together.")

    def mistake(self, plan: Plan) -> str:
        """A network that the router does not announce as its own."""
        if self.router is None or self.prefix in plan.speaker(self.router).originates:
            return ""
        return f"'{self.router}' does not announce {self.prefix} as its own"

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """What comes of many short outages hangs on how each falls into the timers: it is not predicted."""
        what, name = target_of(self)
        if what in CABLES:
            return (Worsened(cable_of(plan, what, name).name),)
        if what == "router":
            return (Misled(name),)
        return tuple(Worsened(cable) for one in sessions_of(plan, what, name) for cable in one.cables)

    async def inject(self, lab: BreakableLab) -> str:
        """Take it away, read that back, and go on beside."""
        words = await self._switch(lab, there=False)
        lab.beside.start(repr(self), lambda pause: self._go_on(lab, pause))
        return f"{words}, and so on"

    async def heal(self, lab: BreakableLab) -> str:
        """It is there, and stays."""
        return await lab.beside.stop(repr(self))

    async def _go_on(self, lab: BreakableLab, pause: Pause) -> str:
        away = self.period * self.duty / ALL
        for number in range(self.count):
            stopped = await pause(away)
            words = await self._switch(lab, there=True)
            if stopped or number == self.count - 1 or await pause(self.period - away):
                break
            await self._switch(lab, there=False)
        return words

    async def _switch(self, lab: BreakableLab, *, there: bool) -> str:
        what, name = target_of(self)
        if what in CABLES:
            return await switch_light(lab, cable_of(lab.plan, what, name).name, up=there)
        if what == "router":
            return await self._announce(lab, there=there)
        sessions = sessions_of(lab.plan, what, name)
        for one in sessions:
            has = await lab.control.hold_down(one.name, aws_end(one), down=not there)
            if has and not there:
                raise FaultNotApplied(f"{aws_end(one)} should have no session {one.name}, and has it")
        return f"AWS {'takes connections of' if there else 'holds down'} {' and '.join(one.name for one in sessions)}"

    async def _announce(self, lab: BreakableLab, *, there: bool) -> str:
        assert self.router is not None
        assert self.prefix is not None
        others = [prefix for prefix in lab.originated(self.router) if prefix != self.prefix]
        there = there and self.prefix in lab.plan.speaker(self.router).originates  # it may have been withdrawn since
        read = await lab.originate(self.router, [*others, self.prefix] if there else others)
        if (self.prefix in read) is not there:
            raise FaultNotApplied(f"{self.router} should {'' if there else 'not '}announce {self.prefix}")
        return f"{self.router} announces {'' if there else 'no '}{self.prefix}"
