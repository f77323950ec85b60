"""`dxemu compare`: two runs beside each other."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from dxemu.cli.helping import examples
from dxemu.files import shown
from dxemu.report.terminal import echo


@click.command(
    "compare",
    short_help="Compare two runs: which term of an outage grew.",
    epilog=examples("compare runs/mine/1 runs/mine/2"),
)
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def command(before: Path, after: Path, as_json: bool) -> None:
    """Say how the outages of the run in folder AFTER differ from those in BEFORE, and by which of their terms.

    As before and after a change of the design. Nothing is started. Exits with 0, or with 2 if a folder is no run.
    """
    from dxemu.report.compare import SCHEMA, compare, lines
    from dxemu.run.saved import read

    found = compare(read(before).result, read(after).result)
    if as_json:
        outages = [{**dataclasses.asdict(one), "grew_ms": one.grew_ms, "same": one.same} for one in found.outages]
        echo(json.dumps({"schema": SCHEMA, **dataclasses.asdict(found), "outages": outages}, indent=2))
        return
    for line in lines(found, (shown(before), shown(after))):
        echo(line)
