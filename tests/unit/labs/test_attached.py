"""What is typed and signalled here goes to a node, and what comes from there is printed."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from dxemu.labs.attached import NearEnd, attached
from dxemu.labs.wire import AskedInVain, line

Far = Callable[[Any], None]


def data(text: str, **more: object) -> dict[str, object]:
    return {"told": {"data": base64.b64encode(text.encode()).decode(), **more}}


def talked(far: Far, typed: int | None = None) -> Any:
    """What `attached` gives, while `far` has the other end, as a file of lines."""
    near, other = socket.socketpair()

    def answer() -> None:
        with other, other.makefile("rwb", buffering=0) as lines:
            assert json.loads(lines.readline())["do"] == "exec"
            far(lines)

    answering = threading.Thread(target=answer)
    answering.start()
    with near:
        end = NearEnd(
            typed=typed,
            end={"end": True},
            paced=True,
            signals=[signal.SIGUSR1],
            signalled=lambda number: {"signal": number},
        )
        try:
            return attached(near, {"do": "exec"}, end)
        finally:
            answering.join()


def test_what_is_printed_goes_to_its_stream(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    def far(lines: Any) -> None:
        lines.write(line(data("out\n", stream=1)) + line(data("err\n", stream=2)) + line({"done": {"status": 3}}))

    assert talked(far) == {"status": 3}
    assert capfdbinary.readouterr() == (b"out\n", b"err\n")


def test_what_is_typed_goes_a_part_at_a_time() -> None:
    read, write = os.pipe()
    os.write(write, b"x" * 3000)
    os.close(write)
    heard: list[dict[str, object]] = []

    def far(lines: Any) -> None:
        while (said := json.loads(lines.readline())) != {"end": True}:
            heard.append(said)
            lines.write(line({"told": {"taken": True}}))
        lines.write(line({"done": {"status": 0}}))

    talked(far, read)
    os.close(read)
    assert [len(base64.b64decode(str(said["data"]))) for said in heard] == [2048, 952]


def test_a_signal_is_handed_on_and_does_nothing_here() -> None:
    def far(lines: Any) -> None:
        lines.write(line(data("ready")))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
        assert json.loads(lines.readline()) == {"signal": int(signal.SIGUSR1)}
        lines.write(line({"done": {"status": -10}}))

    assert talked(far) == {"status": -10}


def test_a_supervisor_that_goes_or_refuses() -> None:
    assert talked(lambda _: None) is None
    with pytest.raises(AskedInVain, match="no node"):
        talked(lambda lines: lines.write(line({"failed": {"text": "no node", "exit_status": 2}})))
