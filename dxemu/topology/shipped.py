"""The topologies and scenarios that come with dxemu: their bare names are found wherever one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from dxemu.errors import InputErrors, Mark, Problem
from dxemu.files import is_file, is_there
from dxemu.topology.source import nearest_file
from dxemu.topology.words import listed, nearest, quoted

TOPOLOGY, SCENARIO = "topology", "scenario"
FOLDERS: Mapping[str, str] = MappingProxyType({TOPOLOGY: "topologies", SCENARIO: "scenarios"})
"""By what is in them; both in a checkout and below the folder of a project."""
_PACKAGE = Path(__file__).parents[1]


def folder(noun: str) -> Path:
    """Where those that come with dxemu are: in the package of a wheel, else beside it, in the checkout."""
    inside = _PACKAGE / "shipped" / FOLDERS[noun]
    return inside if inside.is_dir() else _PACKAGE.parent / FOLDERS[noun]


def names(noun: str) -> tuple[str, ...]:
    """The names of those that come with dxemu, `cases/no_light` for one in a folder of its own."""
    base = folder(noun)
    return tuple(sorted(str(file.relative_to(base).with_suffix("")) for file in base.rglob("*.yaml")))


def found(written: Path, nouns: Sequence[str] = (SCENARIO, TOPOLOGY)) -> Path:
    """The file that is meant: the one at this path; for a bare name that of this project, else the one of dxemu's.

    A project's are in `scenarios` and `topologies` of the current folder. Raises InputErrors, DX-F002, for a bare name
    that nothing has, and for a path from here that only dxemu's own checkout has, such as scenarios/NAME.yaml: that may
    have been a file of the user's, in another folder.
    """
    bare = not written.suffix and not written.is_absolute() and ".." not in written.parts and written.name
    if not bare or is_there(written):
        if not is_there(written) and (name := _shipped_as(written, nouns)) is not None:
            problem = f"there is no file {quoted(written)} here; one of that name comes with dxemu"
            raise InputErrors([Problem(Mark(str(written), 1, 1), "DX-F002", problem, f"Write '{name}' for that one.")])
        return written
    there = [written.with_suffix(".yaml")]
    there += [Path(FOLDERS[noun], f"{written}.yaml") for noun in nouns]
    there += [folder(noun) / f"{written}.yaml" for noun in nouns]
    for file in there:
        if is_file(file):
            return file
    known = [name for noun in nouns for name in names(noun)]
    longer = sorted((name for name in known if name.startswith(f"{written}_")), key=len)
    close = longer[0] if longer else nearest(str(written), known)
    if close is None:
        beside = (nearest_file(place) for place in (written, *(Path(FOLDERS[noun], written) for noun in nouns)))
        close = next((str(file) for file in beside if file is not None), None)
    problem = f"there is no file {quoted(written)}, and no {listed(nouns)} of that name comes with dxemu"
    remedy = f"Did you mean '{close}'?" if close else "dxemu new shows those that come with it."
    raise InputErrors([Problem(Mark(str(written), 1, 1), "DX-F002", problem, remedy)])


def _shipped_as(written: Path, nouns: Sequence[str]) -> str | None:
    """The name of what comes with dxemu and stands in its checkout at this path; None if nothing does."""
    for noun in nouns:
        if written.parts[:1] == (FOLDERS[noun],) and written.suffix == ".yaml":
            name = str(written.relative_to(FOLDERS[noun]).with_suffix(""))
            return name if name in names(noun) else None
    return None
