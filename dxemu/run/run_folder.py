"""Where a run's files go: `BASE/NAME/N`, NAME after the scenario's file, N the first free number.

The runs of another file of the same name are not among them: they go to `BASE/NAME-DIGITS`.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from dxemu.files import border, stem
from dxemu.host import invoker

MARK = "scenario.txt"
"""In `BASE/NAME`: the scenario's file that its runs are of, as seen from BASE, so that both can move together."""
LONGEST_NAME = 100
"""Bytes. Most file systems take 255, and what is below must fit into a path."""
_DIGITS = (8, 64)
_NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run's folder. `made` is all that was made for it, innermost first: itself, and what above it was missing."""

    path: Path
    made: tuple[Path, ...]


def run_folder(base: Path, scenario: Path) -> RunFolder:
    """A new folder. Raises FileError if there can be none."""
    with border(base, verb="used for runs"):
        made = invoker.make_folders(base)
        parent, made_there = _parent(base.resolve(), scenario)
        taken = (int(entry.name) for entry in parent.iterdir() if _NUMBER.fullmatch(entry.name))
        number = 1 + max(taken, default=0)
        while True:
            folder = parent / str(number)
            try:
                invoker.make_folder(folder)
            except FileExistsError:
                number += 1
            else:
                folder = folder.resolve()
                return RunFolder(folder, tuple(path.absolute() for path in (folder, *made_there, *made)))


def name_of(scenario: Path) -> str:
    """The name of a scenario's folder: that of its file, but never one that leads elsewhere or cannot be typed."""
    name = re.sub(r"^[.-]+", lambda found: "_" * len(found[0]), stem(scenario)).replace("?", "_")
    return name.encode()[:LONGEST_NAME].decode("utf-8", "ignore") or "_"


def _parent(base: Path, scenario: Path) -> tuple[Path, list[Path]]:
    """The folder of a scenario's runs, and what of it was made now."""
    place = os.fsencode(os.path.relpath(os.path.realpath(scenario), base))
    name, digest = name_of(scenario), hashlib.sha256(place).hexdigest()
    folders = (base / name, *(base / f"{name}-{digest[:digits]}" for digits in _DIGITS))
    for folder in folders:
        made = invoker.make_folders(folder)
        if _marked(folder, place):
            return folder, [folder / MARK, *made]
        if (folder / MARK).read_bytes().rstrip(b"\n") in (place, b""):
            return folder, made
    return folders[-1], []


def _marked(folder: Path, place: bytes) -> bool:
    """Say in `folder` that its runs are of the file at `place`. False if something is said there already."""
    try:
        with (folder / MARK).open("xb") as file:
            file.write(place + b"\n")
    except FileExistsError:
        return False
    invoker.give(folder / MARK)
    return True
