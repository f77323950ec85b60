"""A topology file -> Topology, or every mistake in it at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dxemu.errors import Mark
from dxemu.topology import document, yaml
from dxemu.topology.file import TopologyFile
from dxemu.topology.model import Topology
from dxemu.topology.patch import patch_of

Overrides = yaml.Tree | Mapping[str, object] | None


def load(path: Path, overrides: Overrides = None) -> Topology:
    """The topology of a file, with `overrides` laid over it as a patch (`dxemu.topology.patch`).

    Raises InputErrors with every mistake; those in a `Tree` of overrides are marked in the file it came from.
    """
    return document.read(path).changed(_patch(overrides)).topology()


def loads(text: str, file_name: str = "topology.yaml", overrides: Overrides = None) -> Topology:
    """The topology that `text` describes; `file_name` is what errors call it. Raises InputErrors."""
    return document.parse(text, file_name).changed(_patch(overrides)).topology()


def json_schema() -> dict[str, object]:
    """The JSON schema of topology files, for editors."""
    return TopologyFile.model_json_schema()


def _patch(overrides: Overrides) -> yaml.Tree:
    return overrides if isinstance(overrides, yaml.Tree) else patch_of(overrides or {}, Mark("overrides", 1, 1))
