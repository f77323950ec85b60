"""What was written is handed to the machine, or it is said that it was not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from dxemu.write_back import write_back


def test_a_file_is_handed_over(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb", buffering=0) as file:
        file.write(b"part")
        write_back(file.fileno())
    assert (tmp_path / "log").read_bytes() == b"part"


def test_what_cannot_be_is_an_error() -> None:
    reader, writer = os.pipe()
    try:
        with pytest.raises(OSError, match="Illegal seek") as caught:
            write_back(writer)
    finally:
        os.close(reader)
        os.close(writer)
    assert caught.value.errno == errno.ESPIPE
