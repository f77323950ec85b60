"""`dxemu check`: is a file right? Nothing is started."""

from __future__ import annotations

from pathlib import Path

import click

from dxemu.cli.named import ANY_FILE
from dxemu.errors import InputErrors, Problem
from dxemu.report.terminal import echo, safe
from dxemu.run.prepare import prepare_any


@click.command("check", short_help="Check files; start nothing.")
@click.argument("files", nargs=-1, required=True, type=ANY_FILE)
def command(files: tuple[Path, ...]) -> None:
    """Check topology and scenario FILES: every mistake with its place, what is wrong and what to do.

    Exits with 0 if all are right, else with 2.
    """
    problems: list[Problem] = []
    for file in files:
        try:
            echo(f"{safe(str(file), keep='')}: {prepare_any(file)}")
        except InputErrors as errors:
            problems += errors.problems
    if problems:
        raise InputErrors(problems)
