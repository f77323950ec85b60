"""A lab that takes orders, from outside: start it, give orders one after the other, hear what happens.

async with session(plan, where, folder, seed) as lab:
    await lab.give(Advance(to=Seconds(5)))
    await lab.give(Inject(id="cut", fault=CableCut(connection="primary")))
    print(await lab.give(Until(event="bgp", having={"state": "down"})))
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from dxemu.errors import DxemuError, GuestError, LabError
from dxemu.events.base import Event
from dxemu.events.codec import decoded
from dxemu.events.folder import TIMELINE
from dxemu.events.run import Building
from dxemu.events.timeline import parts as timeline_parts
from dxemu.events.timeline import read as read_timeline
from dxemu.files import border
from dxemu.host.channel import ANSWER, FILE, INTERRUPT, NUMBER, TERMINAL
from dxemu.host.early import Early
from dxemu.host.follow import LONGEST_LINE, LabProcess
from dxemu.host.job import SERVED_IMPORTS
from dxemu.host.spinning import end_spinning, processor_ticks
from dxemu.host.where import Where
from dxemu.plan.memory import memory_mb
from dxemu.plan.model import Plan
from dxemu.run.event_stream import EventStream
from dxemu.run.order_codec import encoded, values_of_answer
from dxemu.run.orders import ORDERS, PROTOCOL, EndLab, Execute, Order
from dxemu.run.served_job import served_job
from dxemu.run.timeline_file import TimelineFile, with_wall_time

Values = Mapping[str, object]
COMPUTES_S = 30.0
"""Wall time for which a program may compute while no time of the lab's passes; then it is ended."""
LOOK_S = 0.5
"""Between two looks at who computes."""
MOST_TIMELINE_BYTES = 1 << 26
"""Of `timeline.jsonl`; then it becomes `timeline.1.jsonl`, and of that of before only what somebody did is kept."""


class Session:
    """A running lab. Whoever gives an order waits for its answer.

    Where the clock is virtual several take turns, but for orders that only read: they are answered while time goes on.
    """

    def __init__(self, lab: LabProcess, folder: Path, on_event: Callable[[Event], None], clock: str) -> None:
        self._lab = lab
        self.clock = clock
        self._heard = 0.0
        self._folder = folder
        self._on_event = on_event
        self._turn = asyncio.Lock()
        self._number = 0
        self._said = ""
        self._answers: dict[int | None, asyncio.Future[Mapping[str, object]]] = {
            0: asyncio.get_running_loop().create_future()
        }
        self._ended: DxemuError | None = None
        self._over = asyncio.Event()
        self.terminals: dict[object, asyncio.Queue[Values | None]] = {}
        self._streams: set[EventStream] = set()
        self._timeline: TimelineFile | None = None

    @property
    def pid(self) -> int:
        """The number of the lab's process, and of its session."""
        return self._lab.pid

    async def give(self, order: Order) -> Values:
        """Give an order and wait for its answer: what it gave, and `t`, the run's time then.

        Raises OrderRefused, after which the lab is as it was, and LabError if the lab has broken or ended.
        """
        return await self.give_written(encoded(order, 0))

    async def give_written(self, written: Mapping[str, object], interrupted: asyncio.Event | None = None) -> Values:
        """The same for an order as JSON has it (`dxemu.run.order_codec`); it is given a number here.

        Once `interrupted`, one that takes time ends: the clock goes no further for it, and a program is killed. A
        program that computes for `COMPUTES_S` while no time passes is ended: its `status` says so.
        """
        async with contextlib.nullcontext() if self._beside_others(written) else self._turn:
            if self._ended is not None:
                raise self._ended
            self._number += 1
            number, self._said = self._number, str(written.get("order"))
            answer = self._answers[number] = asyncio.get_running_loop().create_future()
            self._heard = time.monotonic()
            self._send({**written, NUMBER: number}, number)
            async with asyncio.TaskGroup() as tasks:
                beside = [tasks.create_task(self._interrupt_when(interrupted, number))] if interrupted else []
                if written.get("order") == Execute.word and self.clock == "virtual":
                    beside.append(tasks.create_task(self._watch_computing(answer)))
                await asyncio.wait({answer})
                for task in beside:
                    task.cancel()
            return values_of_answer(answer.result())

    def _beside_others(self, written: Mapping[str, object]) -> bool:
        kind = ORDERS.get(str(written.get("order")))
        return self.clock != "virtual" or (kind is not None and kind.only_reads)

    async def _interrupt_when(self, interrupted: asyncio.Event, number: int) -> None:
        await interrupted.wait()
        self._lab.tell({INTERRUPT: number})
        self._heard = -COMPUTES_S

    async def _watch_computing(self, answer: asyncio.Future[Mapping[str, object]]) -> None:
        before: Mapping[int, int] = {}
        while True:
            await asyncio.wait({answer}, timeout=LOOK_S)
            if time.monotonic() - self._heard > COMPUTES_S:  # not before: a machine may have very many processes
                now = processor_ticks(self._lab.pid)
                end_spinning(before, now)
                before = now

    def _send(self, written: Mapping[str, object], number: int) -> None:
        text = json.dumps(written)
        if len(text) < LONGEST_LINE:
            self._lab.tell(written)
            return
        file = self._folder / f"order-{number}.json"
        with border(file):
            file.touch(0o600)
            file.write_text(text, encoding="utf-8")
        self._lab.tell({FILE: file.name, NUMBER: number})

    def happened(self) -> list[Event]:
        """All that has happened, as its timeline has it. Raises FileError."""
        if self._timeline is not None:
            self._timeline.flush()
        file = self._folder / TIMELINE
        with border(file, verb="read"):
            return [event for part in timeline_parts(file) for event in read_timeline(part)]

    def events(self) -> EventStream:
        """All that happens from now on: a context manager, and an asynchronous iterator."""
        return EventStream(self._streams)

    async def follow(self, told: AsyncGenerator[Mapping[str, object], None], timeline: TimelineFile) -> None:
        """Hear the lab to its end. Whoever waits for an answer then hears why there is none."""
        self._timeline = timeline
        started = time.monotonic()
        try:
            async with contextlib.aclosing(told):
                async for one in told:
                    self._heard = time.monotonic()
                    if TERMINAL in one:
                        self._terminal_said(one)
                    elif ANSWER in one:
                        self._answered(one)
                    else:
                        self._happened(with_wall_time(decoded(one), round(time.monotonic() - started, 3)), timeline)
            self._ended = LabError("the lab has ended", "Start another one.")
        except DxemuError as error:
            self._ended = error
            raise
        finally:
            self._ended = self._ended or LabError("the lab is not heard any more", "Start another one.")
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(self._in_the_middle(self._ended))
                    answer.exception()  # whether or not somebody waits for it
            self._answers.clear()
            self._over.set()
            for terminal in self.terminals.values():
                terminal.put_nowait(None)
            for stream in self._streams:
                stream.end()

    def _answered(self, answer: Mapping[str, object]) -> None:
        if FILE in answer:
            file = self._folder / Path(str(answer[FILE])).name
            with border(file, verb="read"):
                answer = json.loads(file.read_bytes())
                file.unlink()
        number = answer[ANSWER]
        waiting = self._answers.pop(number if isinstance(number, int) else None, None)
        if self._timeline is not None:
            self._timeline.flush()  # whoever has the answer may read in the file what came of it
        if waiting is not None and not waiting.done():  # nobody waits for one whose giver has gone
            waiting.set_result(answer)

    def to_terminal(self, written: Values) -> None:
        """What is meant for a terminal (`dxemu.run.terminals`)."""
        if self._ended is None:
            self._lab.tell(written)

    def _terminal_said(self, said: Values) -> None:
        self.terminals.setdefault(said[TERMINAL], asyncio.Queue()).put_nowait(said)

    def _happened(self, event: Event, timeline: TimelineFile) -> None:
        if not isinstance(event, Building):
            timeline.write(event)
            for stream in self._streams:
                stream.put(event)
        self._on_event(event)

    def _in_the_middle(self, error: DxemuError) -> DxemuError:
        order = f"order {self._number} ({self._said})" if self._number else "its start"
        if not isinstance(error, LabError):
            return error
        problem = f"{error.problem}, in the middle of {order}"
        if isinstance(error, GuestError):
            return GuestError(problem, error.remedy, error.console)
        return LabError(problem, error.remedy)

    async def begun(self) -> None:
        """Return when the lab takes orders. Raises LabError, also for a lab of another protocol."""
        protocol = values_of_answer(await self._answers[0]).get("protocol")
        if protocol != PROTOCOL:
            problem = f"the lab takes orders of protocol {protocol}, and this is protocol {PROTOCOL}"
            raise LabError(problem, "Use the dxemu that started the lab.")

    async def over(self) -> None:
        """Wait for the lab's end, and raise why."""
        await self._over.wait()
        if self._ended is not None:
            raise self._ended

    async def end(self) -> None:
        """End the run, if it has not ended."""
        if self._ended is None:
            await self.give(EndLab())


@asynccontextmanager
async def session(
    plan: Plan,
    where: Where,
    folder: Path,
    seed: int = 1,
    *,
    names: Mapping[str, Sequence[str]] | None = None,
    on_event: Callable[[Event], None] = lambda _: None,
    waiting: Early | None = None,
) -> AsyncIterator[Session]:
    """A lab of `plan` in `folder`, ready for orders; at the end of the context it is ended.

    `names` are those that orders may speak of (`dxemu.story.names.names_of`). `waiting` is its process, if it was
    started there before, with this seed and `SERVED_IMPORTS`. Leaves `timeline.jsonl` and the logs of
    probes. Raises LabError.
    """
    job = served_job(plan, where, seed, names or {})
    async with AsyncExitStack() as stack:
        memory = memory_mb(plan)
        if waiting is None:
            early = Early(where.with_room_for(memory), folder, seed, SERVED_IMPORTS)
            waiting = await stack.enter_async_context(early)
        lab = await waiting.with_room_for(memory)
        timeline = stack.enter_context(TimelineFile(folder / TIMELINE, MOST_TIMELINE_BYTES))
        here = Session(lab, folder, on_event, where.clock)
        told = lab.run(job)
        following = asyncio.create_task(here.follow(told, timeline))
        stack.push_async_callback(_ended, following)
        await here.begun()
        yield here
        await here.end()
        await following


async def _ended(following: asyncio.Task[None]) -> None:
    """Where the context ends early, nobody waits for what else the lab says."""
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
