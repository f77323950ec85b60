"""`dxemu down`: end labs that live, and remove what is left of those that died."""

from __future__ import annotations

import click

from dxemu.cli.completing import labs
from dxemu.cli.helping import examples
from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder, NoLab, chosen, places
from dxemu.labs.start import end_left
from dxemu.labs.wire import AskedInVain
from dxemu.report.terminal import echo


@click.command(
    "down",
    short_help="End a lab that up has started, or remove what is left of it.",
    epilog=examples("down", "down class", "down --all"),
)
@click.argument("name", required=False, shell_complete=labs)
@click.option("--all", "every", is_flag=True, help="All labs, also those that have died.")
def command(name: str | None, *, every: bool) -> None:
    """End the lab NAME, or the only one. Its folder goes, with all that it recorded."""
    if every and name is not None:
        raise click.UsageError("--all means every lab: leave the name out.")
    for place in places() if every else [chosen(name)]:
        _end(place)
    if every and not places():
        echo("no lab is left")


def _end(place: LabFolder) -> None:
    lived = place.lives()
    if lived:
        try:
            ask_at(place, "down")
        except (NoLab, AskedInVain):  # it died meanwhile, or while it was being ended: what is left is removed below
            lived = False
        place.wait_for_end()
    why = place.died().get("problem")
    ended = [] if lived else end_left(place)
    place.remove()
    if lived:
        echo(f"{place.name} has ended")
    else:
        left = f"; {len(ended)} of its processes were ended" if ended else ""
        echo(f"{place.name} had died{f' ({why})' if why else ''}: what was left of it is removed{left}")
