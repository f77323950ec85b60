"""A run's folder: what its files are called, and whether a folder is one."""

from __future__ import annotations

from pathlib import Path

from dxemu.errors import DxemuError
from dxemu.files import border, is_file, is_folder, shown
from dxemu.words import count

TIMELINE, RESULT = "timeline.jsonl", "result.json"
MATRIX = "matrix.json"
"""In the folder of all runs of a matrix, or of a repetition, which are folders in it."""
LEAVES = "A run leaves runs/SCENARIO/N."


class NoRun(DxemuError):
    """A folder that is no run's, or a run that cannot be read. The message says what there is, or what to do."""

    exit_status = 2


def check_run(folder: Path) -> None:
    """Raises NoRun, with what there is instead, unless `folder` is a run's: one that has a timeline."""
    with border(folder, verb="read", otherwise="name another run"):
        if not is_folder(folder):
            parent = folder.parent
            entries = [entry for entry in parent.iterdir() if entry.is_dir()] if is_folder(parent) else []
            siblings = sorted(shown(entry) for entry in entries if not entry.name.startswith("."))
            known = f"There is {', '.join(siblings[-5:])}." if siblings else LEAVES
            raise NoRun(f"there is no run {shown(folder)}\n  {known}")
        if not (folder / TIMELINE).is_file():
            if runs := numbered(folder):
                latest = f"Its latest is {shown(runs[-1])}; dxemu report {shown(folder)} lists all of them."
                raise NoRun(f"{shown(folder)} is no run: it has {count(len(runs), 'run')} in it\n  {latest}")
            raise NoRun(f"{shown(folder)} is no run: it has no {TIMELINE}\n  {LEAVES}")


def numbered(folder: Path) -> list[Path]:
    """The runs in a folder that has several: of a matrix, a repetition or a scenario. By their numbers."""
    return sorted((e for e in folder.iterdir() if e.name.isdecimal() and e.is_dir()), key=lambda e: int(e.name))


def has_several(folder: Path) -> bool:
    """Whether it is no run's folder, but one that has runs in it."""
    with border(folder, verb="read", otherwise="name another run"):
        return is_folder(folder) and not is_file(folder / TIMELINE) and bool(numbered(folder))
