"""`dxemu exec`: run a program in a node of a lab."""

from __future__ import annotations

import base64
import signal
import sys
from collections.abc import Mapping
from typing import Any

import click

from dxemu.cli.completing import named
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.errors import DxemuError, LabError
from dxemu.host.output import Unread
from dxemu.labs.attached import NearEnd, attached
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder, chosen
from dxemu.labs.wire import LONGEST_LINE
from dxemu.report.terminal import echo

EXIT_OURS = 125
"""dxemu itself failed; every other status is the program's."""
SIGNALLED = 128
HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
MOST_TYPED = LONGEST_LINE // 2
"""Bytes in base64 of what a program is given to read before it starts."""


@click.command(
    "exec",
    short_help="Run a program in a node.",
    context_settings={"allow_interspersed_args": False},
    epilog=examples(
        "exec app ping -c 3 172.31.1.10", "exec --within 60s app iperf3 -c 172.31.1.10", "exec -i dx_1 sh < script"
    ),
)
@lab_option
@click.option("--within", metavar="TIME", help="Kill it after so much of the lab's time.  [default: 10 s]")
@click.option("-i", "--stdin", "stdin", is_flag=True, help="Hand on what this command can read to the program.")
@click.argument("node", shell_complete=named("node"))
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED)
def command(lab: str | None, within: str | None, node: str, program: tuple[str, ...], *, stdin: bool) -> None:
    """Run PROGRAM in NODE: `dxemu exec app ping -c 3 172.31.1.10`.

    With the real clock what it prints comes at once, and it gets the signals that this command gets; with the virtual
    clock it comes at its end, and a signal ends it.

    Exits with the program's status (128 and the signal's number if one ended it), with 125 if dxemu itself failed.
    """
    request = {"node": node, "command": list(program), "within": within}
    try:
        place = chosen(lab)
        streams = place.about().get("clock") != "virtual"
        ended = _streamed(place, request, stdin=stdin) if streams else _whole(place, request, stdin=stdin)
    except DxemuError as error:
        if isinstance(error, Unread):
            raise
        echo(f"dxemu: {error}", err=True)
        raise SystemExit(EXIT_OURS) from None
    if ended["cut"]:
        echo("dxemu: it printed more than is kept: the beginning is above", err=True)
    if not ended["in_time"]:
        echo("dxemu: it was killed at the end of its time; --within gives it more", err=True)
    status = ended["status"]
    raise SystemExit(SIGNALLED - status if status < 0 else status)


def _streamed(place: LabFolder, request: Mapping[str, object], *, stdin: bool) -> Mapping[str, Any]:
    near = NearEnd(
        typed=0 if stdin else None,
        end={"end": True},
        paced=True,
        signals=HANDED_ON,
        signalled=lambda number: {"signal": number},
    )
    with place.connected() as sock:
        ended = attached(sock, {**request, "do": "exec", "streamed": True, "reads": stdin}, near)
    if ended is None:
        raise place.dead()
    return ended


def _whole(place: LabFolder, request: Mapping[str, object], *, stdin: bool) -> Mapping[str, Any]:
    """Where time is virtual: what it reads is there before it starts, and what it printed comes at its end."""
    typed = base64.b64encode(sys.stdin.buffer.read()).decode() if stdin else None
    if typed is not None and len(typed) > MOST_TYPED:
        raise LabError(f"{len(typed)} bytes are more than it can be given to read at once", "Give it a file.")
    ended = ask_at(place, "exec", **request, typed=typed or None)
    sys.stdout.write(ended["stdout"])
    sys.stdout.flush()
    sys.stderr.write(ended["stderr"])
    return ended
