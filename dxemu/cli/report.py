"""`dxemu report`: a finished run's report once more, from its folder."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dxemu.files import shown
from dxemu.report.terminal import echo


@click.command("report", short_help="Show a run's report again, from its folder.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON instead.")
def command(run: Path, as_json: bool) -> None:
    """Show the report of the run in folder RUN again. Nothing is started; no kernel is needed.

    Of a run that was cut off it says how much is usable, and uses that. Exits with 0, or with 2 if RUN is no run.
    """
    from dxemu.run.saved import read

    saved = read(run)
    if as_json:
        from dxemu.measure.result import to_json

        echo(json.dumps(to_json(saved.result), indent=2))
        return
    from dxemu.report.console import PlainConsole
    from dxemu.report.live import LiveLines
    from dxemu.report.run import show

    console = PlainConsole()
    if saved.cut_off:
        with LiveLines(console) as live:
            for event in saved.events:
                live.hear(event)
        console.print()
    show(saved.result, console, folder=f"{shown(run)}/", header=True)
