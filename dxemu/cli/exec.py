"""`dxemu exec`: run a program in a node of a lab."""

from __future__ import annotations

import sys

import click

from dxemu.cli.completing import named
from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.errors import DxemuError
from dxemu.labs.client import ask
from dxemu.report.terminal import echo

EXIT_OURS = 125
"""dxemu itself failed; every other status is the program's."""
SIGNALLED = 128


@click.command(
    "exec",
    short_help="Run a program in a node.",
    context_settings={"allow_interspersed_args": False},
    epilog=examples("exec app ping -c 3 172.31.1.10", "exec --within 60s app iperf3 -c 172.31.1.10"),
)
@lab_option
@click.option("--within", metavar="TIME", help="Kill it after so much of the lab's time.  [default: 10 s]")
@click.argument("node", shell_complete=named("node"))
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED)
def command(lab: str | None, within: str | None, node: str, program: tuple[str, ...]) -> None:
    """Run PROGRAM in NODE: `dxemu exec app ping -c 3 172.31.1.10`. What it prints comes when it has ended.

    Exits with the program's status (128 and the signal's number if one ended it), with 125 if dxemu itself failed.
    """
    try:
        ended = ask(lab, "exec", node=node, command=list(program), within=within)
    except DxemuError as error:
        echo(str(error), err=True)
        raise SystemExit(EXIT_OURS) from None
    sys.stdout.write(ended["stdout"])
    sys.stdout.flush()
    sys.stderr.write(ended["stderr"])
    if ended["cut"]:
        echo("dxemu: it printed more than is kept: the beginning is above", err=True)
    if not ended["in_time"]:
        echo("dxemu: it was killed at the end of its time; --within gives it more", err=True)
    status = ended["status"]
    raise SystemExit(SIGNALLED - status if status < 0 else status)
