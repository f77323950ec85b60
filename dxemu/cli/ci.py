"""What commands do in a CI job: annotations, and the job's summary. No command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from dxemu.errors import InputErrors
from dxemu.files import border
from dxemu.report.terminal import echo

F = TypeVar("F", bound=Callable[..., Any])
GITHUB = "github"
SUMMARY = "GITHUB_STEP_SUMMARY"
"""The file that GitHub shows as a job's summary."""


def format_option(command: F) -> F:
    """`--format text|github`."""
    words = f"github: also annotations at the files' lines, and a job's summary where {SUMMARY} is set."
    kinds = click.Choice(["text", GITHUB])
    return click.option("--format", "form", type=kinds, default="text", show_default=True, help=words)(command)


@contextmanager
def annotating(form: str) -> Iterator[None]:
    """With `github` what is wrong in files is annotated, too."""
    try:
        yield
    except InputErrors as errors:
        if form == GITHUB:
            from dxemu.report import github  # what it imports is not needed elsewhere

            annotate(github.of_problems(errors), github.summary_of_problems(errors))
        raise


def annotate(annotations: Iterable[str], summary: str) -> None:
    """Print the annotations, and add to the summary. Raises FileError."""
    for line in annotations:
        echo(line)
    file = os.environ.get(SUMMARY)
    if file:
        with border(Path(file), otherwise=f"unset {SUMMARY}"), Path(file).open("a", encoding="utf-8") as opened:
            opened.write(summary + "\n")
