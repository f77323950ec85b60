"""All runs of a matrix or of a repetition, or of one scenario, read again from the folder that they are in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from dxemu.events.folder import MATRIX, RESULT, NoRun
from dxemu.files import border, shown
from dxemu.measure.result import Result
from dxemu.report.matrix import MatrixRow
from dxemu.run.saved_result import saved_result


def rows(folder: Path) -> tuple[str, tuple[MatrixRow, ...]]:
    """The scenario's name, and every run as `matrix.json` and its own result have it. Raises NoRun and FileError.

    Of a run whose result is not there any more it says so; its verdict is that of `matrix.json`.
    """
    file = folder / MATRIX
    with border(file, verb="read", otherwise="name another run"):
        text = file.read_bytes()
    try:
        written = json.loads(text)
        return str(written["scenario"]), tuple(_rows(written["runs"], folder))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        remedy = f"dxemu list --runs {shown(folder.parent)} has its runs one by one."
        raise NoRun(f"{shown(file)} is damaged\n  {remedy}") from error


def _rows(runs: list[dict[str, object]], folder: Path) -> Iterator[MatrixRow]:
    for run in runs:
        result, problem = None, str(run["problem"])
        if run["verdict"] != "error":
            result, problem = _result(folder / str(run["folder"]) / RESULT)
        values = run["values"]
        assert isinstance(values, dict)
        yield MatrixRow(
            number=int(str(run["number"])),
            names=tuple((str(axis), str(name)) for axis, name in values.items()),
            seed=int(str(run["seed"])),
            folder=str(run["folder"]),
            verdict=str(run["verdict"]),
            result=result,
            problem=problem,
        )


def _result(file: Path) -> tuple[Result | None, str]:
    """The result, or why there is none. Raises NewerRun."""
    try:
        return saved_result(file), ""
    except ValueError:
        return None, f"its {RESULT} is damaged"
    except OSError as error:
        return None, f"its {RESULT} cannot be read: {error.strerror}"
