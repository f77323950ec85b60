"""`dxemu audit`: what is weak in a design, before anything fails."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from dxemu.audit.menu import Audit, make_audit
from dxemu.audit.year import Year, rate, year
from dxemu.cli.audit_scenarios import write_scenarios
from dxemu.cli.ci import GITHUB, annotate, annotating, format_option
from dxemu.cli.graph import check_picture_file, write_picture
from dxemu.cli.helping import examples
from dxemu.cli.named import TOPOLOGY_FILE
from dxemu.cli.ranges import Whole
from dxemu.cli.writable import check_folder, check_replaced_file
from dxemu.files import border, shown, write_whole
from dxemu.host import versions
from dxemu.host.shares import Jobs
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.report import github, sarif
from dxemu.report import year as year_report
from dxemu.report.audit import render, to_json
from dxemu.report.console import PlainConsole
from dxemu.report.picture.draw import draw
from dxemu.report.picture.weak import weak_spots
from dxemu.report.terminal import echo
from dxemu.topology.load import load
from dxemu.words import count

MOST_SHOWN = 3
"""Of the scenarios that were written: they are worst first."""


@click.command(
    "audit",
    short_help="Show what is weak in a topology.",
    epilog=examples(
        "audit backup_connection",
        "audit mine.yaml --pairs --picture weak.svg",
        "audit mine.yaml --rate cable_cut=0.5,4h --rate node_down=0.1,8h",
        "audit mine.yaml --strict --sarif audit.sarif",
    ),
)
@click.argument("topology", type=TOPOLOGY_FILE)
@click.option("--pairs", is_flag=True, help="Also look for two failures at the same moment.")
@click.option("--json", "as_json", is_flag=True, help="Print the audit as JSON.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Draw the topology with its weak spots marked: FILE.svg, or FILE.png (needs rsvg-convert).",
)
@click.option(
    "--jobs",
    type=Whole(min=1),
    metavar="N",
    help="How many processes share the work; the number of processors if not given. The audit is the same for any N.",
)
@click.option(
    "--write-scenarios",
    "scenarios",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write a scenario for everything that costs an outage when it fails alone: dxemu run breaks it in a lab.",
)
@click.option(
    "--rate",
    "rates",
    multiple=True,
    metavar="FAULT=TIMES[,REPAIR]",
    help="How often a year a thing fails so, and how long until it is repaired, to say what a year may cost:"
    " cable_cut=0.5,4h, or of one cable_cut:primary=2,4h. May be given several times.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 if anything was found.")
@click.option(
    "--sarif",
    "sarif_file",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Write the findings as SARIF, which code hosts show at the file's lines. - for stdout.",
)
@format_option
def command(
    topology: Path,
    pairs: bool,
    as_json: bool,
    picture: Path | None,
    jobs: int | None,
    scenarios: Path | None,
    rates: tuple[str, ...],
    strict: bool,
    sarif_file: Path | None,
    form: str,
) -> None:
    """Show what is weak in TOPOLOGY: what it survives, what not, and what will surprise. Nothing is started.

    Every finding has the rule behind it, the outage that it is predicted to cost, and a remedy. Exits with 0, with
    --strict and a finding with 1, with 2 if the file is wrong.
    """
    if picture is not None:
        check_picture_file(picture, "--picture")
    check_replaced_file(sarif_file, "--sarif")
    check_folder(scenarios, "--write-scenarios")
    with annotating(form):
        design = load(topology)
    plan, given = make_plan(design, versions.installed()), [rate(written) for written in rates]
    to_stdout = str(sarif_file) == "-"
    shared = Jobs(jobs or len(os.sched_getaffinity(0)), None if as_json or to_stdout else PlainConsole(stderr=True))
    audit = make_audit(design, plan, pairs=pairs, spread=shared)
    if sarif_file is not None:
        _write_sarif(audit, sarif_file)
    if not to_stdout:
        _show(audit, year(audit.outcomes, given) if given else None, as_json=as_json)
    if scenarios is not None:
        _write_scenarios(audit, plan, topology, scenarios, err=as_json or to_stdout)
    if form == GITHUB:
        annotate(github.of_audit(audit), github.summary_of_audit(audit))
    if picture is not None:
        write_picture(draw(design, plan, weak_spots(audit)), picture)
        echo(f"wrote {picture}", err=as_json)
    raise SystemExit(1 if strict and audit.found else 0)


def _write_sarif(audit: Audit, file: Path) -> None:
    text = sarif.text_of(audit)
    if str(file) == "-":
        echo(text, nl=False)
    else:
        with border(file, otherwise="name another file with --sarif"):
            write_whole(file, text)


def _write_scenarios(audit: Audit, plan: Plan, topology: Path, folder: Path, *, err: bool) -> None:
    """The scenarios, and what to do with the worst of them. Raises FileError."""
    written = write_scenarios(audit.outcomes, plan, topology, folder)
    echo(f"wrote {count(len(written), 'scenario')} into {shown(folder)}", err=err)
    for file in written[:MOST_SHOWN]:
        echo(f"  dxemu run {shown(file)}", err=err)


def _show(audit: Audit, of_a_year: Year | None, *, as_json: bool) -> None:
    if as_json:
        more = {} if of_a_year is None else {"year": year_report.to_json(of_a_year)}
        echo(json.dumps({**to_json(audit), **more}, indent=2))
        return
    console = PlainConsole()
    for line in render(audit, width=console.width):
        console.print(line, soft_wrap=True)
    if of_a_year is not None:
        for words in ("", *year_report.lines(of_a_year)):
            echo(words)
