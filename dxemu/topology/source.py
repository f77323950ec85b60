"""A file's text, within stated limits: reading it never blocks, and never takes more than it should.

The limits are in `docs/topology-file.md`. YAML's own are `dxemu.topology.yaml`'s.
"""

from __future__ import annotations

import glob
import os
import stat
from pathlib import Path

from dxemu.errors import InputErrors, Mark, Problem
from dxemu.topology.words import nearest

MAX_BYTES = 1_000_000
YAML = (".yaml", ".yml")
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}
_PLAIN_FILE = "Write it to a file, and name that."

PARAGRAPHS = {
    "DX-F002": """\
The file cannot be read: it does not exist, may not be read, is not UTF-8 text, or is no plain file:
a folder, a named pipe, a socket or a device, which are not opened because they might never end.""",
}


def text_of(path: Path) -> str:
    """The text of a file; whatever its line ends are, they are line feeds.

    Raises InputErrors: DX-F002 (cannot be read), DX-F011 (too large).
    """
    try:
        data = _data_of(path)
    except FileNotFoundError as error:
        close = nearest_file(path)
        remedy = "Check the path." if close is None else f"Did you mean '{close}'?"
        raise _unreadable(str(path), error.strerror or "No such file", remedy) from error
    except OSError as error:
        raise _unreadable(str(path), error.strerror or type(error).__name__, "Check the path.") from error
    except ValueError as error:  # a NUL in the path
        raise _unreadable(repr(path), str(error), "Check the path.") from error
    if len(data) > MAX_BYTES:
        problem = f"the file has more than {MAX_BYTES} bytes"
        raise InputErrors([Problem(Mark(str(path), 1, 1), "DX-F011", problem, "Is it the right file? Split it if so.")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        mark = Mark(str(path), data[: error.start].count(b"\n") + 1, 1)
        problem = "cannot be read: it is not UTF-8 text"
        raise InputErrors([Problem(mark, "DX-F002", problem, "Save it as UTF-8.")]) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def nearest_file(path: Path) -> Path | None:
    """The YAML file that was most likely meant by a path that is not there; None if there is none.

    The one of this name in a folder beside it, such as `topologies`, else the one beside it whose name is like it.
    """
    try:
        below = next(iter(sorted(path.parent.glob(f"*/{glob.escape(path.name)}"))), None)
        beside = {entry.stem: entry for entry in sorted(path.parent.iterdir()) if entry.suffix in YAML}
    except (OSError, ValueError):
        return None
    close = nearest(path.stem, beside)
    return below if below is not None or close is None else beside[close]


def _data_of(path: Path) -> bytes:
    """The first bytes of a file, one more than it may have. Looked at before it is opened: that may block."""
    _refuse_unless_plain(path, path.stat().st_mode)
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        _refuse_unless_plain(path, os.fstat(file.fileno()).st_mode)
        return file.read(MAX_BYTES + 1)


def _refuse_unless_plain(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise _unreadable(str(path), f"it is {_KINDS.get(stat.S_IFMT(mode), 'no file')}", _PLAIN_FILE)


def _unreadable(file: str, why: str, remedy: str) -> InputErrors:
    return InputErrors([Problem(Mark(file, 1, 1), "DX-F002", f"cannot be read: {why}", remedy)])
