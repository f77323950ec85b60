"""The process behind a lab that lives: holds its lock, keeps it running, and answers who asks on its socket."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dxemu.errors import DxemuError, InputErrors, LabError
from dxemu.events.base import Event
from dxemu.events.run import Building
from dxemu.forms import BY_LAB, PYTHON, asked_with
from dxemu.host import invoker, where
from dxemu.host.early import Early
from dxemu.host.job import SERVED_IMPORTS
from dxemu.labs.listening import listen, pass_over
from dxemu.labs.places import DIED, LabFolder
from dxemu.labs.start import About
from dxemu.labs.wire import LONGEST_LINE, TOO_LONG, VERSION, line
from dxemu.topology.words import suggestion

if TYPE_CHECKING:
    from dxemu.run.living import LivingLab
    from dxemu.run.orders import OrderRefused
    from dxemu.topology.document import Document


class Supervisor:
    """One lab, and all who ask."""

    def __init__(self, place: LabFolder, about: About) -> None:
        self._place = place
        self._about = about
        self._ready: asyncio.Future[LivingLab] = asyncio.get_running_loop().create_future()
        self._asked = asyncio.Event()
        self._down = asyncio.Event()
        self._dying = asyncio.Event()
        self._ended = asyncio.Event()
        self._hearing: set[Callable[[Event], None]] = set()
        self._going: set[asyncio.Task[None]] = set()

    async def run(self, listening: socket.socket) -> None:
        """Until somebody ends the lab, or it dies; closes `listening` then."""
        self._let_in(listening)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._down.set)
        try:
            await self._live_until_down()
        except DxemuError as error:
            self._say_why(error)
            with contextlib.suppress(TimeoutError):  # who started the lab waits: it may not have been let in yet
                await asyncio.wait_for(self._asked.wait(), LAST_WORDS_S)
        finally:
            self._ended.set()
            asyncio.get_running_loop().remove_reader(listening)
            listening.close()  # who was not let in hears so
            if self._going:
                await asyncio.wait(self._going, timeout=LAST_WORDS_S)

    def _let_in(self, listening: socket.socket) -> None:
        """Not a server of asyncio's: whom that takes while it is closed it neither answers nor hangs up on."""
        if self._ended.is_set():
            return
        loop = asyncio.get_running_loop()
        loop.add_reader(listening, self._let_in, listening)
        try:
            connection, _ = listening.accept()
        except BlockingIOError:
            return
        except OSError:  # too many files are open
            loop.remove_reader(listening)
            loop.call_later(TRY_AGAIN_S, self._let_in, listening)
            return
        connection.setblocking(False)
        going = asyncio.create_task(self._hear(connection))
        self._going.add(going)
        going.add_done_callback(self._going.discard)

    async def _live_until_down(self) -> None:
        """Who ends a lab that comes up does not wait until it is up."""
        living, down = asyncio.create_task(self._live()), asyncio.create_task(self._down.wait())
        await asyncio.wait({living, down}, return_when=asyncio.FIRST_COMPLETED)
        down.cancel()
        if not (living.done() or self._ready.done()):
            living.cancel()
            await asyncio.wait({living})
            if living.cancelled():
                raise LabError("the lab was ended while it came up", "dxemu up TOPOLOGY starts it again.")
        await living

    async def _live(self) -> None:
        """The lab's process boots and imports while the design is read; what that imports takes as long."""
        folder, seed = self._place.folder, self._about.seed
        place = await _where(self._about)
        async with contextlib.AsyncExitStack() as stack:
            try:
                waiting = await stack.enter_async_context(Early(place, folder, seed, SERVED_IMPORTS))
            except LabError:
                _design(self._about).topology()  # if the file is wrong, too
                raise
            design = _design(self._about)
            from dxemu.host import versions
            from dxemu.labs import requests  # noqa: F401 - what is asked first is answered as soon as what comes later
            from dxemu.run.living import living

            lab = living(design, versions.installed(), place, folder, seed, on_event=self._tell, waiting=waiting)
            here = await stack.enter_async_context(lab)
            self._ready.set_result(here)
            down = asyncio.create_task(self._down.wait())
            over = asyncio.create_task(here.session.over())
            await asyncio.wait({down, over}, return_when=asyncio.FIRST_COMPLETED)
            down.cancel()
            if over.done():
                self._dying.set()
                await over
            over.cancel()

    def _say_why(self, error: DxemuError) -> None:
        """To those who wait for the lab, and to those who come later."""
        if not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # whether or not somebody waits
        why = {"problem": getattr(error, "problem", str(error)), "remedy": getattr(error, "remedy", "")}
        with contextlib.suppress(OSError):
            (self._place.folder / DIED).write_text(json.dumps(why), encoding="utf-8")

    def _tell(self, event: Event) -> None:
        for hear in list(self._hearing):
            hear(event)

    async def _hear(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=connection, limit=LONGEST_LINE)
        self._asked.set()
        try:
            with contextlib.suppress(ConnectionError):
                await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            text = await reader.readline()
        except ValueError:
            await pass_over(reader)
            refused = _refused(f"what was asked cannot be read: {TOO_LONG}", "Ask for less at once.")
            writer.write(line(_failed(str(refused), refused.exit_status)))
            await writer.drain()
            return
        if not text:
            return
        gone, lines = asyncio.Event(), asyncio.Queue[Mapping[str, object]]()
        listening = asyncio.create_task(listen(reader, lines, gone))

        def tell(told: Mapping[str, object]) -> None:
            writer.write(line({"told": told}))

        try:
            done = await self._done(text, tell, writer.drain, lines, gone)
        except InputErrors as errors:
            from dxemu.report import problems  # they were read by what it imports

            so = "nothing was touched" if self._ready.done() and not self._ready.exception() else "nothing was started"
            answer = _failed(problems.render(errors, so=so), errors.exit_status, rendered=True)
        except DxemuError as error:
            answer = _failed(str(error), error.exit_status)
        else:
            if done is None:
                return
            answer = {"done": done}
        finally:
            listening.cancel()
        writer.write(line(answer))
        await writer.drain()

    async def _done(
        self,
        text: bytes,
        tell: Callable[[Mapping[str, object]], None],
        drain: Callable[[], Awaitable[None]],
        lines: asyncio.Queue[Mapping[str, object]],
        gone: asyncio.Event,
    ) -> Mapping[str, object] | None:
        """None: the lab had died by then. Who asks hears that from `DIED`, as those do who come later."""
        written = _request(text)
        word = str(written.get("do"))
        if self._dying.is_set() and await self._has_ended():
            return None
        if word == "ready":
            return await self._until_ready(tell)
        if word == "down":
            self._down.set()
            await self._ended.wait()
            return {}
        from dxemu.labs.request import Request  # they import what a lab does that is up
        from dxemu.labs.requests import REQUESTS

        if word not in REQUESTS:
            raise _refused(f"a lab cannot be asked to {word!r}", suggestion(word, REQUESTS))
        lab = await asyncio.shield(self._ready)
        return await REQUESTS[word](Request(lab=lab, written=written, tell=tell, drain=drain, lines=lines, gone=gone))

    async def _has_ended(self) -> bool:
        """Wait until why it died is written down; False if that takes too long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), DIES_WITHIN_S)
        return self._ended.is_set()

    async def _until_ready(self, tell: Callable[[Mapping[str, object]], None]) -> Mapping[str, object]:
        def hear(event: Event) -> None:
            if isinstance(event, Building):
                tell({"phase": event.phase, "done": event.done, "of": event.of})

        self._hearing.add(hear)
        try:
            lab = await asyncio.shield(self._ready)
        finally:
            self._hearing.discard(hear)
        plan = lab.plan
        return {"nodes": len(plan.nodes), "cables": len(plan.cables), "sessions": len(plan.sessions)}


LAST_WORDS_S = 5.0
"""So long whoever still waits for an answer is told why there is none."""
TRY_AGAIN_S = 1.0
"""After so long the next one may be let in."""
DIES_WITHIN_S = 60.0
"""What a lab that died leaves is cleared away sooner, else who asks meanwhile hears what its process said."""


async def _where(about: About) -> where.Where:
    """Raises Unsupported."""
    if about.kernel == "host":
        return await asyncio.to_thread(where.host, about.clock)  # who ends the lab meanwhile is heard
    return where.embedded(about.clock)


def _design(about: About) -> Document:
    """As its file has it. Raises InputErrors if that is no YAML."""
    from dxemu.topology import document

    return document.read(Path(about.topology))


def _refused(problem: str, remedy: str) -> OrderRefused:
    from dxemu.run.orders import OrderRefused  # it imports all that can break

    return OrderRefused(problem, remedy)


def _request(text: bytes) -> Mapping[str, object]:
    try:
        written = json.loads(text)
    except ValueError as error:
        raise _refused(f"what was asked is no JSON: {error}", "Send one object a line.") from error
    version = written.get("version") if isinstance(written, dict) else None
    if not isinstance(written, dict) or version != VERSION:
        other = f"version {version}" if isinstance(version, int) else "none"
        raise _refused(
            f"this lab's supervisor speaks version {VERSION}, and was asked in {other}",
            "Use the dxemu that started the lab, or end the lab and start it again.",
        )
    return written


def _failed(text: str, exit_status: int, *, rendered: bool = False) -> dict[str, object]:
    return {"failed": {"text": text, "exit_status": exit_status, "rendered": rendered}}


async def _main(folder: Path, listening_fd: int) -> None:
    place = LabFolder(folder)
    with invoker.giving(folder), socket.socket(fileno=listening_fd) as listening:
        listening.setblocking(False)
        await Supervisor(place, About(**place.about())).run(listening)


def main() -> None:
    """`python -m dxemu.labs.supervisor FOLDER SOCKET LOCK [python]`: the numbers of open files, and who started it."""
    folder, listening, lock, *by = sys.argv[1:]
    os.set_inheritable(int(lock), False)
    os.set_inheritable(int(listening), False)
    asked_with(replace(BY_LAB, python=PYTHON in by))
    try:
        asyncio.run(_main(Path(folder), int(listening)))
    except LabError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
