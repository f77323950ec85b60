"""A supervisor with a lab that is none: who asks in another version, goes before the end, or asks often."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dxemu.errors import LabError
from dxemu.labs import supervisor
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder, NoLab
from dxemu.labs.request import Request
from dxemu.labs.start import About
from dxemu.labs.wire import LONGEST_LINE, VERSION, AskedInVain
from dxemu.run.orders import OrderRefused

TOPOLOGY = Path(__file__).parents[3] / "topologies" / "private_vif.yaml"
AT_ONCE, EACH = 20, 50
SOON_S = 20.0
DEATH = "bird on dx_1 has ended. It said: one line\nand the last one"


class StandIn:
    """What a supervisor needs of a lab, which ends by itself when `dies` is called, and is cleared away then."""

    def __init__(self) -> None:
        self.session = self
        self._loop = asyncio.get_running_loop()
        self._dead = asyncio.Event()
        self._cleared = asyncio.Event()
        self.is_clearing = threading.Event()
        self.heard_gone = threading.Event()
        self.waits = threading.Event()

    async def over(self) -> None:
        await self._dead.wait()
        raise LabError(DEATH, "Look into its log.")

    def dies(self) -> None:
        """From another thread."""
        self._loop.call_soon_threadsafe(self._dead.set)

    def is_cleared(self) -> None:
        """From another thread."""
        self._loop.call_soon_threadsafe(self._cleared.set)

    async def clear(self) -> None:
        """If it died: until the test says so."""
        if self._dead.is_set():
            self.is_clearing.set()
            await asyncio.wait_for(self._cleared.wait(), SOON_S)

    async def number(self, request: Request) -> Mapping[str, object]:
        await asyncio.sleep(0)
        number = request.written["number"]
        assert isinstance(number, int)
        if number % 10 == 0:
            raise OrderRefused(f"no {number}")
        return {"number": number}

    async def wait(self, request: Request) -> Mapping[str, object]:
        """Until whoever asked has gone."""
        self.waits.set()
        await request.gone.wait()
        self.heard_gone.set()
        return {}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs what it is given in a thread, against a supervisor in this one, which it ends then."""

    def serve(
        client: Callable[[LabFolder, StandIn], None],
        make: Callable[[LabFolder], socket.socket] = LabFolder.listening,
    ) -> None:
        place = LabFolder(tmp_path)
        about = About(topology=str(TOPOLOGY), kernel="embedded", clock="virtual", seed=1)

        async def run() -> None:
            lab = StandIn()

            @asynccontextmanager
            async def living(*_: object, **__: object) -> AsyncIterator[StandIn]:
                try:
                    yield lab
                finally:
                    await lab.clear()

            requests: dict[str, Callable[[Request], Awaitable[Mapping[str, object]]]]
            requests = {"number": lab.number, "wait": lab.wait}
            monkeypatch.setattr("dxemu.run.living.living", living)
            monkeypatch.setattr("dxemu.labs.requests.REQUESTS", requests)
            monkeypatch.setattr("dxemu.host.versions.installed", lambda: None)
            monkeypatch.setattr(supervisor, "Early", lambda *_: nullcontext())
            monkeypatch.setattr(supervisor, "where", SimpleNamespace(embedded=lambda _: None))
            with make(place) as listening:
                listening.setblocking(False)
                serving = asyncio.create_task(supervisor.Supervisor(place, about).run(listening))
                try:
                    await asyncio.to_thread(client, place, lab)
                    if not serving.done():
                        await asyncio.to_thread(ask_at, place, "down")
                finally:
                    await asyncio.wait_for(serving, SOON_S)

        asyncio.run(run())

    return serve


def said(place: LabFolder, text: bytes) -> Mapping[str, Any]:
    """What is answered to a line."""
    with place.connected() as sock, sock.makefile("rwb") as lines:
        lines.write(text + b"\n")
        lines.flush()
        answer: Mapping[str, Any] = json.loads(lines.readline())
        return answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ({"version": VERSION - 1, "do": "number"}, f"speaks version {VERSION}, and was asked in version {VERSION - 1}"),
        ({"version": VERSION + 1, "do": "number"}, f"speaks version {VERSION}, and was asked in version {VERSION + 1}"),
        ({"do": "number"}, "was asked in none"),
        (["number"], "was asked in none"),
        ({"version": VERSION, "do": "numbr"}, "cannot be asked to 'numbr'\n  Did you mean 'number'?"),
    ],
)
def test_what_it_does_not_understand_is_refused(asked: Any, text: object, words: str) -> None:
    def client(place: LabFolder, _: StandIn) -> None:
        failed = said(place, json.dumps(text).encode())["failed"]
        assert words in failed["text"]
        assert failed["exit_status"] == OrderRefused.exit_status
        assert "no JSON" in said(place, b"\xff{")["failed"]["text"]

    asked(client)


def test_a_request_that_is_too_long_is_refused_and_the_next_one_answered(asked: Any) -> None:
    def client(place: LabFolder, _: StandIn) -> None:
        failed = said(place, b" " * (3 * LONGEST_LINE))["failed"]
        assert failed["exit_status"] == OrderRefused.exit_status
        assert failed["text"].startswith("what was asked cannot be read: it is longer than 16 MiB, the longest that")
        with pytest.raises(AskedInVain, match="'number' cannot be asked: it is longer than 16 MiB"):
            ask_at(place, "number", text="x" * LONGEST_LINE)
        assert ask_at(place, "number", number=1) == {"number": 1}

    asked(client)


def test_a_client_of_another_version_is_told_so(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def client(place: LabFolder, _: StandIn) -> None:
        monkeypatch.setattr("dxemu.labs.wire.VERSION", VERSION + 1)
        with pytest.raises(AskedInVain, match=r"Use the dxemu that started the lab"):
            ask_at(place, "number", number=1)
        monkeypatch.setattr("dxemu.labs.wire.VERSION", VERSION)

    asked(client)


def test_a_client_that_vanishes_ends_what_it_asked_for_and_no_more(asked: Any) -> None:
    def client(place: LabFolder, lab: StandIn) -> None:
        vanishing = place.connected()
        vanishing.sendall(json.dumps({"version": VERSION, "do": "wait"}).encode() + b"\n")
        assert lab.waits.wait(SOON_S)
        assert not lab.heard_gone.is_set()
        vanishing.shutdown(socket.SHUT_RDWR)
        vanishing.close()
        assert lab.heard_gone.wait(SOON_S)
        assert ask_at(place, "number", number=1) == {"number": 1}, "others are answered"

    asked(client)


def test_of_a_thousand_orders_at_once_none_is_lost(asked: Any) -> None:
    def client(place: LabFolder, _: StandIn) -> None:
        def give(first: int) -> Sequence[int]:
            answered = []
            for number in range(first, first + EACH):
                try:
                    assert ask_at(place, "number", number=number) == {"number": number}
                except AskedInVain as refused:
                    assert str(refused) == f"no {number}"
                answered.append(number)
            return answered

        with ThreadPoolExecutor(AT_ONCE) as threads:
            answered = [n for some in threads.map(give, range(0, AT_ONCE * EACH, EACH)) for n in some]
        assert answered == list(range(AT_ONCE * EACH))

    asked(client)


class Full(socket.socket):
    """Lets in whom it is asked to at the third time, and says before that too many files are open."""

    tried = 0

    def accept(self) -> tuple[socket.socket, Any]:
        self.tried += 1
        if self.tried < 3:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().accept()


def test_who_comes_while_too_many_files_are_open_is_let_in_later(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "TRY_AGAIN_S", 0.01)

    def full(place: LabFolder) -> socket.socket:
        return Full(fileno=place.listening().detach())

    asked(lambda place, _: ask_at(place, "number", number=1), full)


@pytest.mark.parametrize("do", ["number", "down", "ready"])
def test_who_asks_a_lab_that_is_dying_hears_what_those_hear_who_come_later(asked: Any, do: str) -> None:
    def client(place: LabFolder, lab: StandIn) -> None:
        assert ask_at(place, "number", number=1) == {"number": 1}
        lab.dies()
        assert lab.is_clearing.wait(SOON_S)
        with ThreadPoolExecutor(1) as thread, place.connected() as sock, sock.makefile("rb") as answers:
            sock.sendall(json.dumps({"version": VERSION, "do": do, "number": 1}).encode() + b"\n")
            sock.settimeout(SOON_S)
            asking = thread.submit(ask_at, place, do, number=1)
            lab.is_cleared()
            assert answers.read() == b""
            with pytest.raises(NoLab, match=r"has died: bird on dx_1 has ended. It said: and the last one\n"):
                asking.result(SOON_S)

    asked(client)


@pytest.mark.parametrize("boots", [True, False])
def test_a_design_that_is_refused_is_said_whether_the_kernel_boots_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, boots: bool
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(TOPOLOGY.read_text(encoding="utf-8").replace("region:", "regoin:"), encoding="utf-8")
    ended = []

    @asynccontextmanager
    async def early(*_: object) -> AsyncIterator[None]:
        if not boots:
            raise LabError("no kernel boots here")
        try:
            yield
        finally:
            ended.append(True)

    async def run() -> None:
        monkeypatch.setattr(supervisor, "Early", early)
        monkeypatch.setattr(supervisor, "where", SimpleNamespace(embedded=lambda _: None))
        place = LabFolder(tmp_path)
        with place.listening() as listening:
            listening.setblocking(False)
            about = About(topology=str(file), kernel="embedded", clock="virtual", seed=1)
            serving = asyncio.create_task(supervisor.Supervisor(place, about).run(listening))
            with pytest.raises(
                AskedInVain, match=r"mine\.yaml:\d+:\d+(.|\n)*'region'(.|\n)*nothing was started"
            ) as why:
                await asyncio.to_thread(ask_at, place, "ready")
            assert (why.value.rendered, why.value.exit_status) == (True, 2)
            await asyncio.wait_for(serving, SOON_S)
        assert ended == [True] * boots

    asyncio.run(run())
