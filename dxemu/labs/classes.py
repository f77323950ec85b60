"""A class: labs of one design, one for each student, that are started, shown, reset and ended together."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from dxemu.errors import DxemuError, LabError
from dxemu.files import is_folder
from dxemu.host.machine import memory_folder
from dxemu.host.memory import MEGABYTE, available_mb
from dxemu.host.outliving import Outliving
from dxemu.labs.client import ask_at
from dxemu.labs.end import end
from dxemu.labs.places import LabFolder, NoLab, alive, places
from dxemu.labs.start import About, start, until_ready
from dxemu.labs.wire import AskedInVain
from dxemu.plan.make import make_plan
from dxemu.plan.memory import memory_mb
from dxemu.topology.load import load
from dxemu.topology.words import quoted, suggestion

OF_A_SUPERVISOR_MB = 60
"""The process behind a lab, and its kernel beside the memory that it has."""
SPARE_MB = 512
"""For whatever else this machine does."""
ANSWER_S = 10.0
"""So long a lab is waited for when all are shown: one that lets virtual time go on answers when that is done."""
AT_ONCE = 16
"""Labs that are asked at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentLab:
    """How a lab of a class is: `up`, `busy` (virtual time goes on in it) or `died`; `t` is None unless it is up."""

    name: str
    state: str
    t: float | None = None
    sessions: int = 0
    sessions_up: int = 0
    faults: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def names_of_class(name: str, number: int) -> list[str]:
    """The names of its labs: `NAME_1` and so on, with as many digits as sort well."""
    return [f"{name}_{one:0{len(str(number))}}" for one in range(1, number + 1)]


def start_class(about: About, names: Sequence[str], told: Callable[[str], None]) -> None:
    """Bring up a lab of `about` under each of `names`; `told` hears the name of each that is up. All of them or none.

    Raises NoLab if a name is in use, LabError if they do not fit into this machine's memory, and as `start` does.
    """
    for name in names:
        if alive(name):
            raise NoLab(
                f"there is a lab {quoted(name)} already", "dxemu class stop ends a class; --name names another one."
            )
    if about.kernel == "embedded":
        folder = memory_folder()
        free = {"of memory": available_mb(), f"in {folder}": shutil.disk_usage(folder).free // MEGABYTE}
        refuse_too_many(Path(about.topology), len(names), free)
    with ExitStack() as stack:
        coming: deque[tuple[LabFolder, Outliving]] = deque()
        for name in names:
            place, supervisor = start(name, about)
            stack.callback(_give_up, place)
            coming.append((place, supervisor))
            if len(coming) >= len(os.sched_getaffinity(0)):  # more at once would only wait for each other
                _until_up(coming, told)
        while coming:
            _until_up(coming, told)
        stack.pop_all()


def refuse_too_many(topology: Path, number: int, free_mb: dict[str, int]) -> None:
    """Raises LabError, with figures, if `number` labs of a design need more than is free; by where, in megabytes."""
    of_one = memory_mb(make_plan(load(topology))) + OF_A_SUPERVISOR_MB
    where, free = min(free_mb.items(), key=lambda item: item[1])
    fit = max(0, free - SPARE_MB) // of_one
    if fit < number:
        problem = f"{number} labs of {topology.stem} need {number} x {of_one} MB, and {free} MB {where} are free"
        raise LabError(problem, f"Start at most {fit}." if fit else "End something else first.")


def classes() -> dict[str, list[LabFolder]]:
    """The labs of each class by its name."""
    found: dict[str, list[LabFolder]] = {}
    for place in places():
        if name := place.about().get("class_name"):
            found.setdefault(name, []).append(place)
    return found


def labs_of_class(name: str | None) -> list[LabFolder]:
    """Those of this class, or of the only one. Raises NoLab."""
    found = classes()
    if name is None and len(found) == 1:
        return next(iter(found.values()))
    if name is None:
        if found:
            raise NoLab(f"there are {len(found)} classes: {', '.join(found)}", "Say which one is meant.")
        raise NoLab("there is no class", "dxemu class start NUMBER TOPOLOGY starts one.")
    if name not in found:
        nothing = "dxemu class start NUMBER TOPOLOGY starts one."
        raise NoLab(f"there is no class {quoted(name)}", suggestion(name, found, nothing))
    return found[name]


def look_at(labs: Iterable[LabFolder]) -> list[StudentLab]:
    """How each of them is."""
    with ThreadPoolExecutor(AT_ONCE) as beside:
        return list(beside.map(_look, labs))


def reset(place: LabFolder) -> None:
    """End it, also if it has died, and bring it up anew as it was begun, with its file as that is now.

    Raises as `start` and `until_ready` do.
    """
    about = About(**place.about())
    end(place)
    until_ready(*start(place.name, about))


def _until_up(coming: deque[tuple[LabFolder, Outliving]], told: Callable[[str], None]) -> None:
    place, supervisor = coming.popleft()
    until_ready(place, supervisor)
    told(place.name)


def _give_up(place: LabFolder) -> None:
    if is_folder(place.folder):
        with contextlib.suppress(DxemuError):  # the others are ended all the same
            end(place)


def _look(place: LabFolder) -> StudentLab:
    try:
        status = ask_at(place, "status", lambda _: None, ANSWER_S)
    except (NoLab, AskedInVain):
        return StudentLab(name=place.name, state="died")
    except TimeoutError:
        return StudentLab(name=place.name, state="busy")
    sessions = status["sessions"].values()
    return StudentLab(
        name=place.name,
        state="up",
        t=status["t"],
        sessions=len(sessions),
        sessions_up=sum(all(ends.values()) for ends in sessions),
        faults=tuple(status["faults"]),
        changes=tuple(status["changes"]),
    )
