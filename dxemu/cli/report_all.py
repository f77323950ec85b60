"""`dxemu report` of a folder that has several runs in it: of a matrix, a repetition or a scenario. No command."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dxemu.cli.outputs import JUNIT, PAGE, only_rendering, write_form
from dxemu.events.folder import MATRIX, has_several, numbered
from dxemu.files import is_file, shown
from dxemu.report.terminal import echo

if TYPE_CHECKING:
    from dxemu.report.matrix import MatrixRow


def tell(folder: Path, wanted: Mapping[str, Path], html: Path | None, *, as_json: bool) -> None:
    """Each run with its verdict and its page, all of a matrix as `dxemu run` told them, or what is asked for instead.

    Raises click.UsageError for what is made of one run, NoRun, NewerRun and FileError.
    """
    whole = is_file(folder / MATRIX)
    if html is not None or {*wanted} - ({JUNIT} if whole else set()):
        one = next((shown(run) for run in reversed(numbered(folder))), f"{shown(folder)}/1")
        more = "; --junit is of all" if whole else ""
        raise click.UsageError(f"pages are made of one run\n  dxemu report {one} is of the latest{more}.")
    if not whole:
        _list(folder, as_json=as_json)
        return
    from dxemu.run.saved_matrix import rows

    scenario, found = rows(folder)
    if as_json:
        echo((folder / MATRIX).read_text(encoding="utf-8"), nl=False)
    elif "-" not in map(str, wanted.values()):
        for line in _lines(scenario, found, folder):
            echo(line)
    if JUNIT in wanted:
        from dxemu.report import junit

        with only_rendering():
            write_form(junit.text_of_matrix(scenario, found), wanted[JUNIT])


def _lines(scenario: str, found: tuple[MatrixRow, ...], folder: Path) -> Iterator[str]:
    from dxemu.report.matrix import row_line, summary

    yield f"{scenario}   {len(found)} runs   {shown(folder)}/{MATRIX}\n"
    for row in found:
        page = folder / row.folder / PAGE
        yield row_line(row, len(found)) + (f"   {shown(page)}" if is_file(page) else "")
    yield ""
    yield from summary(found)
    one = f"{shown(folder)}/{found[-1].folder if found else 1}"
    yield f"  dxemu report {one} shows one of them, and with --html FILE makes its page"


def _list(folder: Path, *, as_json: bool) -> None:
    """Runs of a scenario, or of a matrix that was not finished: a line for each, as `dxemu list` has them."""
    from dxemu.report.runs import lines
    from dxemu.run.listing import runs_of

    found = runs_of(folder)
    if as_json:
        echo(json.dumps({"runs": [dataclasses.asdict(run) for run in found]}, indent=2))
        return
    for run, line in zip(found, lines(found), strict=True):
        page = Path(run.folder, PAGE)
        echo(line + (f"   {page}" if is_file(page) else ""))
    latest = Path(found[-1].folder)
    does = (
        "lists those of the latest" if has_several(latest) else "shows the latest, and with --html FILE makes its page"
    )
    echo(f"\n  dxemu report {latest} {does}")
