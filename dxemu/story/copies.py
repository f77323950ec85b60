"""Copies of what comes with dxemu: a scenario with its topology, or a topology alone."""

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
        yield name, str(_written(name)["story"]).strip()


def copied(name: str, into: Path) -> tuple[Path, ...]:
    """Copy the scenario of this name that comes with dxemu, and its topology, or the topology of this name.

    Gives the files in the project's folder `into`, a scenario first. Raises FileError, also if one is there already.
    """
    pairs = [(source, into / FOLDERS[noun] / place) for noun, source, place in _sources(name)]
    for _, file in pairs:
        if file.exists():
            raise FileError(f"{shown(file)} is there already", f"remove it, or {_ELSEWHERE}")
    for source, file in pairs:
        with border(file, otherwise=_ELSEWHERE):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(source.read_bytes())
    return tuple(file for _, file in pairs)


def _sources(name: str) -> Iterator[tuple[str, Path, str]]:
    """What to copy: a scenario or a topology, from where, and what it is called in the folder of its kind."""
    if name in names(TOPOLOGY):
        yield TOPOLOGY, folder(TOPOLOGY) / f"{name}.yaml", f"{name}.yaml"
        return
    scenario = folder(SCENARIO) / f"{name}.yaml"
    topology = topology_path(scenario, str(_written(name)["topology"]))
    yield SCENARIO, scenario, f"{name}.yaml"
    yield TOPOLOGY, topology, topology.name


def _written(name: str) -> dict[str, object]:
    value = yaml.read(folder(SCENARIO) / f"{name}.yaml").value
    assert isinstance(value, dict)
    return value
