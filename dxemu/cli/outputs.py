"""What a run's report can be written as, beside the terminal: the options that `run` and `report` have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dxemu.cli.writable import check_replaced_file
from dxemu.errors import FileError, InputErrors, LabError
from dxemu.files import border, is_there, shown, write_whole
from dxemu.host import invoker
from dxemu.report.terminal import echo

if TYPE_CHECKING:
    from dxemu.measure.result import Result
    from dxemu.report.html.page import PageOf

F = TypeVar("F", bound=Callable[..., Any])
PAGE = "report.html"
"""Its name in a run's folder."""
JUNIT = "junit"
_FORMS = {
    JUNIT: "As JUnit's XML, for CI systems.",
    "markdown": "As Markdown, for a job's summary.",
    "trace": "As Chrome's trace events, for Perfetto.",
}


def output_options(command: F) -> F:
    """`--junit FILE`, `--markdown FILE` and so on; `-` is standard output. `outputs` takes what they give."""
    for name, words in reversed(_FORMS.items()):
        kind = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
        command = click.option(f"--{name}", type=kind, metavar="FILE", help=f"{words} - for stdout.")(command)
    return command


def outputs(options: Mapping[str, Path | None]) -> Mapping[str, Path]:
    """The files that were asked for, by form. Raises click.BadParameter for one that can never be written."""
    found = {form: file for form, file in options.items() if file is not None}
    for form, file in found.items():
        check_replaced_file(file, f"--{form}")
    return found


@contextmanager
def only_rendering() -> Iterator[None]:
    """A file that cannot be written ends a command that needs no lab with 2, as a wrong name does."""
    try:
        yield
    except FileError as error:
        error.exit_status = InputErrors.exit_status
        raise


def write_outputs(wanted: Mapping[str, Path], of: PageOf) -> None:
    """Write each. Raises FileError."""
    for form, file in wanted.items():
        write_form(_text(form, of), file)


def write_form(text: str, file: Path) -> None:
    """Write one, to standard output if it is `-`. Raises FileError."""
    if str(file) == "-":
        echo(text, nl=False)
    else:
        _write(file, text)


def write_page(of: PageOf, file: Path) -> None:
    """Write the page. Raises FileError, or Unsupported without Jinja2."""
    from dxemu.report.html.page import render

    _write(file, render(of))


def leave_page(page: PageOf) -> None:
    """`report.html` in the run's folder. Where that cannot be written it is said, and nothing of the run is lost."""
    try:
        write_page(page, page.folder / PAGE)
    except LabError as error:
        echo(f"dxemu: {error}", err=True)


def write_json(result: Result, folder: Path, json_file: Path | None) -> None:
    """The result, where `--json` says. Raises FileError."""
    if json_file is None:
        return
    if str(json_file) == "-":
        from dxemu.measure.result_codec import to_json

        echo(json.dumps(to_json(result), indent=2))
        return
    copy(folder / "result.json", json_file)


def copy(written: Path, json_file: Path) -> None:
    """A run's JSON, where `--json` says, for whoever called. Raises FileError."""
    new = not is_there(json_file)
    with border(json_file, otherwise=f"the result is in {shown(written.parent)}"):
        json_file.write_bytes(written.read_bytes())
    if new:
        invoker.give(json_file)


def _write(file: Path, text: str) -> None:
    with border(file, otherwise="name another file"):
        if file.exists() and not file.is_file():
            file.write_text(text, encoding="utf-8")  # a pipe or a device
            return
        write_whole(file, text)
    try:
        invoker.give(file)
    except OSError as error:
        raise FileError(f"{file} cannot be given to who called sudo: {error.strerror}") from error


def _text(form: str, of: PageOf) -> str:
    if form == JUNIT:
        from dxemu.report import junit

        return junit.text_of(of.result)
    if form == "markdown":
        from dxemu.report import markdown

        return markdown.text_of(of.result)
    from dxemu.report import trace

    return trace.text_of(of.result, of.events)
