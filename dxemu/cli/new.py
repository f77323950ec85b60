"""`dxemu new`: a scenario and its topology to start from."""

from __future__ import annotations

from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.cli.named import SHIPPED_SCENARIO
from dxemu.files import shown
from dxemu.report.terminal import echo
from dxemu.story.copies import copied, stories


@click.command(
    "new",
    short_help="Copy a scenario and its topology, to start from.",
    epilog=examples("new", "new cut_primary_silently", "new cases/no_light --into mine"),
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="FOLDER",
    help="Folder of the project; this one if not given.",
)
@click.argument("scenario", required=False, type=SHIPPED_SCENARIO)
def command(scenario: str | None, into: Path) -> None:
    """Copy SCENARIO, one of those that come with dxemu, and its topology to scenarios/ and topologies/ here.

    Without SCENARIO it says which there are. Files that are there already are not touched.
    """
    if scenario is None:
        for name, story in stories():
            echo(f"{name}\n  {story}")
        return
    files = copied(scenario, into)
    for file in files:
        echo(f"wrote {shown(file)}")
    echo(f"  dxemu run {shown(files[0])}")
