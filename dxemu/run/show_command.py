"""The program `show` in the nodes of a lab that lives: it asks the lab's own process, which answers in text.

It finds out by itself in which node it is called: by the network namespace of who asks. The status of what is printed
comes first, on a line of its own.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import struct
import sys
from contextlib import AsyncExitStack

from dxemu.lab.lab import Lab
from dxemu.run.show import ShowError, show

PROGRAMS = "/run/bin"
"""Where it is: /run is the lab's own, with either kernel."""
SOCKET = "/run/show.sock"
LONGEST = 4096
"""Bytes of what is asked."""
_CLIENT = f"""\
import socket, sys
s = socket.socket(socket.AF_UNIX)
try:
    s.connect({SOCKET!r})
    s.sendall("\\0".join(sys.argv[1:]).encode("utf-8", "replace")[:{LONGEST - 1}] + b"\\n")
    status, _, text = b"".join(iter(lambda: s.recv(65536), b"")).partition(b"\\n")
except OSError as error:
    sys.exit("show: the lab does not answer: %s" % error)
(sys.stderr if int(status or 1) else sys.stdout).buffer.write(text)
sys.exit(int(status or 1))
"""


async def start(lab: Lab, stack: AsyncExitStack) -> None:
    """From now on nodes have it, also those that come. Raises OSError."""
    os.makedirs(PROGRAMS, exist_ok=True)  # noqa: PTH103 - pathlib costs time in the guest
    server = await asyncio.start_unix_server(lambda reader, writer: _serve(lab, reader, writer), SOCKET, limit=LONGEST)
    stack.callback(server.close)
    text = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -IS -c {shlex.quote(_CLIENT)} "$@"\n'
    with open(f"{PROGRAMS}/show", "w", opener=lambda path, flags: os.open(path, flags, 0o755)) as file:
        file.write(text)
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = f"{PROGRAMS}:{before}"
    stack.callback(os.environ.__setitem__, "PATH", before)


async def _serve(lab: Lab, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One who asks; may hang up at any time, and ask for anything."""
    try:
        words = (await reader.readline()).decode("utf-8", "replace").rstrip("\n").split("\0")
        status, text = await _answer(lab, _node(lab, writer), [word for word in words if word])
        writer.write(f"{status}\n{text}".encode())
        await writer.drain()
    except (OSError, ValueError):  # it hung up, or asked for more than a line holds
        return
    finally:
        writer.close()


async def _answer(lab: Lab, node: str | None, words: list[str]) -> tuple[int, str]:
    if node is None:
        return 2, "show: this is no node of the lab\n"
    try:
        return 0, await show(lab, node, words)
    except ShowError as error:
        return 2, f"show: {error}\n"


def _node(lab: Lab, writer: asyncio.StreamWriter) -> str | None:
    """The node in whose network namespace the program runs that asks; None: in none."""
    credentials = writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    (pid, _, _) = struct.unpack("=iii", credentials)
    theirs = os.stat(f"/proc/{pid}/ns/net")  # noqa: PTH116 - pathlib costs time in the guest
    names = (node.name for node in lab.plan.nodes)
    return next((name for name in names if os.path.samestat(os.fstat(lab.node(name).namespace.fd), theirs)), None)
