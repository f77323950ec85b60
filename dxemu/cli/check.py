"""`dxemu check`: is a file right? Nothing is started."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from dxemu.cli.ci import annotating, format_option
from dxemu.cli.helping import examples
from dxemu.cli.named import ANY_FILE
from dxemu.errors import InputErrors, Problem
from dxemu.report.terminal import echo, safe
from dxemu.run.checked import checked


@click.command(
    "check", short_help="Check files; start nothing.", epilog=examples("check topologies/*.yaml scenarios/*.yaml")
)
@click.argument("files", nargs=-1, required=True, type=ANY_FILE)
@format_option
def command(files: tuple[Path, ...], form: str) -> None:
    """Check topology and scenario FILES: every mistake with its place, what is wrong and what to do.

    Exits with 0 if all are right, else with 2.
    """
    with annotating(form):
        _check(files)


def _check(files: Sequence[Path]) -> None:
    """Raises InputErrors."""
    problems: list[Problem] = []
    for file in files:
        try:
            echo(f"{safe(str(file), keep='')}: {checked(file)}")
        except InputErrors as errors:
            problems += errors.problems
    if problems:
        raise InputErrors(problems)
