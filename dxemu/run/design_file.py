"""A design on its way into a running lab: its plan, and the names that orders may speak of from then on."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dxemu.errors import LabError
from dxemu.files import border
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDesign:
    """A plan, and the names of what it has (`dxemu.story.names.names_of`)."""

    plan: Plan
    names: Mapping[str, Sequence[str]]

    def write(self, file: Path) -> None:
        """For its owner alone: it holds keys. Writer and reader are the same program on the same machine."""
        with border(file):
            file.touch(0o600)
            file.write_bytes(pickle.dumps(self))


def take(folder: str, name: str) -> PlannedDesign:
    """What a file in the run's folder holds, which is not there any more then. Raises LabError."""
    path = f"{folder}/{os.path.basename(name)}"  # noqa: PTH119 - pathlib costs time in the guest
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            data = file.read()
        os.unlink(path)  # noqa: PTH108 - as above
    except OSError as error:
        raise LabError(f"the design cannot be read: {error}", "Put it into the lab's folder.") from error
    design = pickle.loads(data)  # noqa: S301 - written by the process that started us
    assert isinstance(design, PlannedDesign)
    return design
