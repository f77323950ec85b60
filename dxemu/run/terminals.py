"""Terminals in the nodes of a lab, over the line of its orders.

In:   {"terminal": 1, "data": "bHMK"} what is typed, {"terminal": 1, "size": [24, 80]}, {"terminal": 1, "close": true},
      {"terminal": 1, "more": true} the last part was taken
Out:  {"terminal": 1, "data": "..."} the next part of what is printed, {"terminal": 1, "status": 0} at its end
Data is in base64. There is one part on the way at a time: a full line would wait for time to pass.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from dxemu.host.channel import TERMINAL
from dxemu.host.terminal import Terminal
from dxemu.lab.lab import Lab
from dxemu.run.orders import OpenTerminal, OrderRefused
from dxemu.topology.words import quoted, suggestion

Send = Callable[[Mapping[str, object]], None]


class Terminals:
    """A context manager: those that are open end with it."""

    def __init__(self, lab: Lab, send: Send) -> None:
        self._lab = lab
        self._send = send
        self._open: dict[int, Terminal] = {}
        self._number = 0

    def open(self, order: OpenTerminal) -> Mapping[str, object]:
        """Open one; gives its number. Raises OrderRefused, and LabError."""
        known = {node.name: node for node in self._lab.plan.nodes}
        if order.node not in known:
            raise OrderRefused(f"there is no node {quoted(order.node)}", suggestion(order.node, known))
        self._number += 1
        number = self._number
        environment = {
            "TERM": order.term,
            "PS1": f"{order.node}# ",
            "HOME": "/run",
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }
        bash = shutil.which("bash")
        shell = (bash, "--norc", "--noprofile", "-i") if bash else ("sh", "-i")
        terminal = Terminal(
            self._lab.node(order.node).namespace,
            order.command or shell,
            environment,
            lambda data: self._send({TERMINAL: number, "data": base64.b64encode(data).decode()}),
            lambda status: self._over(number, status),
        )
        terminal.open(order.rows, order.columns)
        self._open[number] = terminal
        return {"terminal": number}

    def hear(self, written: Mapping[str, object]) -> None:
        """What is meant for one of them. It may have ended meanwhile."""
        number = written[TERMINAL]
        terminal = self._open.get(number) if isinstance(number, int) else None
        if terminal is None:
            return
        match written:
            case {"data": str(data)}:
                terminal.write(base64.b64decode(data))
            case {"size": [int(rows), int(columns)]}:
                terminal.resize(rows, columns)
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
