"""`up` of a file whose lab lives already: what differs, and the lab follows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dxemu.labs.client import ask_at
from dxemu.labs.places import LabFolder, NoLab
from dxemu.topology.source import text_of
from dxemu.topology.words import quoted


def again(
    place: LabFolder, file: Path, *, interruption: str | None = None, dry_run: bool = False, **given: object
) -> Mapping[str, Any]:  # Any: as the request has it, see `dxemu.labs.requests`
    """Have the lab at `place` follow its file, or (`dry_run`) say what would differ: `effects`.

    `given` is what somebody said of the lab now, by the names of `dxemu.labs.start.About`; None: nothing. Raises NoLab
    if the lab is of another file, or was started otherwise, and what `ask_at` does.
    """
    about = place.about()
    if Path(str(about.get("topology"))).resolve() != file.resolve():
        problem = f"there is a lab {quoted(place.name)} already, of another file: {about.get('topology')}"
        raise NoLab(problem, f"--name gives this one another name; dxemu down {place.name} ends that one.")
    for what, value in given.items():
        if value is not None and value != about.get(what):
            problem = f"the lab {quoted(place.name)} has {what} {about.get(what)}, which stays as long as it lives"
            raise NoLab(problem, f"Leave --{what} out, or end the lab with dxemu down {place.name}.")
    return ask_at(place, "design", text=text_of(file), where=str(file), interruption=interruption, dry_run=dry_run)
