"""Who called dxemu, where root runs it for somebody else (sudo, doas): what it makes belongs to them."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Invoker:
    """An ordinary user."""

    uid: int
    gid: int
    home: Path


def invoker() -> Invoker | None:
    """The user for whom root runs this; None for root itself, and for an ordinary user.

    sudo(8) tells by SUDO_UID, doas(1) by DOAS_USER, pkexec(1) by PKEXEC_UID.
    """
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError, ValueError):  # nobody told, or of nobody who exists
        user = _told()
        if user.pw_uid != 0:
            return Invoker(user.pw_uid, user.pw_gid, Path(user.pw_dir))
    return None


def _told() -> pwd.struct_passwd:
    for variable in ("SUDO_UID", "PKEXEC_UID"):
        if variable in os.environ:
            return pwd.getpwuid(int(os.environ[variable]))
    return pwd.getpwnam(os.environ["DOAS_USER"])


def make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it that are missing, each the invoker's. Gives them, innermost first.

    Raises OSError.
    """
    missing = []
    for above in (folder, *folder.parents):
        if above.exists():
            break
        missing.append(above)
    made: list[Path] = []
    for wanted in reversed(missing):
        with contextlib.suppress(FileExistsError):
            make_folder(wanted)
            made.insert(0, wanted)
    folder.mkdir(exist_ok=True)  # complains if there is a file of this name
    return made


def make_folder(folder: Path) -> None:
    """Make one folder, the invoker's from the first moment: also of a run that is killed they can remove everything.

    Raises OSError, also if it is there already.
    """
    folder.mkdir()
    user = invoker()
    if user is not None:
        os.chown(folder, user.uid, user.gid, follow_symlinks=False)


@contextlib.contextmanager
def giving(folder: Path) -> Iterator[None]:
    """Give the invoker what is in `folder` when the context ends, however it ends.

    Only what this process's user owns; no link is followed. The folder is the invoker's, who can put into it what they
    like meanwhile, also a second name of a file of root's: a file that has more than one name stays as it is.
    """
    try:
        yield
    finally:
        user = invoker()
        if user is not None:
            with contextlib.suppress(FileNotFoundError):  # the invoker has removed it meanwhile
                _give_folder(os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW), user)


def give(file: Path) -> None:
    """Give the invoker one file that this process has made. Raises OSError."""
    user = invoker()
    if user is not None:
        _give(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), user)


def give_socket(file: Path) -> None:
    """Give the invoker a socket that this process has made, which cannot be opened. Raises OSError."""
    user = invoker()
    if user is not None:
        os.chown(file, user.uid, user.gid, follow_symlinks=False)


def _give_folder(fd: int, user: Invoker) -> None:
    try:
        for name in os.listdir(fd):
            with contextlib.suppress(OSError):  # it has vanished, or is a link: ELOOP
                entry = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=fd)
                if stat.S_ISDIR(os.fstat(entry).st_mode):
                    _give_folder(entry, user)
                else:
                    _give(entry, user)
        if os.fstat(fd).st_uid == os.geteuid():
            os.fchown(fd, user.uid, user.gid)
    finally:
        os.close(fd)


def _give(fd: int, user: Invoker) -> None:
    try:
        found = os.fstat(fd)
        if stat.S_ISREG(found.st_mode) and found.st_nlink == 1 and found.st_uid == os.geteuid():
            os.fchown(fd, user.uid, user.gid)
    finally:
        os.close(fd)
