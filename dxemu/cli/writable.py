"""Whether what a command is to write can be written, asked before its work: afterwards it would be late. No command."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dxemu.errors import FileError
from dxemu.files import border, is_file, is_folder, is_there


def check_file(file: Path | None, option: str) -> None:
    """Raises click.BadParameter if this file cannot be written. `-` always can, and so can None: it was not given."""
    if file is None or str(file) == "-":
        return
    with _refused(file, option):
        if is_there(file):
            os.close(os.open(file, os.O_WRONLY | os.O_NONBLOCK))
        else:
            _check_new_file_in(file.parent)


def check_replaced_file(file: Path | None, option: str) -> None:
    """The same for one that is replaced as a whole: its folder has to allow that, whoever may write the file."""
    if file is None or not is_file(file):
        check_file(file, option)
        return
    with _refused(file, option):
        _check_new_file_in(file.parent)


def check_folder(folder: Path | None, option: str) -> None:
    """Raises click.BadParameter if there can be no new file in this folder, which need not be there. Makes nothing."""
    if folder is None:
        return
    there = next((step for step in (folder, *folder.absolute().parents) if os.path.lexists(step)), folder)
    with _refused(there, option):
        if not is_folder(there):
            there.mkdir()  # what is there is no folder, and says so
        _check_new_file_in(there)


@contextmanager
def _refused(path: Path, option: str) -> Iterator[None]:
    try:
        with border(path, otherwise=f"name another one with {option}"):
            yield
    except FileError as error:
        raise click.BadParameter(str(error), param_hint=f"'{option}'") from error


def _check_new_file_in(folder: Path) -> None:
    """A file without a name: whatever ends this process, nothing is left of it. Raises OSError."""
    tempfile.TemporaryFile(dir=folder).close()
