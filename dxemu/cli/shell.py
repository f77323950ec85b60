"""`dxemu shell`: log in to a node of a lab."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import termios
import tty
from collections.abc import Iterator

import click

from dxemu.cli.completing import named
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.host.signals import as_exceptions
from dxemu.labs.attached import NearEnd, attached
from dxemu.labs.places import LabFolder, chosen
from dxemu.report.terminal import echo
from dxemu.topology.words import quoted

END_OF_TYPING = "BA=="
"""Ctrl-D in base64: the end of what is typed, as a terminal says it."""


@click.command(
    "shell",
    short_help="Log in to a node.",
    context_settings={"allow_interspersed_args": False},
    epilog=examples("shell colo_router", "shell app tcpdump -ni any icmp", "shell colo_router show bgp"),
)
@lab_option
@click.option(
    "--hold",
    is_flag=True,
    help="Keep a virtual clock still, so that a sleep does not end; else time goes on as it passes here.",
)
@click.argument("node", shell_complete=named("node"))
@click.argument("program", nargs=-1, type=click.UNPROCESSED)
def command(lab: str | None, node: str, program: tuple[str, ...], *, hold: bool) -> None:
    """Open a terminal in NODE, with a shell, or with PROGRAM. Exits with its status.

    `show bgp`, `show bfd` and `show ipsec` say there what the node has decided, and why.
    """
    folder = chosen(lab)
    if hold:
        _say_that_time_is_held(folder)
    near = NearEnd(
        typed=0,
        end={"data": END_OF_TYPING},
        paced=False,
        signals=[signal.SIGWINCH],
        signalled=lambda _: {"size": _size()},
    )
    as_exceptions()  # whatever ends this, the terminal is as it was
    with folder.connected() as sock, _raw():
        request = {"do": "shell", "node": node, "size": _size(), "hold": hold}
        request |= {"term": os.environ.get("TERM", "linux")} | ({"command": list(program)} if program else {})
        done = attached(sock, request, near)
    if done is None:
        raise folder.dead()
    status = int(done["status"])
    raise SystemExit(128 - status if status < 0 else status)


def _say_that_time_is_held(folder: LabFolder) -> None:
    """Else a `sleep` looks as if the lab hung. Raises BadParameter for a clock that cannot be held."""
    if folder.about().get("clock") != "virtual":
        problem = f"the clock of the lab {quoted(folder.name)} is real, and cannot be held\n  Leave --hold out."
        raise click.BadParameter(problem, param_hint="'--hold'")
    echo("time stands still in here: what sleeps or waits does not end (Ctrl-C ends it)", err=True)
    echo(f"dxemu advance --lab {folder.name} 1s in another terminal lets time go on", err=True)


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
    tty.setraw(0, termios.TCSADRAIN)  # what was typed ahead is meant for the node
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
