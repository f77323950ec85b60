"""`dxemu up`: bring a lab up that stays."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from dxemu.errors import DxemuError
from dxemu.files import stem
from dxemu.labs.client import ask_at
from dxemu.labs.live import give_up
from dxemu.labs.start import About, start
from dxemu.report.terminal import echo


@click.command("up", short_help="Bring a lab up that stays, to look at and to break by hand.")
@click.argument("topology", type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", help="What the lab is called.  [default: as the file]")
@click.option(
    "--clock",
    type=click.Choice(["real", "virtual"]),
    default="real",
    show_default=True,
    help="Virtual: time stands still between commands; dxemu advance lets it go on.",
)
@click.option(
    "--kernel",
    type=click.Choice(["embedded", "host"]),
    default="embedded",
    show_default=True,
    help="Where the lab runs: dxemu's own kernel, without root, or this machine's, as root.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    metavar="N",
    default=1,
    show_default=True,
    help="Everything random is drawn from it.",
)
def command(topology: Path, name: str | None, clock: str, kernel: str, seed: int) -> None:
    """Bring up the design of TOPOLOGY and return. The lab outlives this terminal; dxemu down ends it."""
    if kernel == "host" and clock == "virtual":
        raise click.UsageError("the virtual clock needs the embedded kernel: use --clock real with --kernel host.")
    began = time.monotonic()
    about = About(topology=str(topology.absolute()), kernel=kernel, clock=clock, seed=seed)
    place, supervisor = start(name or stem(topology), about)
    try:
        found = ask_at(place, "ready", _say_progress)
    except (DxemuError, KeyboardInterrupt):
        give_up(place, supervisor)
        raise
    finally:
        _clear()
    took = time.monotonic() - began
    parts = f"{found['nodes']} nodes, {found['cables']} cables, {found['sessions']} sessions up"
    echo(f"{place.name}   {kernel} kernel   {clock} clock      {parts}   {took:.1f} s")
    more = " · dxemu advance 10s" if clock == "virtual" else ""
    echo(f"  dxemu status · dxemu exec NODE COMMAND · dxemu fail KIND connection=NAME{more} · dxemu down")


def _say_progress(told: Mapping[str, Any]) -> None:  # Any: as it is told
    if sys.stderr.isatty():
        echo(f"\r  {told['phase']} {told['done']} of {told['of']}\033[K", err=True, nl=False, styled=True)


def _clear() -> None:
    if sys.stderr.isatty():
        echo("\r\033[K", err=True, nl=False, styled=True)
