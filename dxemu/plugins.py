"""Kinds that other distributions bring: one entry point for each, whose name is the kind's and whose value its module.

They are looked for outside a lab only; it is told names of modules and folders. importlib.metadata takes 100 ms to
import, so it is asked only if a distribution on the path mentions a group of ours.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

from dxemu.errors import DxemuError
from dxemu.registry import Members, defined

if TYPE_CHECKING:  # see above
    from importlib.metadata import EntryPoint

T = TypeVar("T")
OURS = "dxemu."
_MENTION = b"[dxemu."


class BrokenPlugin(DxemuError):
    """A kind that another distribution brings is none. The message names the distribution, and says what to do."""

    exit_status = 2


def kinds(package: ModuleType, base: type[T], group: str) -> Members[T]:
    """Those that the modules of `package` define, and those that others bring, by name. Raises BrokenPlugin."""
    return Members(package, base, plugged(group, base, Members(package, base)))


def plugged(group: str, base: type[T], taken: Container[str]) -> dict[str, type[T]]:
    """The kinds of a group (`dxemu.faults`), by name; `taken` are the names of ours.

    Raises BrokenPlugin for one that cannot be imported, is no `base`, or has a name that there is already.
    """
    owners: dict[str, str] = {}
    found: dict[str, type[T]] = {}
    for entry in _entries(group):
        who = f"the {group.removeprefix(OURS)} entry point '{entry.name}' of {_owner(entry)}"
        if entry.name in owners or entry.name in taken:
            problem = f"{who} has a name that {owners.get(entry.name, 'dxemu')} uses already"
            raise BrokenPlugin(f"{problem}\n  Uninstall one, or rename it.")
        if entry.attr or entry.module.rpartition(".")[2] != entry.name:
            problem = f"{who} is '{entry.value}', and should be a module of that name"
            raise BrokenPlugin(f'{problem}\n  Write for example {entry.name} = "my_package.{entry.name}".')
        try:
            made = defined(entry.module, base)
        except Exception as error:
            raise BrokenPlugin(f"{who} cannot be imported: {type(error).__name__}: {error}\n  {REMEDY}") from error
        if made is None:
            problem = f"{who}: {entry.module} defines no {base.__module__}.{base.__name__} that is complete"
            raise BrokenPlugin(f"{problem}\n  {REMEDY}")
        owners[entry.name], found[entry.name] = _owner(entry), made
    return found


REMEDY = "Mend it, update it, or uninstall it. docs/plugins.md says what a kind needs."


def folders_of(kinds: Iterable[type]) -> tuple[str, ...]:
    """Where the modules of those kinds are found that are not ours: what a lab's search path needs."""
    modules = dict.fromkeys(kind.__module__ for kind in kinds if not kind.__module__.startswith(OURS))
    return tuple(dict.fromkeys(folder_of(module) for module in modules))


def folder_of(module: str) -> str:
    """The folder from which a module, with its packages, is imported. It is imported already."""
    file = getattr(sys.modules[module], "__file__", None)
    if file is None:
        raise BrokenPlugin(f"{module} has no file, so that no lab can import it\n  Install it as ordinary files.")
    path = Path(file).resolve()
    depth = module.count(".") + (path.name == "__init__.py")
    return str(path.parents[depth])


def mentions(group: str) -> bool:
    """Whether there is an entry point in that group."""
    return group in _mentioned(tuple(sys.path))


def _entries(group: str) -> tuple[EntryPoint, ...]:
    if not mentions(group):
        return ()
    from importlib.metadata import entry_points

    return tuple(entry_points(group=group))


def _owner(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "an unknown distribution"


@cache
def _mentioned(path: tuple[str, ...]) -> frozenset[str]:
    """Our groups that the distributions on a search path have entry points in."""
    found: set[str] = set()
    for folder in path:
        try:
            about = [place for place in Path(folder or ".").iterdir() if place.suffix in (".dist-info", ".egg-info")]
        except OSError:  # a path that is not there, or a zip file
            continue
        for place in about:
            found |= _groups(place / "entry_points.txt")
    return frozenset(found)


def _groups(file: Path) -> set[str]:
    try:
        text = file.read_bytes()
    except OSError:  # most have none
        return set()
    if _MENTION not in text:
        return set()
    lines = (line.strip() for line in text.decode("utf-8", "replace").splitlines())
    return {line[1:-1].strip() for line in lines if line.startswith("[") and line.endswith("]")}
