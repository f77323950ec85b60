"""Terminals in the nodes of a lab, over the line of its orders; and programs with pipes in place of one.

In:   {"terminal": 1, "data": "bHMK"} what is typed, {"terminal": 1, "size": [24, 80]}, {"terminal": 1, "close": true},
      {"terminal": 1, "more": true} the last part was taken
Out:  {"terminal": 1, "data": "..."} the next part of what is printed, {"terminal": 1, "status": 0} at its end
With pipes also {"terminal": 1, "end": true} and {"terminal": 1, "signal": 2} in, and {"terminal": 1, "taken": true} out
when what was typed has been read; what is printed has the number of its "stream", 1 or 2.
Data is in base64. There is one part on the way at a time: a full line would wait for time to pass.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from dxemu.host.channel import TERMINAL
from dxemu.host.piped import Piped
from dxemu.host.terminal import Terminal
from dxemu.lab.lab import Lab
from dxemu.run.orders import OpenTerminal, OrderRefused
from dxemu.run.show_command import PROGRAMS
from dxemu.topology.words import quoted, suggestion

Send = Callable[[Mapping[str, object]], None]


class Terminals:
    """A context manager: those that are open end with it."""

    def __init__(self, lab: Lab, send: Send) -> None:
        self._lab = lab
        self._send = send
        self._open: dict[int, Terminal | Piped] = {}
        self._number = 0

    def open(self, order: OpenTerminal) -> Mapping[str, object]:
        """Open one; gives its number. Raises OrderRefused, and LabError."""
        known = {node.name: node for node in self._lab.plan.nodes}
        if order.node not in known:
            raise OrderRefused(f"there is no node {quoted(order.node)}", suggestion(order.node, known))
        self._number += 1
        number = self._number
        program = self._piped(number, order) if order.pipes else self._terminal(number, order)
        self._open[number] = program
        return {"terminal": number}

    def _piped(self, number: int, order: OpenTerminal) -> Piped:
        piped = Piped(
            self._lab.node(order.node).namespace,
            order.command,
            lambda stream, data: self._send({TERMINAL: number, "stream": stream, "data": _text(data)}),
            lambda: self._send({TERMINAL: number, "taken": True}),
            lambda status: self._over(number, status),
        )
        piped.open()
        return piped

    def _terminal(self, number: int, order: OpenTerminal) -> Terminal:
        environment = {
            "TERM": order.term,
            "PS1": f"{order.node}# ",
            "HOME": "/run",
            "LC_ALL": "C.UTF-8",
            "PATH": f"{PROGRAMS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }
        bash = shutil.which("bash")
        shell = (bash, "--norc", "--noprofile", "-i") if bash else ("sh", "-i")
        terminal = Terminal(
            self._lab.node(order.node).namespace,
            order.command or shell,
            environment,
            lambda data: self._send({TERMINAL: number, "data": _text(data)}),
            lambda status: self._over(number, status),
        )
        terminal.open(order.rows, order.columns)
        return terminal

    def hear(self, written: Mapping[str, object]) -> None:
        """What is meant for one of them. It may have ended meanwhile."""
        number = written[TERMINAL]
        terminal = self._open.get(number) if isinstance(number, int) else None
        if terminal is None:
            return
        match written:
            case {"data": str(data)}:
                terminal.write(base64.b64decode(data))
            case {"size": [int(rows), int(columns)]} if isinstance(terminal, Terminal):
                terminal.resize(rows, columns)
            case {"end": True} if isinstance(terminal, Piped):
                terminal.end_input()
            case {"signal": int(signal)} if isinstance(terminal, Piped):
                terminal.signal(signal)
            case {"more": True}:
                terminal.go_on()
            case {"close": True}:
                del self._open[int(str(number))]
                terminal.close()

    def _over(self, number: int, status: int) -> None:
        terminal = self._open.pop(number, None)
        if terminal is not None:
            terminal.close()
        self._send({TERMINAL: number, "status": status})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for terminal in self._open.values():
            terminal.close()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
