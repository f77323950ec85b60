"""A lab that lives: orders as people write them, what each should cost, and a design that can become another one.

async with living(document, versions, where, folder, seed) as lab:
    cut = await lab.fail("cable_cut: {connection: primary}", lasts=Seconds(30))
    await lab.change("virtual_interfaces: {primary: {customer: {as_path_prepend: 3}}}")
    await lab.give(Advance(by=Seconds(60)))
    await lab.back()

Whatever is wrong in what somebody wrote is an InputErrors before anything is touched. Its place is `where`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import cast

from dxemu.actions.base import Lasting
from dxemu.changes.change import Change
from dxemu.changes.effects import Effect
from dxemu.changes.standing import Standing
from dxemu.errors import Mark
from dxemu.events.base import Event
from dxemu.events.codec import decoded
from dxemu.events.run import Building, Tick
from dxemu.events.steps import FaultHealed
from dxemu.faults.base import Fault
from dxemu.files import OTHER_STATE, border
from dxemu.forms import by_hand
from dxemu.host.asleep import asleep_s
from dxemu.host.early import Early
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.plan.diff import diff
from dxemu.plan.followed import not_followed
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.plan.versions import Versions
from dxemu.predict.predict import Prediction
from dxemu.probes.base import Probe
from dxemu.report.evaluate import RunMeta
from dxemu.run.design_file import PlannedDesign
from dxemu.run.design_kept import follow_order, kept, planned_design
from dxemu.run.foresight import Foresight, as_json
from dxemu.run.ids import Ids
from dxemu.run.orders import Act, AskLogs, Heal, Inject, Order, OrderRefused, StartProbe, StopProbe
from dxemu.run.reported import result_so_far
from dxemu.run.session import Session, Values, session
from dxemu.run.written import Written
from dxemu.story.changes import acted
from dxemu.story.names import names_of
from dxemu.topology import effective
from dxemu.topology.document import Document
from dxemu.topology.yaml import parse_whole
from dxemu.units import Seconds

MOST_REMEMBERED = 10_000
"""Events that are told to one who comes later; all are in `timeline.jsonl`."""
Names = Mapping[str, Sequence[str]]


class LivingLab:
    """A `Session` that knows its design. Whoever gives orders takes turns, as there."""

    def __init__(
        self, here: Session, design: Standing, plan: Plan, versions: Versions, folder: Path, meta: RunMeta
    ) -> None:
        self.session = here
        self.folder = folder
        self._meta = meta
        self._slept = asleep_s()
        self._predictions: list[Prediction] = []
        self._started: dict[str, Probe] = {}
        self._design = design
        self._plan = plan
        self._versions = versions
        self._names: Names = names_of(design.document.topology())
        self._foresight = Foresight(plan)
        self._numbers, self._designing = count(1), asyncio.Lock()
        self._ids = Ids()
        self._faults: dict[str, Fault] = {}
        self._probes: list[str] = []
        self._happened: deque[Event] = deque(maxlen=MOST_REMEMBERED)

    @property
    def plan(self) -> Plan:
        """That of the design that holds."""
        return self._plan

    @property
    def names(self) -> Names:
        """Those of the design that holds, by noun (`dxemu.story.names`)."""
        return self._names

    @property
    def changes(self) -> tuple[str, ...]:
        """The ids of the changes that stand, the latest one last."""
        return tuple(change.id for change in self._design.changes)

    @property
    def faults(self) -> tuple[str, ...]:
        """The ids of the faults that stand, the latest one last."""
        return tuple(self._foresight.standing)

    @property
    def probes(self) -> tuple[str, ...]:
        """The names of those that go on and have a path."""
        return tuple(self._probes)

    def faults_like(self, written: str, where: str = by_hand("heal")) -> tuple[str, ...]:
        """The ids of those that stand and are what is written: `cable_cut: {connection: primary}`."""
        _, fault = Written(parse_whole(written, where), self._names).fault()
        return tuple(name for name in self.faults if self._faults.get(name) == fault)

    def aws_state(self, virtual_interface: str) -> str:
        """AWS's word for a virtual interface because of a fault that stands, such as `testing`; "" if there is none."""
        standing = (self._faults[name] for name in self.faults if name in self._faults)
        return next((f.aws_state for f in standing if f.aws_state and f.target == virtual_interface), "")

    def happened(self) -> tuple[Event, ...]:
        """What happened since the run's start, the latest `MOST_REMEMBERED`."""
        return tuple(self._happened)

    def hear(self, event: Event) -> None:
        """Take in what happens in the lab: a fault may be over."""
        if not isinstance(event, Building | Tick):
            self._happened.append(event)
        if isinstance(event, FaultHealed):
            self._foresight.healed(event.fault)

    async def give(self, order: Order) -> Values:
        """As `Session.give`; what is injected gives `predicted` as well, and what lasts is laid over the design."""
        if isinstance(order, Act) and isinstance(order.action, Lasting):
            return await self._lasts(order, order.action, Mark(by_hand("act"), 1, 1))
        done = await self.session.give(order)
        at = float(str(done["at_s"])) if "at_s" in done else 0.0
        match order:
            case Inject(fault=fault, id=name, lasts=lasts):
                predicted = self._foresight.predicted(fault, name, at, lasts)
                self._predictions += predicted
                self._foresight.injected(fault, name, at, lasts)
                self._faults[name] = fault
                return {**done, "id": name, "predicted": as_json(predicted)}
            case Heal(id=name):
                self._foresight.healed(name)
            case Act(action=action):
                self._foresight.cleared(action.clears(self._plan))
            case StartProbe(probe=probe):
                self._foresight.probing(probe)
                self._started[probe.name] = probe
                self._probes += [probe.name] if probe.ends is not None else []
            case StopProbe(name=name):
                self._foresight.probing_no_more(name)
                self._probes = [one for one in self._probes if one != name]
        return done

    async def fail(
        self, written: str, lasts: Seconds | None = None, name: str = "", where: str = by_hand("fail")
    ) -> Values:
        """Break something: `cable_cut: {connection: primary}`. Without a `name` it is called after its kind."""
        kind, fault = Written(parse_whole(written, where), self._names).fault()
        ends = [each for each in (lasts, fault.ends_after) if each is not None]
        return await self.give(Inject(id=name or self._ids.use(kind), fault=fault, lasts=min(ends, default=None)))

    async def act(self, written: str, name: str = "", where: str = by_hand("act")) -> Values:
        """Do something on purpose: `reset_session: {session: primary}`."""
        kind, action = Written(parse_whole(written, where), self._names).action()
        order, mark = Act(id=name or self._ids.use(kind), action=action), Mark(where, 1, 1)
        return await (self._lasts(order, action, mark) if isinstance(action, Lasting) else self.give(order))

    async def probe(self, written: str, where: str = by_hand("probe")) -> Values:
        """Measure: `app: {udp: {from: app, to: web}}`."""
        return await self.give(StartProbe(probe=Written(parse_whole(written, where), self._names).probe()))

    async def change(
        self, written: str, name: str = "", interruption: Seconds | None = None, where: str = by_hand("change")
    ) -> Values:
        """Lay a patch over the design. Raises InputErrors and OrderRefused before anything is touched."""
        patch, mark = parse_whole(written, where), Mark(where, 1, 1)
        async with self._designing:
            coming = name or self._ids.coming("change")
            change = Change(id=coming, patch=patch, mark=mark, interruption=interruption)
            after, effects = self._design.made(change)
            planned = self._planned(after)
            return await self._become(after, planned, name or self._ids.use("change"), effects)

    async def follow(self, by: Document, interruption: Seconds | None = None, *, dry_run: bool = False) -> Values:
        """Become the design of its file, which was edited. What was changed by hand, and is not in it, is taken back.

        `effects` are what that does, none if nothing differs; with `dry_run` nothing is touched. Raises as `change`.
        """
        change = Change(id="up", patch=by.tree, mark=by.tree.marks.key_at(), interruption=interruption)
        async with self._designing:
            after, effects = self._design.replaced(by, change)
            planned = self._planned(after)
            if effects and not dry_run:
                return await self._become(after, planned, self._ids.use(change.id), effects)
            if not dry_run:
                self._design = after
        return {"effects": [str(effect) for effect in effects]}

    async def back(self, which: str | None = None, where: str = by_hand("change --back")) -> Values:
        """Take back a change: the latest that stands, or that one. Raises as `change` does."""
        async with self._designing:
            after, change, effects = self._design.back(which, Mark(where, 1, 1))
            return await self._become(after, self._planned(after), change.id, effects, back=True)

    async def _lasts(self, order: Act, action: Lasting, mark: Mark) -> Values:
        """Do what lasts. Raises InputErrors and OrderRefused; the design is as it was then."""
        async with self._designing:
            after = acted(self._design, order.id, action, mark)
            planned = planned_design(after.document, self._versions)
            with kept(self.folder, next(self._numbers), after.document, planned) as (file, design):
                done = await self.session.give(replace(order, design=design, topology=file))
            self._is_now(after, planned, on_clear=action.on_clear)
            return done

    async def report(self) -> tuple[Result, list[Event]]:
        """What has happened so far, measured, and what probes that go on know beside the timeline. Nothing ends."""
        asked = await self.give(AskLogs())
        known = [decoded(said) for said in cast("list[object]", asked["logs"])]
        events = [*self.session.happened(), *known]
        meta = replace(self._meta, virtual_s=float(str(asked["t"])), asleep_s=asleep_s() - self._slept)
        design, started = self._design.document.topology(), list(self._started.values())
        result = result_so_far(design, self._plan, started, self._predictions, events, self.folder, meta)
        return result, known

    def text(self, *, secrets: bool = False) -> str:
        """The design as a topology file; without keys unless with `secrets`."""
        return effective.text_of_document(self._design.document, secrets=secrets)

    def _planned(self, after: Standing) -> PlannedDesign:
        """Raises OrderRefused if the lab cannot become it."""
        planned = planned_design(after.document, self._versions)
        if cannot := [step.words for step in not_followed(diff(self._plan, planned.plan))]:
            remedy = "Nothing was touched. Change the file, and start a lab of it."
            raise OrderRefused(f"a lab cannot carry this out yet: {'; '.join(cannot)}", remedy)
        return planned

    async def _become(
        self, after: Standing, planned: PlannedDesign, name: str, effects: Sequence[Effect], *, back: bool = False
    ) -> Values:
        with kept(self.folder, next(self._numbers), after.document, planned) as (file, design):
            order = follow_order(name, design, file, effects, back=back)
            done = await self.session.give(order)
        self._is_now(after, planned)
        return {**done, "id": name, "effects": [str(effect) for effect in effects]}

    def _is_now(self, after: Standing, planned: PlannedDesign, *, on_clear: bool = False) -> None:
        self._design, self._plan, self._names = after, planned.plan, planned.names
        self._foresight.changed(planned.plan, on_clear=on_clear)


@asynccontextmanager
async def living(
    document: Document,
    versions: Versions,
    where: Where,
    folder: Path,
    seed: int = 1,
    *,
    on_event: Callable[[Event], None] = lambda _: None,
    waiting: Early | None = None,
) -> AsyncIterator[LivingLab]:
    """A lab of a design, in `folder`, where it leaves what `session` does and a topology file for each change.

    `waiting`: see there. Raises InputErrors for what is wrong in the document, and LabError.
    """
    plan = make_plan(topology := document.topology(), versions)
    with border(folder, otherwise=OTHER_STATE):
        (folder / effective.FILE).write_text(effective.text_of_document(document), "utf-8", "replace")
    before: list[Event] = []
    heard: list[Callable[[Event], None]] = [on_event, before.append]

    def hear(event: Event) -> None:
        for one in heard:
            one(event)

    meta = RunMeta(
        kernel=where.kernel,
        kernel_release=where.release,
        guest_mode=where.guest_mode,
        confined_by=where.confined_by,
        clock=where.clock,
        seed=seed,
        virtual_s=0.0,
        wall_s=0.0,
    )
    async with session(plan, where, folder, seed, names=names_of(topology), on_event=hear, waiting=waiting) as here:
        lab = LivingLab(here, Standing.of(document), plan, versions, folder, meta)
        heard[1] = lab.hear
        for event in before:
            lab.hear(event)
        yield lab
