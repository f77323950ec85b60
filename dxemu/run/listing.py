"""The runs of a folder: `BASE/SCENARIO/N`. Only what each says of itself is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from dxemu.errors import DxemuError
from dxemu.events.folder import MATRIX, RESULT, TIMELINE, NoRun, numbered
from dxemu.files import border, shown
from dxemu.measure.result import SCHEMA
from dxemu.report import result_json
from dxemu.report.runs import ListedRun, listed, listed_matrix
from dxemu.run import record
from dxemu.words import count


def runs_in(base: Path) -> list[ListedRun]:
    """By scenario's name, then number. One that cannot be read says so. Raises FileError if `base` cannot be."""
    with border(base, verb="read", otherwise="name another folder with --runs"):
        return [_run(folder) for folder in _folders(base)]


def runs_of(folder: Path) -> list[ListedRun]:
    """Those that are in one folder, such as that of a scenario. Raises FileError if it cannot be read."""
    with border(folder, verb="read", otherwise="name another folder"):
        return [_run(run) for run in numbered(folder)]


def _folders(base: Path) -> Iterator[Path]:
    for scenario in sorted(entry for entry in base.iterdir() if entry.is_dir()):
        yield from numbered(scenario)


def _run(folder: Path) -> ListedRun:
    name, file = shown(folder), folder / RESULT
    below = len(numbered(folder))
    if (folder / MATRIX).is_file() or below:
        return _matrix(folder, below)
    try:
        if file.is_file():
            return listed(name, result_json.read(file))
        known = record.read(folder)
    except ValueError:
        says = result_json.schema_of(file)
        verdict = "newer" if says not in ("", SCHEMA) else "damaged"
        return ListedRun(folder=name, verdict=verdict, words=f"{RESULT} is a {says!r}" if says else f"no {RESULT}")
    except NoRun as error:
        return ListedRun(folder=name, verdict="damaged", words=str(error).splitlines()[0])
    except DxemuError as error:
        return ListedRun(folder=name, verdict="newer", words=str(error).splitlines()[0])
    words = "it has no result" if (folder / TIMELINE).is_file() else "it has not begun"
    if known is None:
        return ListedRun(folder=name, verdict="cut off", words=words)
    return ListedRun(folder=name, verdict="cut off", words=words, topology=known.topology, seed=known.seed)


def _matrix(folder: Path, below: int) -> ListedRun:
    """All runs of a matrix or a repetition, of which `below` are there, in one line: there may be thousands."""
    name, file = shown(folder), folder / MATRIX
    if not file.is_file():
        return ListedRun(
            folder=name, verdict="cut off", words=f"{count(below, 'run')} of a matrix, which was not finished"
        )
    try:
        return listed_matrix(name, json.loads(file.read_bytes()))
    except (LookupError, TypeError, ValueError, AttributeError):
        return ListedRun(folder=name, verdict="damaged", words=f"no {MATRIX}")
