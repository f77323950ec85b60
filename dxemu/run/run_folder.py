"""Where a run's files go: `BASE/NAME/N`, NAME after the scenario's file, N the first free number.

The runs of another file of the same name are not among them: they go to `BASE/NAME-DIGITS`.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from dxemu.files import border, stem
from dxemu.host import invoker

MARK = "scenario.txt"
"""In `BASE/NAME`: the scenario's file that its runs are of, as seen from BASE, so that both can move together."""
LONGEST_NAME = 100
"""Bytes. Most file systems take 255, and what is below must fit into a path."""
_DIGITS = (8, 64)
_NUMBER = re.compile(r"[0-9]+")


def run_folder(base: Path, scenario: Path) -> Path:
    """A new folder. Raises FileError if there can be none."""
    with border(base, verb="used for runs"):
        invoker.make_folders(base)
        parent = _parent(base.resolve(), scenario)
        taken = (int(entry.name) for entry in parent.iterdir() if _NUMBER.fullmatch(entry.name))
        number = 1 + max(taken, default=0)
        while True:
            folder = parent / str(number)
            try:
                invoker.make_folder(folder)
            except FileExistsError:
                number += 1
            else:
                return folder.resolve()


def name_of(scenario: Path) -> str:
    """The name of a scenario's folder: that of its file, but never one that leads elsewhere or cannot be typed."""
    name = re.sub(r"^[.-]+", lambda found: "_" * len(found[0]), stem(scenario)).replace("?", "_")
    return name.encode()[:LONGEST_NAME].decode("utf-8", "ignore") or "_"


def _parent(base: Path, scenario: Path) -> Path:
    place = os.fsencode(os.path.relpath(os.path.realpath(scenario), base))
    name, digest = name_of(scenario), hashlib.sha256(place).hexdigest()
    folders = (base / name, *(base / f"{name}-{digest[:digits]}" for digits in _DIGITS))
    return next((folder for folder in folders if _is_of(folder, place)), folders[-1])


def _is_of(folder: Path, place: bytes) -> bool:
    """Whether the runs of `folder` are of the file at `place`. A folder of nobody's is from now on."""
    invoker.make_folders(folder)
    try:
        with (folder / MARK).open("xb") as file:
            file.write(place + b"\n")
        invoker.give(folder / MARK)
    except FileExistsError:
        return (folder / MARK).read_bytes().rstrip(b"\n") in (place, b"")
    return True
