"""Where labs are: a folder each, by name. Whether one lives is said by a lock, which ends with its supervisor."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dxemu.errors import LabError
from dxemu.files import OTHER_STATE, border, refused
from dxemu.forms import means
from dxemu.host import invoker
from dxemu.topology.words import quoted, suggestion

LOCK = "lock"
SOCKET = "socket"
ABOUT = "lab.json"
LOG = "supervisor.log"
"""What its supervisor printed: nothing, unless it broke."""
DIED = "died.json"
"""Why the lab is no more, if its supervisor could still say so."""
_SAID = " It said: "
"""Before the last lines of a program that died, see `dxemu.host.process`."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class NoLab(LabError):
    """There is no lab of this name that could be asked. Input that is wrong."""

    exit_status = 2


@dataclass(frozen=True, slots=True)
class LabFolder:
    """The folder of one lab."""

    folder: Path

    @property
    def name(self) -> str:
        """The lab's."""
        return self.folder.name

    def about(self) -> Mapping[str, Any]:  # Any: as it was written, see `dxemu.labs.start`
        """What was said of it when it was started; empty if that was interrupted."""
        return _read(self.folder / ABOUT)

    def died(self) -> Mapping[str, Any]:  # Any: as above
        """`problem` and `remedy`: why it is no more; empty if nobody could say."""
        return _read(self.folder / DIED) or self._broke()

    def why(self) -> str:
        """Why it is no more, in one line: of what a program said the end; "" if nobody could say."""
        first, found, said = str(self.died().get("problem", "")).partition(_SAID)
        last = said.strip().splitlines()[-1:]
        return f"{first}{_SAID}{last[0]}" if found and last else first

    def _broke(self) -> Mapping[str, Any]:  # Any: as above
        """The last line that its supervisor printed, as Python ends with what is wrong."""
        try:
            said = (self.folder / LOG).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return {}
        return {"problem": said.splitlines()[-1]} if said else {}

    def lives(self) -> bool:
        """Whether it has a supervisor."""
        try:
            fd = os.open(self.folder / LOCK, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    def wait_for_end(self) -> None:
        """Return when it has no supervisor any more."""
        fd = os.open(self.folder / LOCK, os.O_RDWR)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
        finally:
            os.close(fd)

    def remove(self) -> None:
        """All that is left of a lab that does not live. Raises FileError."""
        with border(self.folder, verb="removed", otherwise="remove it by hand"):
            shutil.rmtree(self.folder)

    def listening(self) -> socket.socket:
        """A socket that clients find, whatever the length of its path. Raises OSError."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _short(self.folder) as folder:
            sock.bind(f"{folder}/{SOCKET}")
        (self.folder / SOCKET).chmod(0o600)
        invoker.give_socket(self.folder / SOCKET)
        sock.listen(128)
        return sock

    def connected(self) -> socket.socket:
        """A connection to its supervisor. Raises NoLab if it has none."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with _short(self.folder) as folder:
                sock.connect(f"{folder}/{SOCKET}")
        except OSError as error:
            sock.close()
            raise self.dead() from error
        return sock

    def dead(self) -> NoLab:
        """Why nobody answers."""
        from dxemu.events.folder import TIMELINE  # a command that is answered does without

        remedy = f"dxemu down {self.name} removes what is left of it."
        if (self.folder / TIMELINE).exists():
            remedy = f"dxemu events --lab {self.name} tells what happened in it. {remedy}"
        why = self.why()
        return NoLab(f"the lab {quoted(self.name)} has died{f': {why}' if why else ''}", remedy)


def state_folder() -> Path:
    """`$XDG_STATE_HOME/dxemu/labs`, else `~/.local/state/dxemu/labs`. XDG asks to ignore a relative one.

    Under sudo it is the invoking user's: one's labs are the same with and without it, and nobody else's.
    """
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():
        user = invoker.invoker()
        state = (user.home if user else Path.home()) / ".local" / "state"
    return state / "dxemu" / "labs"


def places() -> list[LabFolder]:
    """Those of all labs, also of labs that have died."""
    try:
        return [LabFolder(path) for path in sorted(state_folder().iterdir()) if path.is_dir()]
    except OSError:
        return []


def chosen(name: str | None, called: str = "lab") -> LabFolder:
    """The lab of this name, or the only one. Raises NoLab, with the option that is `called` so."""
    found = {place.name: place for place in places()}
    if name is not None:
        if name not in found:
            nothing = "No lab is there: dxemu up TOPOLOGY starts one."
            raise NoLab(f"there is no lab {quoted(name)}", suggestion(name, found, nothing))
        return found[name]
    if len(found) != 1:
        if not found:
            raise NoLab("there is no lab", "dxemu up TOPOLOGY starts one.")
        raise NoLab(
            f"there are {len(found)} labs: {', '.join(found)}",
            f"Say which one is meant, with {means().option(called, 'NAME')}.",
        )
    return next(iter(found.values()))


def alive(name: str) -> LabFolder | None:
    """That of the lab of this name, if it lives."""
    place = LabFolder(state_folder() / name)
    return place if _NAME.fullmatch(name) and place.lives() else None


def new_place(name: str) -> tuple[LabFolder, int]:
    """A folder for a lab of this name, and the lock of its supervisor. Raises NoLab for a name that is none, or taken.

    The folder of one that died goes.
    """
    if not _NAME.fullmatch(name):
        raise NoLab(f"{quoted(name)} cannot be a lab's name", "Use up to 64 letters, digits, _, - and points.")
    base = state_folder()
    place = LabFolder(base / name)
    if place.lives():
        raise NoLab(
            f"there is a lab {quoted(name)} already",
            f"dxemu down {name} ends it; {means().option('name')} gives another name.",
        )
    with border(place.folder, otherwise=OTHER_STATE):
        invoker.make_folders(base)
        base.chmod(0o700)
        if place.folder.exists():
            shutil.rmtree(place.folder)
        invoker.make_folder(place.folder)
        place.folder.chmod(0o700)
        lock = os.open(place.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        invoker.give(place.folder / LOCK)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return place, lock


@contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A path to it that is short enough for a socket's address (unix(7): 108 bytes)."""
    try:
        fd = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    except OSError as error:
        raise refused(error.errno or 0, folder, verb="read") from error
    try:
        yield f"/proc/self/fd/{fd}"
    finally:
        os.close(fd)


def _read(file: Path) -> Mapping[str, Any]:  # Any: as above
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
