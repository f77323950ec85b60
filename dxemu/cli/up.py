"""`dxemu up`: bring a lab up that stays."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from dxemu.cli.helping import examples
from dxemu.cli.lab_options import KERNEL, SEED, clock_option, kernel_option, seed_option
from dxemu.cli.living import say_change
from dxemu.cli.named import TOPOLOGY_FILE
from dxemu.files import stem
from dxemu.host.signals import as_exceptions
from dxemu.labs.again import again
from dxemu.labs.places import alive
from dxemu.labs.start import About, start, until_ready
from dxemu.report.terminal import echo


@click.command(
    "up",
    short_help="Bring a lab up that stays, to look at and to break by hand.",
    epilog=examples("up backup_connection", "up mine.yaml --name class --clock virtual", "up mine.yaml --dry-run"),
)
@click.argument("topology", type=TOPOLOGY_FILE)
@click.option("--name", metavar="NAME", help="What the lab is called.  [default: as the file]")
@clock_option("Virtual: time stands still between commands; dxemu advance lets it go on.  [default: real]")
@kernel_option(default=None)
@seed_option(default=None)
@click.option("--dry-run", is_flag=True, help="Only show what differs between a lab and its file.")
@click.option("--interruption", metavar="TIME", help="How long AWS interrupts what it interrupts, in place of at most.")
def command(
    topology: Path,
    name: str | None,
    clock: str | None,
    kernel: str | None,
    seed: int | None,
    interruption: str | None,
    *,
    dry_run: bool,
) -> None:
    """Bring up the design of TOPOLOGY and return. The lab outlives this terminal; dxemu down ends it.

    If its lab is up already, and the file was edited meanwhile, the lab follows: what differs is shown and done.
    """
    name = name or stem(topology)
    there = alive(name)
    if there is not None:
        done = again(there, topology, interruption=interruption, dry_run=dry_run, clock=clock, kernel=kernel, seed=seed)
        _say_again(there.name, done, dry_run=dry_run)
        return
    if dry_run:
        from dxemu.run.checked import checked  # what it imports takes longer than to ask a lab

        echo(f"there is no lab '{name}' yet: it would be {checked(topology)}; nothing was started")
        return
    kernel, clock = kernel or KERNEL, clock or "real"
    if kernel == "host" and clock == "virtual":
        raise click.UsageError("the virtual clock needs the embedded kernel\n  Use --clock real with --kernel host.")
    seed = SEED if seed is None else seed
    _bring_up(name, About(topology=str(topology.absolute()), kernel=kernel, clock=clock, seed=seed))


def _bring_up(name: str, about: About) -> None:
    began = time.monotonic()
    as_exceptions()  # what was started ends with who waits for it
    place, supervisor = start(name, about)
    try:
        found = until_ready(place, supervisor, _say_progress)
    finally:
        _clear()
    took = time.monotonic() - began
    parts = f"{found['nodes']} nodes, {found['cables']} cables, {found['sessions']} sessions up"
    echo(f"{place.name}   {about.kernel} kernel   {about.clock} clock      {parts}   {took:.1f} s")
    more = " · dxemu advance 10s" if about.clock == "virtual" else ""
    echo(f"  dxemu status · dxemu exec NODE COMMAND · dxemu fail KIND connection=NAME{more} · dxemu down")


def _say_again(name: str, done: Mapping[str, Any], *, dry_run: bool) -> None:  # Any: as `dxemu.run.living` has it
    if not done["effects"]:
        echo(f"{name} is up, and is as its file says")
    elif dry_run:
        for effect in done["effects"]:
            echo(f"  {effect}")
        number = len(done["effects"])
        echo(f"  {number} {'difference' if number == 1 else 'differences'}; nothing was touched")
    else:
        say_change(done, "made")


def _say_progress(told: Mapping[str, Any]) -> None:  # Any: as it is told
    if sys.stderr.isatty():
        echo(f"\r  {told['phase']} {told['done']} of {told['of']}\033[K", err=True, nl=False, styled=True)


def _clear() -> None:
    if sys.stderr.isatty():
        echo("\r\033[K", err=True, nl=False, styled=True)
