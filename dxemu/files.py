"""The borders where dxemu touches the user's files. What a folder, a disk or a limit refuses there is told as such.

Only what happens inside `border` is taken for the user's to mend; an OSError from anywhere else is a bug of dxemu's.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dxemu.errors import FileError
from dxemu.forms import BY_LAB, means

OTHER_STATE = BY_LAB.folder
"""For the folders of labs that stay."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_REFUSALS = {
    errno.EACCES: ("this user may not", "change its permissions, or {else_}"),
    errno.EPERM: ("it is protected from changes (chattr +i or +a?)", "lsattr -d shows it; or {else_}"),
    errno.EROFS: ("its file system is read-only", "{else_}"),
    errno.ELOOP: ("its symbolic links lead in a circle", "mend the links, or {else_}"),
    errno.ENAMETOOLONG: ("its name is too long", "{else_}"),
    errno.EISDIR: ("it is a folder", "{else_}"),
    errno.EEXIST: ("something else of that name is there", "{else_}"),
    errno.ENOTEMPTY: ("something else of that name is there", "{else_}"),
    errno.EFBIG: ("it would be longer than this shell allows", "ulimit -f unlimited"),
    errno.EMFILE: ("this process has too many files open", "ulimit -n 1024"),
    errno.ENFILE: ("the machine has too many files open", "end what holds them (lsof)"),
    errno.ENOMEM: ("the machine has no memory left", "end what holds it"),
    errno.EIO: ("its disk reports an error", "the machine's log (dmesg) says more; or {else_}"),
    errno.ESTALE: ("its server no longer knows it", "mount it again, or {else_}"),
    errno.ETXTBSY: ("it is running as a program", "{else_}"),
    errno.ENXIO: ("nothing is at its other end", "{else_}"),
    errno.ENODEV: ("its device is not there", "{else_}"),
}


@contextmanager
def border(path: Path, *, verb: str = "written", otherwise: str | None = None) -> Iterator[None]:
    """What is done to `path`, or below it, inside. Raises FileError in place of the OSErrors that the user can mend.

    `otherwise` ends a sentence of the remedy: what to do instead. Left out, it is another folder (`dxemu.forms`).
    """
    try:
        yield
    except OSError as error:
        if error.errno not in (*_REFUSALS, *_FULL, errno.ENOTDIR, errno.ENOENT):
            raise
        named = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else path
        where = named if named.is_relative_to(path) else path
        raise refused(error.errno or 0, where, verb=verb, otherwise=otherwise) from error


def refused(number: int, path: Path, *, verb: str = "written", otherwise: str | None = None) -> FileError:
    """The error for an errno that `path` met."""
    otherwise = means().folder if otherwise is None else otherwise
    if number in _FULL:
        return FileError(f"{shown(path)} cannot be {verb}: {full(path)}", f"make room there, or {otherwise}")
    if number in (errno.ENOTDIR, errno.ENOENT):
        return FileError(f"{shown(path)} cannot be {verb}: {_missing(_absolute(path))}", otherwise)
    why, remedy = _REFUSALS[number]
    return FileError(f"{shown(path)} cannot be {verb}: {why}", remedy.format(else_=otherwise))


def is_file(path: Path) -> bool:
    """Whether there is such a file; not, if no name can be so long, or this user may not look.

    Path.is_file raises OSError for these until Python 3.14; a name that somebody wrote may be any text.
    """
    return os.path.isfile(path)  # noqa: PTH113 - see above


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; else as with `is_file`."""
    return os.path.isdir(path)  # noqa: PTH112 - see above


def is_there(path: Path) -> bool:
    """Whether there is anything of this name; else as with `is_file`."""
    return os.path.exists(path)  # noqa: PTH110 - see above


def write_whole(path: Path, text: str) -> None:
    """Replaces `path`, whole or not at all. Raises OSError if its folder cannot be written.

    What a lab has left under these names is not followed: a symbolic link would let it write where it must not.
    """
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    try:
        with draft.open("x", encoding="utf-8", errors="replace") as file:  # a file's name may be no text
            file.write(text)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)  # a full disk has no room for half a file
        raise


def trouble(folder: Path) -> FileError | None:
    """Why nothing can be written to `folder` at this moment; None if something can. Tried with a file of 64 KB."""
    probe = folder / f".dxemu-{os.getpid()}"
    try:
        with border(folder):
            try:
                with probe.open("wb") as file:
                    file.write(bytes(1 << 16))
            finally:
                probe.unlink(missing_ok=True)
    except FileError as error:
        return error
    return None


def full(path: Path) -> str:
    """That the disk of `path` is full, by the name of where it is mounted, with what is free and how large it is."""
    there = mounted = _existing(_absolute(path))
    while not mounted.is_mount() and mounted != mounted.parent:
        mounted = mounted.parent
    room = os.statvfs(there)
    free, size = room.f_bavail * room.f_frsize, room.f_blocks * room.f_frsize
    if room.f_files and not room.f_favail and free:
        return f"the disk at {shown(mounted)} has no room for another file (df -i {shown(mounted)})"
    return f"the disk at {shown(mounted)} is full ({free / 1e6:.1f} of {size / 1e6:.0f} MB free, or a quota is used up)"


def shown(path: Path | str) -> str:
    """A path as text, whatever bytes are in it."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "?" for c in text)


def stem(path: Path) -> str:
    """The name of a file without its ending, as text."""
    name, dot, ending = path.name.rpartition(".")  # as Path.stem, which takes `..yaml` for a name from Python 3.14 on
    return shown(name if name and dot and ending else path.name)


def _missing(path: Path) -> str:
    """Which part of the way to `path` is not there, or is no folder."""
    there = _existing(path)
    if there == path:
        return "it comes and goes"
    if not there.is_dir():
        return f"{shown(there)} is a file, not a folder"
    return f"there is no {shown(there / path.relative_to(there).parts[0])}"


def _existing(path: Path) -> Path:
    """The last part of the way to `path` that is there."""
    return next((step for step in (path, *path.parents) if os.path.lexists(step)), Path("/"))


def _absolute(path: Path) -> Path:
    try:
        return path.absolute()
    except FileNotFoundError:  # the folder that this process works in was deleted
        return Path("/") / path
