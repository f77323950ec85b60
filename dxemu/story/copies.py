"""Copies of the scenarios that come with dxemu, each with its topology."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dxemu.errors import FileError
from dxemu.files import border, shown
from dxemu.story.load import topology_path
from dxemu.topology import yaml
from dxemu.topology.shipped import FOLDERS, SCENARIO, TOPOLOGY, folder, names

_ELSEWHERE = "name another folder with --into"


def stories() -> Iterator[tuple[str, str]]:
    """Each scenario that comes with dxemu: its name, and what it asks."""
    for name in names(SCENARIO):
        yield name, str(_written(name)["story"])


def copied(name: str, into: Path) -> tuple[Path, Path]:
    """Copy the scenario of this name that comes with dxemu, and its topology, to a project's folder.

    Gives the files, the scenario first. Raises FileError, also if one of them is there already.
    """
    scenario = folder(SCENARIO) / f"{name}.yaml"
    topology = topology_path(scenario, str(_written(name)["topology"]))
    files = into / FOLDERS[SCENARIO] / f"{name}.yaml", into / FOLDERS[TOPOLOGY] / topology.name
    for file in files:
        if file.exists():
            raise FileError(f"{shown(file)} is there already", f"remove it, or {_ELSEWHERE}")
    for source, file in zip((scenario, topology), files, strict=True):
        with border(file, otherwise=_ELSEWHERE):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source.read_bytes())
    return files


def _written(name: str) -> dict[str, object]:
    value = yaml.read(folder(SCENARIO) / f"{name}.yaml").value
    assert isinstance(value, dict)
    return value
