"""Orders by hand: those of a scenario, which are looked at first, and those that only hands give."""

from __future__ import annotations

import asyncio
import base64
import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dxemu.errors import LabError
from dxemu.events.base import Event
from dxemu.events.run import Tick
from dxemu.faults.base import Fault
from dxemu.host.execute import execute
from dxemu.lab.apply import ChangeNotMade
from dxemu.lab.esp_keys import all_keys
from dxemu.lab.lab import Lab
from dxemu.lab.tasks import Tasks
from dxemu.run.asks import paths, routes, states
from dxemu.run.changing import follow, keeps_what_is_broken
from dxemu.run.design_file import take
from dxemu.run.executor import Executor, Values
from dxemu.run.hand_prober import HandProber
from dxemu.run.injectable import may_be_injected
from dxemu.run.job import PlannedAct, PlannedChange
from dxemu.run.orders import (
    Act,
    Advance,
    AskKeys,
    AskLogs,
    AskPaths,
    AskRoutes,
    AskStates,
    Execute,
    Follow,
    Heal,
    Inject,
    OpenTerminal,
    Order,
    OrderRefused,
    StartProbe,
    StopProbe,
    Until,
    as_answered,
)
from dxemu.run.terminals import Terminals
from dxemu.topology.words import quoted, suggestion
from dxemu.units import Seconds

MOST_S = 10 * 365 * 86400.0
"""The longest that an order lets time go on: a mistake would run for ever."""
MOST_EVENTS = 10_000
"""That are remembered for an `Until`."""
MOST_OUTPUT = 1 << 16
"""Bytes of what a program prints, of each stream."""


class _Broken(LabError):
    """The lab is not what it should be."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes on beside orders."""

    tasks: Tasks
    terminals: Terminals


class Hands(Executor):
    """An `Executor` that takes all orders, and leaves a lab unharmed by one that cannot be carried out.

    `tick_s` is how often it says that the lab is alive while time goes on, in the lab's time. What goes on beside is
    `beside`. `names` are those of the design that it has become, None before.
    """

    def __init__(self, lab: Lab, prober: HandProber, tick_s: float, folder: str, beside: Beside) -> None:
        super().__init__(lab)
        self._terminals = beside.terminals
        self._prober = prober
        self._tick_s = tick_s
        self._folder = folder
        self._tasks = beside.tasks
        self._one = asyncio.Lock()
        self._due: dict[asyncio.Future[None], float] = {}
        self.names: Mapping[str, Sequence[str]] | None = None
        self._expected: list[tuple[Until, asyncio.Future[Event]]] = []
        self._happened: deque[Event] = deque(maxlen=MOST_EVENTS)
        self._journal.listen(self._hear)

    async def carry_out(self, order: Order, interrupted: asyncio.Event | None = None) -> Values:
        """As `Executor` does. Once `interrupted`, time goes no further for it, and a program is killed.

        Raises LabError only for what broke the lab; whatever else did not work is refused.
        """
        try:
            return await self._carry_out(order, interrupted or asyncio.Event())
        except _Broken as broken:
            raise LabError(broken.problem, broken.remedy) from broken
        except LabError as error:
            raise OrderRefused(error.problem, error.remedy) from error

    async def _carry_out(self, order: Order, stop: asyncio.Event) -> Values:
        match order:
            case Advance():
                await self._go_to(self._goal(order), stop)
                self._happened.clear()
                return {}
            case Until():
                return await self._until(order, stop)
            case AskLogs():
                return {"logs": await self._prober.so_far()}
            case AskKeys():
                return {"keys": await all_keys(self._lab)}
            case AskPaths():
                return await paths(self._lab, order)
            case AskRoutes():
                return await routes(self._lab, order.node)
            case AskStates():
                return await states(self._lab, order.of)
            case Execute():
                return await self._execute(order, stop)
            case OpenTerminal():
                return self._terminals.open(order)
            case StartProbe(probe=probe):
                return await self._prober.start(probe)
            case StopProbe(name=name):
                return await self._prober.stop(name)
            case Inject() | Heal() | Act() | Follow():
                self._happened.clear()
                async with self._one:  # a fault that is over meanwhile waits
                    return await self._as_in_a_scenario(order)
        return await super().carry_out(order)

    async def _as_in_a_scenario(self, order: Inject | Heal | Act | Follow) -> Values:
        match order:
            case Follow():
                return await self._follow(order)
            case Act(id=name, design=file):
                self._acts = {name: PlannedAct(take(self._folder, file).plan, order.topology)} if file else {}
            case Inject():
                may_be_injected(order, self._injected, self._lab.plan)
            case Heal(id=name) if name not in self._injected:
                nothing = "Nothing is broken."
                raise OrderRefused(f"no fault {quoted(name)} stands", suggestion(name, self._injected, nothing))
        try:
            done = await super().carry_out(order)
        except LookupError as error:
            raise OrderRefused(f"this lab has no {error}", "Look at the names with dxemu plan.") from error
        except LabError as error:
            if isinstance(order, Inject):
                await self._take_back(order.fault, error)
            raise
        if isinstance(order, Inject) and order.lasts is not None:
            over = round(float(str(done["at_s"])), 3) + order.lasts  # to look at a virtual clock costs microseconds
            healed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._due[healed] = over
            self._tasks.start(self._heal_at(over, order, healed))
        return done

    async def _heal_at(self, t: float, injected: Inject, healed: asyncio.Future[None]) -> None:
        """Once it is over, unless it was healed before, and whatever has its id now is another one."""
        await self._journal.clock.until(t)
        async with self._one:
            if self._injected.get(injected.id) is injected.fault:
                await super().carry_out(Heal(id=injected.id))
        del self._due[healed]
        healed.set_result(None)

    async def _follow(self, order: Follow) -> Values:
        at = Seconds(self._journal.clock.now())
        design = take(self._folder, order.design)
        keeps_what_is_broken(design.names, self._injected)
        change = PlannedChange(
            id=order.id,
            at=at,
            back=order.back,
            plan=design.plan,
            topology=order.topology,
            interrupted=order.interrupted,
            interruption=order.interruption,
        )
        try:
            evidence = await follow(change, self._lab)
        except ChangeNotMade:
            raise
        except LabError as error:
            raise _Broken(error.problem, error.remedy) from error
        self.names = design.names
        return {"evidence": evidence, "at_s": at}

    async def _take_back(self, fault: Fault, error: LabError) -> None:
        """Undo what was done of a fault that could not be injected. Raises _Broken if that does not work either."""
        try:
            await fault.heal(self._lab)
        except LabError as again:
            problem = f"{error.problem}; and what was done of it cannot be undone: {again.problem}"
            raise _Broken(problem, "Start another lab.") from error

    def _goal(self, order: Advance) -> float:
        now = self._journal.clock.now()
        goal = now + order.by if order.by is not None else float(order.to or 0)
        if goal < now:
            problem = f"{Seconds(goal)} is past: it is {now:.6f} s"
            raise OrderRefused(problem, "Advance to a later time, or by a duration.")
        return self._bounded(goal, now)

    def _bounded(self, goal: float, now: float) -> float:
        if goal - now > MOST_S:
            raise OrderRefused(f"{goal - now:g} s are more than ten years", f"Go on by at most {MOST_S:g} s.")
        return goal

    async def _go_to(self, t: float, stop: asyncio.Event) -> None:
        """Let time go on to `t`, with a sign of life every few seconds of it; less far if somebody interrupts."""
        passing = asyncio.create_task(self._pass_until(t))
        stopping = asyncio.create_task(stop.wait())
        either: set[asyncio.Task[Any]] = {passing, stopping}  # Any: nothing, or True
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if passing.done():
                await passing
        finally:
            passing.cancel()
            stopping.cancel()

    async def _pass_until(self, t: float) -> None:
        tick = (math.floor(self._journal.clock.now() / self._tick_s) + 1) * self._tick_s
        while tick < t:
            await self._journal.clock.until(tick)
            self._journal.tell(Tick())
            tick += self._tick_s
        await self._journal.clock.until(t)
        await asyncio.gather(*(healed for healed, over in self._due.items() if over <= t))

    async def _until(self, order: Until, stop: asyncio.Event) -> Values:
        """What happened since an order changed the lab counts, too.

        Time stands still while a cable is cut, and what is lost with it; the order to wait for that comes later.
        """
        now = self._journal.clock.now()
        until = self._bounded(now + order.within, now)
        found = next((event for event in self._happened if order.met_by(event)), None)
        found = found if found is not None else await self._next(order, until, stop)
        self._happened.clear()
        return {"event": as_answered(found) if found is not None else None}

    async def _next(self, order: Until, until: float, stop: asyncio.Event) -> Event | None:
        passing = asyncio.create_task(self._go_to(until, stop))
        happened: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._expected.append((order, happened))
        either: set[asyncio.Future[Any]] = {passing, happened}  # Any: nothing, or an event
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return happened.result() if happened.done() else None
        finally:
            self._expected.remove((order, happened))
            passing.cancel()

    def _hear(self, event: Event) -> None:
        if not self._expected:
            self._happened.append(event)
        for order, happened in self._expected:
            if not happened.done() and order.met_by(event):
                happened.set_result(event)

    async def _execute(self, order: Execute, stop: asyncio.Event) -> Values:
        known: Mapping[str, object] = {node.name: node for node in self._lab.plan.nodes}
        if order.node not in known:
            raise OrderRefused(f"there is no node {quoted(order.node)}", suggestion(order.node, known))
        clock = self._journal.clock
        now = clock.now()
        deadline = self._bounded(now + order.within, now)
        namespace = self._lab.node(order.node).namespace
        over, typed = partial(self._go_to, deadline, stop), base64.b64decode(order.typed)
        ended = await execute(order.command, namespace, over, MOST_OUTPUT, typed)
        return {
            "status": ended.status,
            "stdout": ended.output,
            "stderr": ended.errors,
            "in_time": ended.in_time,
            "cut": ended.cut,
            "interrupted": stop.is_set(),
        }
