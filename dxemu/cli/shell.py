"""`dxemu shell`: log in to a node of a lab."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import termios
import tty
from collections.abc import Iterator

import click

from dxemu.cli.completing import named
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.labs.places import chosen
from dxemu.labs.wire import VERSION, failed, line

AT_ONCE = 2048


@click.command(
    "shell",
    short_help="Log in to a node.",
    context_settings={"allow_interspersed_args": False},
    epilog=examples("shell colo_router", "shell app tcpdump -ni any icmp"),
)
@lab_option
@click.option("--hold", is_flag=True, help="Keep a virtual clock still; else it goes on as time passes here.")
@click.argument("node", shell_complete=named("node"))
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
def command(lab: str | None, node: str, program: tuple[str, ...], *, hold: bool) -> None:
    """Open a terminal in NODE, with a shell, or with PROGRAM. Exits with its status."""
    folder = chosen(lab)
    with folder.connected() as sock, _raw(), _resizing(sock):
        request = {"version": VERSION, "do": "shell", "node": node, "size": _size(), "hold": hold}
        request |= {"term": os.environ.get("TERM", "linux")} | ({"command": list(program)} if program else {})
        sock.sendall(line(request))
        status = _talk(sock)
    if status is None:
        raise folder.dead()
    raise SystemExit(128 - status if status < 0 else status)


def _talk(sock: socket.socket) -> int | None:
    """Until the program ends: its status; None if the supervisor has gone."""
    kept = b""
    inputs = [sock.fileno(), 0]
    while True:
        ready, _, _ = select.select(inputs, [], [])
        if 0 in ready:
            typed = os.read(0, AT_ONCE)
            if not typed:
                inputs.remove(0)
                typed = b"\x04"  # the end of what is typed, as a terminal says it
            sock.sendall(line({"data": base64.b64encode(typed).decode()}))
        if sock.fileno() in ready:
            try:
                data = sock.recv(1 << 16)
            except ConnectionError:
                return None
            if not data:
                return None
            *lines, kept = (kept + data).split(b"\n")
            for text in lines:
                status = _said(json.loads(text))
                if status is not None:
                    return status


def _said(answer: dict[str, dict[str, object]]) -> int | None:
    if "failed" in answer:
        raise failed(answer["failed"])
    if "done" in answer:
        return int(str(answer["done"]["status"]))
    data = base64.b64decode(str(answer["told"]["data"]))
    while data:
        data = data[os.write(1, data) :]
    return None


def _size() -> list[int]:
    size = shutil.get_terminal_size()
    return [size.lines, size.columns]


@contextlib.contextmanager
def _raw() -> Iterator[None]:
    """What is typed goes to the node as it is, Ctrl-C too; and the terminal is afterwards as it was."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _resizing(sock: socket.socket) -> Iterator[None]:
    def resized(_number: int, _frame: object) -> None:
        sock.sendall(line({"size": _size()}))

    before = signal.signal(signal.SIGWINCH, resized)
    try:
        yield
    finally:
        signal.signal(signal.SIGWINCH, before)
