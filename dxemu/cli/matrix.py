"""A scenario with a `matrix`, run whole: what `dxemu run` does then."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dxemu.cli.outputs import JUNIT, copy, write_form
from dxemu.errors import Interrupted
from dxemu.events.folder import MATRIX
from dxemu.files import border, shown, write_whole
from dxemu.host import invoker
from dxemu.host.signals import as_exceptions, ending
from dxemu.host.where import Where
from dxemu.report.terminal import echo

if TYPE_CHECKING:
    from dxemu.measure.result import Result
    from dxemu.report.matrix import MatrixRow
    from dxemu.run.matrix import ReadyLine, RunLine

MANY = 1000
"""Lines, of which nobody has meant to start more without being asked."""
STATUS = {"pass": 0, "fail": 1, "error": 3, "invalid": 4}
_MATRIX = re.compile(rb"^matrix\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command was told of a matrix; `pages`: also to write what is made of one run.

    `forms` are the files that were asked for.

    With `repeat` the scenario has none: it is run so many times, with seeds from `seed` on.
    """

    scenario: Path
    topology: Path | None
    given: Mapping[str, str]
    seed: int
    jobs: int | None
    yes: bool
    pages: bool
    repeat: int | None = None
    leave_broken: bool = False
    forms: Mapping[str, Path] = field(default_factory=dict)


def has_matrix(scenario: Path) -> bool:
    """Whether a file has one, as far as a look at its text tells; False if it cannot be read."""
    try:
        return _MATRIX.search(scenario.read_bytes()) is not None
    except OSError:
        return False


def ready_lines(wanted: Wanted) -> tuple[ReadyLine, ...]:
    """All its runs, read and checked. Raises InputErrors, and click.UsageError for too many to start unasked."""
    from dxemu.host import versions
    from dxemu.run.expected import expected_s
    from dxemu.run.matrix import make_ready
    from dxemu.story.matrix import SEED, Matrix, matrix_of
    from dxemu.story.variant import Variant, from_words
    from dxemu.topology import yaml

    if wanted.pages or {*wanted.forms} - {JUNIT}:
        raise click.UsageError(
            "pages are made of one run\n  dxemu report RUN --html FILE makes that of each; --junit is of all."
        )
    base = from_words(wanted.given)
    matrix = matrix_of(yaml.read(wanted.scenario), base)
    if wanted.repeat is not None:
        if matrix is not None:
            raise click.UsageError("--repeat is for a scenario without a matrix\n  Give that an axis `seed: 1 to 50`.")
        seeds = range(wanted.seed, wanted.seed + wanted.repeat)
        matrix = Matrix({SEED: {str(seed): Variant(seed=seed) for seed in seeds}})
    assert matrix is not None  # see `has_matrix`
    installed = versions.installed()
    if matrix.size > MANY and not wanted.yes:
        (first,) = make_ready(wanted.scenario, wanted.topology, installed, [next(matrix.lines(base))], wanted.seed)
        hours = matrix.size * expected_s(first.rehearsal) / jobs_of(wanted) / 3600
        about = f"about {hours:.1f} hours with {jobs_of(wanted)} at once on a usual machine"
        raise click.UsageError(f"this matrix has {matrix.size:,} runs, {about}\n  Say --yes to start them.")
    ready = make_ready(wanted.scenario, wanted.topology, installed, matrix.lines(base), wanted.seed)
    return tuple(replace(line, rehearsal=replace(line.rehearsal, leave_broken=wanted.leave_broken)) for line in ready)


def jobs_of(wanted: Wanted) -> int:
    """How many labs run at once: as many as there are processors, unless somebody said."""
    return wanted.jobs or len(os.sched_getaffinity(0))


def run_matrix(wanted: Wanted, ready: Sequence[ReadyLine], place: Where, folder: Path, json_file: Path | None) -> int:
    """Run all of it, a line for each, and leave `matrix.json` in `folder`, and where `--json` says.

    Gives the exit status.
    """
    from dxemu.report.matrix import matrix_json, summary

    size, stderr = len(ready), json_file is not None and str(json_file) == "-"
    head = f"{wanted.scenario.stem}   {size} runs, {jobs_of(wanted)} at once   {place.kernel} kernel {place.release}\n"
    echo(head, err=stderr)
    with invoker.giving(folder):
        try:
            done = asyncio.run(_until_signalled(wanted, ready, place, folder, stderr=stderr))
        finally:
            as_exceptions()  # the loop's own handlers are gone with it
        rows = [_row(line, folder) for line in done]
        with border(folder):
            text = json.dumps(matrix_json(wanted.scenario.stem, rows), indent=2) + "\n"
            (folder / MATRIX).write_text(text, encoding="utf-8")
    for words in ("", *summary(rows), f"  {shown(folder)}/{MATRIX}"):
        echo(words, err=stderr)
    if wanted.repeat is not None:
        _tell_spread([line.result for line in done if line.result is not None], folder, stderr=stderr)
    if stderr:
        echo((folder / MATRIX).read_text(encoding="utf-8"), nl=False)
    elif json_file is not None:
        copy(folder / MATRIX, json_file)
    if JUNIT in wanted.forms:
        from dxemu.report import junit

        write_form(junit.text_of_matrix(wanted.scenario.stem, rows), wanted.forms[JUNIT])
    return max((STATUS[row.verdict] for row in rows), default=0)


def _tell_spread(results: Sequence[Result], folder: Path, *, stderr: bool) -> None:
    """How outages are spread, in words, and in a file beside `matrix.json`. Raises FileError."""
    from dxemu.report import repeated

    with border(folder):
        write_whole(folder / repeated.FILE, json.dumps(repeated.to_json(results), indent=2) + "\n")
    for words in ("", *repeated.lines(results), f"  {shown(folder)}/{repeated.FILE}"):
        echo(words, err=stderr)


async def _until_signalled(
    wanted: Wanted, ready: Sequence[ReadyLine], place: Where, folder: Path, *, stderr: bool
) -> tuple[RunLine, ...]:
    from dxemu.report.matrix import row_line
    from dxemu.run.matrix import run_all

    def tell(line: RunLine) -> None:
        echo(row_line(_row(line, folder), len(ready)), err=stderr)

    task = asyncio.ensure_future(run_all(ready, place, folder, jobs_of(wanted), tell))
    loop = asyncio.get_running_loop()
    for number in ending():
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        pass
    raise Interrupted(f"interrupted; the labs are gone, what was recorded is in {shown(folder)}")


def _row(line: RunLine, folder: Path) -> MatrixRow:
    from dxemu.report.matrix import MatrixRow

    return MatrixRow(
        number=line.ready.number,
        names=line.ready.line.names,
        seed=line.ready.seed,
        folder=str(line.folder.relative_to(folder)),
        verdict=line.verdict,
        result=line.result,
        problem=line.problem,
    )
