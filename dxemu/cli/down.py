"""`dxemu down`: end labs that live, and remove what is left of those that died."""

from __future__ import annotations

import os

import click

from dxemu.cli.completing import labs
from dxemu.cli.helping import examples
from dxemu.cli.living import LAB_VARIABLE
from dxemu.labs.end import end
from dxemu.labs.places import LabFolder, chosen, places
from dxemu.report.terminal import echo


@click.command(
    "down",
    short_help="End a lab that up has started, or remove what is left of it.",
    epilog=examples("down", "down class", "down --all"),
)
@click.argument("name", required=False, shell_complete=labs)
@click.option("--lab", metavar="NAME", help="The same as NAME, as the other commands have it.", shell_complete=labs)
@click.option("--all", "every", is_flag=True, help="All labs, also those that have died.")
def command(name: str | None, *, lab: str | None, every: bool) -> None:
    """End the lab NAME, or the only one. Its folder goes, with all that it recorded."""
    if name is not None and lab not in (None, name):
        raise click.UsageError(f"{name} and {lab} are two labs\n  End one after the other, or --all.")
    name = name or lab
    if every and name is not None:
        raise click.UsageError("--all means every lab\n  Leave the name out.")
    for place in places() if every else [chosen(name or os.environ.get(LAB_VARIABLE))]:
        _end(place)
    if every and not places():
        echo("no lab is left")


def _end(place: LabFolder) -> None:
    how = end(place)
    if how.lived:
        echo(f"{place.name} has ended")
    else:
        left = f"; {how.left} of its processes were ended" if how.left else ""
        echo(f"{place.name} had died{f' ({how.why})' if how.why else ''}: what was left of it is removed{left}")
