"""Topology and scenario files as arguments: by path, or by the name of one that comes with dxemu. No command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from dxemu.files import is_folder
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

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Names of those that come with dxemu, and files."""
        del ctx, param
        known = [name for noun in self._nouns for name in names(noun)]
        return [*(CompletionItem(name) for name in known if name.startswith(incomplete)), *_files(incomplete)]


class ShippedName(click.ParamType):  # type: ignore[type-arg]  # click before 8.2 takes none
    """The name of a scenario or a topology that comes with dxemu."""

    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises BadParameter."""
        known = self._known()
        if value not in known:
            remedy = suggestion(value, known)
            self.fail(f"no scenario or topology {quoted(value)} comes with dxemu\n  {remedy}", param, ctx)
        return value

    def _known(self) -> list[str]:
        return [*names(SCENARIO), *names(TOPOLOGY)]

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """All of them."""
        del ctx, param
        return [CompletionItem(name) for name in self._known() if name.startswith(incomplete)]


def _files(begun: str) -> Iterator[CompletionItem]:
    """YAML files and folders here: beside other words the shell itself offers none."""
    folder, _, start = begun.rpartition("/")
    base = Path(folder or ("/" if begun.startswith("/") else ".")).expanduser()
    for entry in sorted(base.iterdir()) if is_folder(base) else ():
        shown = begun[: len(begun) - len(start)] + entry.name
        if entry.name.startswith(start) and (entry.is_dir() or entry.suffix in (".yaml", ".yml")):
            yield CompletionItem(f"{shown}/" if entry.is_dir() else shown)


TOPOLOGY_FILE = NamedFile(TOPOLOGY)
SCENARIO_FILE = NamedFile(SCENARIO)
ANY_FILE = NamedFile(SCENARIO, TOPOLOGY)
SHIPPED = ShippedName()
