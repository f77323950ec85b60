"""Topology and scenario files as arguments: by path, or by the name of one that comes with dxemu. No command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from dxemu.topology.shipped import SCENARIO, TOPOLOGY, found, names
from dxemu.topology.words import quoted, suggestion


class NamedFile(click.ParamType):  # type: ignore[type-arg]  # click before 8.2 takes none
    """The file that is meant (`dxemu.topology.shipped.found`); raises InputErrors as that does."""

    name = "file"

    def __init__(self, *nouns: str) -> None:
        self._nouns: Sequence[str] = nouns

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Raises InputErrors."""
        del param, ctx
        return found(Path(value), self._nouns)


class ShippedName(click.ParamType):  # type: ignore[type-arg]  # click before 8.2 takes none
    """The name of a scenario that comes with dxemu."""

    name = "scenario"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises BadParameter."""
        known = names(SCENARIO)
        if value not in known:
            remedy = suggestion(value, known)
            self.fail(f"no scenario {quoted(value)} comes with dxemu. {remedy}", param, ctx)
        return value


TOPOLOGY_FILE = NamedFile(TOPOLOGY)
SCENARIO_FILE = NamedFile(SCENARIO)
ANY_FILE = NamedFile(SCENARIO, TOPOLOGY)
SHIPPED_SCENARIO = ShippedName()
