"""`dxemu list`: the runs that there are, with their verdicts."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.cli.lab_options import runs_option
from dxemu.files import is_folder
from dxemu.report.terminal import echo


@click.command("list", short_help="List the runs here, with their verdicts.", epilog=examples("list", "list --json"))
@runs_option("Folder of the runs.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def command(runs_folder: Path, as_json: bool) -> None:
    """List the runs in the folder, by scenario and number. Exits with 0, or with 2 if there is no such folder."""
    from dxemu.report.runs import lines
    from dxemu.run.listing import runs_in

    if not is_folder(runs_folder):
        raise click.BadParameter(f"there is no folder '{runs_folder}'\n  dxemu run makes it.", param_hint="'--runs'")
    found = runs_in(runs_folder)
    if as_json:
        echo(json.dumps({"runs": [dataclasses.asdict(run) for run in found]}, indent=2))
        return
    for line in lines(found):
        echo(line)
    if not found:
        echo(f"There are no runs in '{runs_folder}'.")
