"""`dxemu report`: a finished run's report once more, from its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dxemu.cli.helping import examples
from dxemu.cli.outputs import output_options, outputs, write_outputs, write_page
from dxemu.files import shown
from dxemu.report.terminal import echo

if TYPE_CHECKING:
    from dxemu.run.saved import SavedRun


@click.command(
    "report",
    short_help="Show a run's report again, from its folder.",
    epilog=examples("report runs/mine/1", "report runs/mine/1 --html report.html"),
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON instead.")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the page, such as runs/SCENARIO/N/report.html.",
)
@output_options
def command(run: Path, as_json: bool, html: Path | None, **forms: Path | None) -> None:
    """Show the report of the run in folder RUN again. Nothing is started; no kernel is needed.

    Of a run that was cut off it says how much is usable, and uses that. Exits with 0, or with 2 if RUN is no run.
    """
    from dxemu.run.saved import read

    wanted = outputs(forms)
    saved = read(run)
    if as_json:
        from dxemu.measure.result import to_json

        echo(json.dumps(to_json(saved.result), indent=2))
    elif "-" not in map(str, wanted.values()):
        _show(saved)
    if html is None and not wanted:
        return
    from dxemu.report.html.page import PageOf

    page = PageOf(
        result=saved.result,
        events=saved.events,
        folder=saved.folder,
        story=saved.story,
        design=saved.design,
        plan=saved.plan,
    )
    if html is not None:
        write_page(page, html)
    write_outputs(wanted, page)


def _show(saved: SavedRun) -> None:
    """The report in the terminal; of a run that was cut off, with what happened until then."""
    from dxemu.report.console import PlainConsole
    from dxemu.report.live import LiveLines
    from dxemu.report.run import show

    console = PlainConsole()
    if saved.cut_off:
        with LiveLines(console) as live:
            for event in saved.events:
                live.hear(event)
        console.print()
    show(saved.result, console, folder=f"{shown(saved.folder)}/", header=True)
