"""`dxemu report`: a finished run's report once more, from its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dxemu.cli.helping import examples
from dxemu.cli.living import lab_option
from dxemu.cli.outputs import only_rendering, output_options, outputs, write_outputs, write_page
from dxemu.cli.report_all import tell
from dxemu.cli.writable import check_replaced_file
from dxemu.events.folder import has_several
from dxemu.files import shown
from dxemu.report.terminal import echo

if TYPE_CHECKING:
    from dxemu.report.html.page import PageOf

COMMANDLINE = click.core.ParameterSource.COMMANDLINE


@click.command(
    "report",
    short_help="Show the report of a run again, or that of a lab so far.",
    epilog=examples(
        "report runs/mine/1", "report runs/mine/1 --html report.html", "report runs/matrix/1", "report --lab class"
    ),
)
@click.argument("run", type=click.Path(path_type=Path), required=False)
@lab_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON instead.")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the page, such as runs/SCENARIO/N/report.html.",
)
@output_options
def command(run: Path | None, lab: str | None, as_json: bool, html: Path | None, **forms: Path | None) -> None:
    """Show the report of the run in folder RUN again. Nothing is started; no kernel is needed.

    If RUN has several runs in it, of a matrix, a repetition or a scenario, all of them are listed with their verdicts
    and pages. Of a run that was cut off it says how much is usable, and uses that. Without RUN, or with --lab, it is of
    a lab that lives: of what has happened since it is up. Exits with 0, or with 2 if RUN is no run, or a FILE cannot be
    written.
    """
    if run is not None and lab is not None and click.get_current_context().get_parameter_source("lab") is COMMANDLINE:
        raise click.UsageError("the report is of a RUN or of a --lab\n  Leave one of them out.")
    wanted = outputs(forms)
    check_replaced_file(html, "--html")
    if run is not None and has_several(run):
        tell(run, wanted, html, as_json=as_json)
        return
    page, cut_off = _of_lab(lab) if run is None else _of_run(run)
    if as_json:
        from dxemu.measure.result_codec import to_json

        echo(json.dumps(to_json(page.result), indent=2))
    elif "-" not in map(str, wanted.values()):
        _show(page, cut_off=cut_off)
    with only_rendering():
        if html is not None:
            write_page(page, html)
        write_outputs(wanted, page)


def _of_lab(name: str | None) -> tuple[PageOf, str]:
    from dxemu.labs.places import chosen
    from dxemu.labs.reported import reported

    return reported(chosen(name)), ""


def _of_run(run: Path) -> tuple[PageOf, str]:
    from dxemu.report.html.page import PageOf
    from dxemu.run.saved import read

    saved = read(run)
    page = PageOf(
        result=saved.result,
        events=saved.events,
        folder=saved.folder,
        story=saved.story,
        design=saved.design,
        plan=saved.plan,
    )
    return page, saved.cut_off


def _show(page: PageOf, *, cut_off: str) -> None:
    """The report in the terminal; of a run that was cut off, with what happened until then."""
    from dxemu.report.console import PlainConsole
    from dxemu.report.live_lines import LiveLines
    from dxemu.report.run import show

    console = PlainConsole()
    if cut_off:
        with LiveLines(console) as live:
            for event in page.events:
                live.hear(event)
        console.print()
    show(page.result, console, folder=f"{shown(page.folder)}/", header=True)
