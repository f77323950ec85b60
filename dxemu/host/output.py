"""What this process prints, where nobody may read it: into a pipe that was closed, or onto a disk that is full.

Python tells of either only by OSError from whatever prints, which could as well be a bug. So the streams themselves say
which it was, once, and take what comes later without a word. A character that a terminal's encoding lacks is a `?`.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from dxemu.errors import DxemuError, FileError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LAST_STREAM = 2
FULL_REMEDY = "send it where there is room; what a run found is in its folder"


class Unread(DxemuError):
    """Whoever read the output has gone, as `head` does when it has seen enough. Nothing is to be said of it."""

    exit_status = 141
    """128 + SIGPIPE, as a shell shows every other program that ends so."""


class _Checked(io.FileIO):
    """A file descriptor that says what it is when it cannot be written. `quiet`: even of that it says nothing."""

    def __init__(self, fd: int, name: str, *, quiet: bool) -> None:
        super().__init__(fd, "w", closefd=False)
        self._name = name
        self._quiet = quiet

    def write(self, data: ReadableBuffer, /) -> int:
        """Raises Unread or FileError, the first time; all that is written later is lost."""
        try:
            return super().write(data)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if self._quiet:
                return memoryview(data).nbytes
            if isinstance(error, BrokenPipeError):
                raise Unread(self._name) from error
            raise FileError(f"{self._name} cannot be written: {error.strerror}", FULL_REMEDY) from error


def check_streams() -> None:
    """Have stdout raise Unread and FileError in place of OSError, and stderr nothing. A closed one leads nowhere."""
    while (fd := os.open(os.devnull, os.O_RDWR)) <= LAST_STREAM:
        os.set_inheritable(fd, True)
    os.close(fd)
    sys.stdout = _checked(1, sys.stdout, sys.__stdout__, quiet=False)
    sys.stderr = _checked(2, sys.stderr, sys.__stderr__, quiet=True)


def _checked(fd: int, stream: TextIO | None, original: TextIO | None, *, quiet: bool) -> TextIO:
    """The stream, checked; one that is not the process's own is somebody's who looks at what is printed."""
    if stream is not None and stream is not original:
        return stream
    writer = io.BufferedWriter(_Checked(fd, "stdout" if fd == 1 else "stderr", quiet=quiet))
    encoding = "utf-8" if stream is None else stream.encoding
    return io.TextIOWrapper(writer, encoding=encoding, errors="replace", line_buffering=quiet or writer.isatty())
