"""The near end of a terminal in a node, or of a program with pipes: what is typed, printed and signalled here."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dxemu.labs.wire import VERSION, failed, line

AT_ONCE = 2048
"""Bytes of what is typed that are sent at once."""
ERRORS = 2
"""The number of the stream that goes to stderr; all else is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearEnd:
    """`typed` is the file that is read for it, None: nothing is. `end` is what is sent at its end.

    `paced`: one part is sent, and the next one when it is told to be taken. `signalled` is what is sent for a signal.
    """

    typed: int | None
    end: Mapping[str, object]
    paced: bool
    signals: Sequence[signal.Signals]
    signalled: Callable[[int], Mapping[str, object]]


def attached(
    sock: socket.socket, request: Mapping[str, object], near: NearEnd
) -> Mapping[str, Any] | None:  # Any: as the request has it
    """Ask for a program, and be its near end until it ends: its answer; None if the supervisor has gone.

    Raises AskedInVain.
    """
    kept = b""
    inputs = {sock.fileno()} | ({near.typed} if near.typed is not None else set())
    with _heard(near.signals) as signals:
        inputs.add(signals)
        _send(sock, {**request, "version": VERSION})
        while True:
            ready, _, _ = select.select(inputs, [], [])
            if signals in ready:
                for number in os.read(signals, 64):
                    _send(sock, near.signalled(number))
            if near.typed in ready:
                data = os.read(near.typed, AT_ONCE)
                if not data or near.paced:
                    inputs.discard(near.typed)
                _send(sock, {"data": base64.b64encode(data).decode()} if data else near.end)
            if sock.fileno() in ready:
                data = _received(sock)
                if not data:
                    return None
                *lines, kept = (kept + data).split(b"\n")
                for answer in map(json.loads, lines):
                    if "done" in answer:
                        done: Mapping[str, Any] = answer["done"]
                        return done
                    if near.typed is not None and "taken" in answer.get("told", ()):
                        inputs.add(near.typed)
                    else:
                        _print(answer)


def _send(sock: socket.socket, said: Mapping[str, object]) -> None:
    """One who has answered, or has gone, does not hear it: what was answered is read next."""
    with contextlib.suppress(ConnectionError):
        sock.sendall(line(said))


def _received(sock: socket.socket) -> bytes:
    try:
        return sock.recv(1 << 16)
    except ConnectionError:
        return b""


def _print(answer: Mapping[str, Any]) -> None:  # Any: as above
    if "failed" in answer:
        raise failed(answer["failed"])
    told = answer["told"]
    stream = sys.stderr if told.get("stream") == ERRORS else sys.stdout
    stream.buffer.write(base64.b64decode(told["data"]))
    stream.buffer.flush()


@contextlib.contextmanager
def _heard(signals: Sequence[signal.Signals]) -> Iterator[int]:
    """A file from which the number of each of these signals is read, a byte each, instead of what they would do."""
    with contextlib.ExitStack() as stack:
        read, write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        stack.callback(os.close, read)
        stack.callback(os.close, write)
        stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(write, warn_on_full_buffer=False))
        for number in signals:
            stack.callback(signal.signal, number, signal.signal(number, _nothing))
        yield read


def _nothing(_number: int, _frame: object) -> None:
    """The number is written where it is read."""
