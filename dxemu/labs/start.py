"""Start a lab's supervisor, which goes on when whoever started it is gone; and find what is left of those that died."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dxemu.errors import DxemuError, LabError
from dxemu.files import OTHER_STATE, border, is_folder
from dxemu.forms import PYTHON, means
from dxemu.host import invoker
from dxemu.host.outliving import Outliving, started
from dxemu.labs.client import ask_at
from dxemu.labs.places import ABOUT, LOG, LabFolder, NoLab, new_place, state_folder
from dxemu.topology.words import quoted

SUPERVISOR = "dxemu.labs.supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a lab is made of. `topology` is a path from the root; `kernel` `embedded` or `host`.

    `class_name` is the class that it belongs to (`dxemu.labs.classes`); "" if it is a lab by itself.
    """

    topology: str
    kernel: str
    clock: str
    seed: int
    class_name: str = ""


def start(name: str, about: About) -> tuple[LabFolder, Outliving]:
    """A supervisor for a new lab; it can be asked at once, and answers when it can.

    What is left of one of this name that died goes. Raises NoLab, FileError and LabError.
    """
    end_dead(name)
    place, lock = new_place(name)
    with contextlib.ExitStack() as stack:
        stack.callback(os.close, lock)
        with border(place.folder, otherwise=OTHER_STATE):
            listening = stack.enter_context(place.listening())
            (place.folder / ABOUT).write_text(json.dumps(asdict(about)), encoding="utf-8")
            invoker.give(place.folder / ABOUT)
        fds = (listening.fileno(), lock)
        command = [sys.executable, "-m", SUPERVISOR, str(place.folder), *map(str, fds)]
        command += [PYTHON] if means().python else []
        supervisor = started(command, place.folder, place.folder / LOG, fds)
    return place, supervisor


def until_ready(
    folder: LabFolder, supervisor: Outliving, told: Callable[[Mapping[str, Any]], None] = lambda _: None
) -> Mapping[str, Any]:  # Any: as JSON has it, see `dxemu.labs.requests`
    """Wait until a lab that was started is up, and give what it has. Raises DxemuError; then nothing stays of it."""
    try:
        return ask_at(folder, "ready", told)
    except NoLab as error:  # its supervisor ended without an answer; what it printed last is there when it is gone
        supervisor.wait()
        why = folder.died().get("problem", "its supervisor ended without a word")
        _give_up(folder, supervisor)
        raise LabError(f"the lab {quoted(folder.name)} did not come up: {why}", "Nothing is left of it.") from error
    except (DxemuError, KeyboardInterrupt):
        _give_up(folder, supervisor)
        raise


def _give_up(folder: LabFolder, supervisor: Outliving) -> None:
    supervisor.terminate()
    supervisor.wait()
    end_left(folder)
    folder.remove()


def end_left(place: LabFolder) -> list[int]:
    """End the processes of a lab whose supervisor has died. Gives their numbers.

    Ours are those whose working folder is the lab's and whose command names it, or a kernel that was started there.
    """
    found = [pid for pid in _in(place.folder) if pid != os.getpid()]
    for pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return found


def end_dead(name: str) -> None:
    """End what is left of a lab of this name that does not live: without its folder nobody would find it."""
    place = LabFolder(state_folder() / name)
    if is_folder(place.folder) and not place.lives():
        end_left(place)


def _in(folder: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == folder and _is_ours(entry, folder):
                    yield int(entry.name)


def _is_ours(process: Path, folder: Path) -> bool:
    command = (process / "cmdline").read_bytes().split(b"\0")
    return (
        SUPERVISOR.encode() in command
        or b"rootfstype=hostfs" in command
        or command[0] == b"[uml-userspace]"
        or os.fsencode(folder) in command
    )
