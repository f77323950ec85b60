"""`dxemu new`: a scenario and its topology, or a topology alone, to start from."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.cli.named import SHIPPED
from dxemu.files import shown
from dxemu.report.terminal import echo
from dxemu.story.copies import copied, stories
from dxemu.topology.shipped import TOPOLOGY, names

_WIDTH = 96


@click.command(
    "new",
    short_help="Copy a scenario and its topology, or a topology, to start from.",
    epilog=examples("new", "new cut_primary_silently", "new maximum_resiliency", "new cases/no_light --into mine"),
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="FOLDER",
    help="Folder of the project; this one if not given.",
)
@click.argument("name", required=False, type=SHIPPED)
def command(name: str | None, into: Path) -> None:
    """Copy NAME, a scenario that comes with dxemu, and its topology to scenarios/ and topologies/ here.

    NAME may be a topology, too. Without NAME it says which there are. Files that are there already are not touched.
    """
    if name is None:
        _show()
        return
    files = copied(name, into)
    for file in files:
        echo(f"wrote {shown(file)}")
    first = shown(files[0])
    echo(f"  dxemu run {first}" if len(files) > 1 else f"  dxemu audit {first} · dxemu up {first}")


def _show() -> None:
    echo("Scenarios")
    for name, story in stories():
        echo(f"  {name}")
        for line in textwrap.wrap(story, width=_WIDTH):
            echo(f"    {line}")
    echo("")
    echo("Topologies")
    for line in textwrap.wrap(", ".join(names(TOPOLOGY)), width=_WIDTH):
        echo(f"  {line}")
