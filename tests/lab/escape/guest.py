"""Attacks of the guest's root on the machine, through hostfs: whatever it mounts, keeps open or leaves behind."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace

from dxemu.host.channel import Channel

libc = ctypes.CDLL(None, use_errno=True)
MS_BIND, MS_REMOUNT = 4096, 32
ATTACKS: dict[str, Callable[[SimpleNamespace], object]] = {}
CANNOT_SUCCEED: dict[str, str] = {
    "xattr": "hostfs knows no xattrs",
    "unnamed_file": "hostfs makes no unnamed files",
    "terminal_through_hostfs": "a device in hostfs is the guest's own of that number",
    "named_socket_through_hostfs": "a socket in hostfs is no socket of the guest's",
    "mount_relatively": "hostfs begins every name at the machine's root",
    "set_id_by_creating": "hostfs gives a new file nine bits of its mode",
    "mount_behind_a_zero": "the name ends there",
    **dict.fromkeys(
        ("stale_file_write", "stale_file_truncate", "stale_file_chmod", "stale_file_utime"),
        "hostfs goes on with the file that it has open, whatever its name leads to",
    ),
}
"""Why these fail without any wall."""


def attack(function: Callable[[SimpleNamespace], object]) -> Callable[[SimpleNamespace], object]:
    """What this is."""
    ATTACKS[function.__name__] = function
    return function


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    if libc.mount(source.encode(), target.encode(), kind.encode(), flags, options.encode()):
        raise OSError(ctypes.get_errno(), "mount")


def mounted(at: SimpleNamespace, folder: str, tag: str = "m") -> str:
    """The machine's folder, as hostfs shows it. Its name is given as it stands."""
    here = f"/run/m/{at.name}-{tag}"
    os.makedirs(here)
    mount("none", here, "hostfs", 0, folder)
    return here


def harm(folder: str) -> None:
    """All that can be done to it; one after the other, whatever fails."""
    for step in (
        lambda: Path(folder, "file").write_text("changed"),
        lambda: os.unlink(f"{folder}/victim"),
        lambda: Path(folder, "new").touch(),
        lambda: os.rmdir(f"{folder}/empty"),
    ):
        with contextlib.suppress(OSError):
            step()


for _name, _folder in {
    "mount_plainly": "{outside}",
    "mount_the_root": "/",
    "mount_by_dot_dot": "{run}/../../outside/{name}",
    "mount_by_dot_dot_of_the_run": "{top}/../outside/{name}",
    "mount_by_dot_dot_with_dots": "{run}/./.././../outside/./{name}/.",
    "mount_by_dot_dot_with_slashes": "{run}//..//..///outside//{name}//",
    "mount_by_dot_dot_behind_a_folder": "{run}/inner/../../../outside/{name}",
    "mount_by_dot_dot_from_the_root": "/../../..{outside}",
    "mount_by_dot_dot_to_the_sibling": "{top}/../run2/{name}",
    "mount_relatively": "../outside/{name}",
    "mount_by_proc_cwd": "/proc/self/cwd/../outside/{name}",
    "mount_by_proc_root": "/proc/self/root{outside}",
    "mount_by_proc_of_a_process": "/proc/{victim}/root{outside}",
    "mount_the_sibling_of_the_same_prefix": "{sibling}",
    "mount_beside_the_memory_folder": "{memory}",
    "mount_behind_a_zero": "{top}\0/../outside/{name}",
}.items():

    def _by_mount(at: SimpleNamespace, folder: str = _folder) -> None:
        os.makedirs(f"{at.run}/inner", exist_ok=True)
        here = mounted(at, folder.format(**vars(at)))
        harm(here + at.outside if folder == "/" else here)

    ATTACKS[_name] = _by_mount


@attack
def write_by_dot_dot_of_a_path(at: SimpleNamespace) -> None:
    """Succeeds without walls only once the root is writable, as the next one makes it; it is another path to it."""
    mount("none", "/", "hostfs", MS_REMOUNT, "/")
    harm(f"{at.run}/../../outside/{at.name}")


@attack
def remount_the_root(at: SimpleNamespace) -> None:
    mount("none", "/", "hostfs", MS_REMOUNT, "/")
    harm(at.outside)


@attack
def mount_through_a_link(at: SimpleNamespace) -> None:
    os.symlink(at.outside, f"{at.run}/link")
    harm(mounted(at, f"{at.run}/link"))


@attack
def mount_behind_a_link(at: SimpleNamespace) -> None:
    os.symlink(os.path.dirname(at.outside), f"{at.run}/link")
    harm(mounted(at, f"{at.run}/link/{at.name}"))


@attack
def bind_mount(at: SimpleNamespace) -> None:
    here = mounted(at, at.outside)
    os.mkdir(f"{at.run}/bound")
    mount(here, f"{at.run}/bound", "none", MS_BIND)
    harm(f"{at.run}/bound")


@attack
def overlay_with_upper_outside(at: SimpleNamespace) -> None:
    here = mounted(at, at.outside)
    target = f"/run/m/{at.name}-overlay"
    os.makedirs(target)
    mount("none", target, "overlay", 0, f"lowerdir={at.run},upperdir={here}/folder,workdir={here}/empty")
    Path(target, "new").touch()


@attack
def change_the_root(at: SimpleNamespace) -> None:
    here = mounted(at, "/")
    child = os.fork()
    if child == 0:
        with contextlib.suppress(OSError):
            os.chroot(here)
            harm(at.outside)
        os._exit(0)
    os.waitpid(child, 0)


@attack
def by_the_new_calls_for_mounts(at: SimpleNamespace) -> None:
    """fsopen, fsconfig, fsmount: no mount(2)."""
    fs = libc.syscall(430, b"hostfs", 0)
    libc.syscall(431, fs, 1, b"source", b"none", 0)
    if libc.syscall(431, fs, 1, b"hostfs", f"{at.run}/../../outside/{at.name}".encode(), 0):
        raise OSError(ctypes.get_errno(), "fsconfig")
    libc.syscall(431, fs, 6, None, None, 0)
    tree = libc.syscall(432, fs, 0, 0)
    for step in (
        lambda: os.unlink("victim", dir_fd=tree),
        lambda: os.open("new", os.O_CREAT | os.O_WRONLY, dir_fd=tree),
    ):
        step()


# --- one step each, in a folder that is mounted by ".."


def outside_of(at: SimpleNamespace) -> str:
    return mounted(at, f"{at.run}/../../outside/{at.name}")


STEPS: Mapping[str, Callable[[str, SimpleNamespace], object]] = {
    "write": lambda there, at: Path(there, "file").write_text("changed"),
    "append": lambda there, at: os.write(os.open(f"{there}/file", os.O_WRONLY | os.O_APPEND), b"x"),
    "truncate": lambda there, at: os.truncate(f"{there}/file", 0),
    "create": lambda there, at: Path(there, "new").touch(),
    "unlink": lambda there, at: os.unlink(f"{there}/victim"),
    "mkdir": lambda there, at: os.mkdir(f"{there}/new"),
    "rmdir": lambda there, at: os.rmdir(f"{there}/empty"),
    "symlink": lambda there, at: os.symlink("file", f"{there}/new"),
    "rename_within": lambda there, at: os.rename(f"{there}/file", f"{there}/victim"),
    "hard_link_within": lambda there, at: os.link(f"{there}/file", f"{there}/new"),
    "chmod": lambda there, at: os.chmod(f"{there}/file", 0o666),
    "chmod_of_an_open_file": lambda there, at: os.fchmod(os.open(f"{there}/file", os.O_RDONLY), 0o666),
    "chown": lambda there, at: os.chown(f"{there}/file", 65534, 65534),
    "utime": lambda there, at: os.utime(f"{there}/file", (1, 1)),
    "xattr": lambda there, at: os.setxattr(f"{there}/file", "user.evil", b"x"),
    "fifo": lambda there, at: os.mkfifo(f"{there}/new"),
    "device": lambda there, at: os.mknod(f"{there}/new", 0o20666, os.makedev(1, 3)),
    "unnamed_file": lambda there, at: os.link(
        f"/proc/self/fd/{os.open(there, os.O_TMPFILE | os.O_WRONLY)}", f"{there}/new", follow_symlinks=True
    ),
}
for _name, _step in STEPS.items():
    ATTACKS[_name] = lambda at, step=_step: step(outside_of(at), at)


def everything(at: SimpleNamespace) -> tuple[str, str]:
    """The run's folder and the one outside in the same mount, for renames and links from one to the other."""
    here = mounted(at, "/")
    return here + at.run, here + at.outside


@attack
def rename_in(at: SimpleNamespace) -> None:
    run, outside = everything(at)
    os.rename(f"{outside}/file", f"{run}/mine")


@attack
def rename_out(at: SimpleNamespace) -> None:
    run, outside = everything(at)
    Path(run, "mine").write_text("x")
    os.rename(f"{run}/mine", f"{outside}/file")


@attack
def rename_out_from_above(at: SimpleNamespace) -> None:
    here = mounted(at, f"{at.top}/..")
    Path(here, "run", at.name, "mine").write_text("x")
    os.rename(f"{here}/run/{at.name}/mine", f"{here}/outside/{at.name}/file")


@attack
def exchange(at: SimpleNamespace) -> None:
    run, outside = everything(at)
    Path(run, "mine").write_text("x")
    if libc.syscall(316, -100, f"{run}/mine".encode(), -100, f"{outside}/file".encode(), 2):
        raise OSError(ctypes.get_errno(), "renameat2")


@attack
def hard_link_in(at: SimpleNamespace) -> None:
    run, outside = everything(at)
    os.link(f"{outside}/file", f"{run}/mine")
    Path(run, "mine").write_text("changed")


@attack
def hard_link_out(at: SimpleNamespace) -> None:
    run, outside = everything(at)
    Path(run, "mine").write_text("x")
    os.link(f"{run}/mine", f"{outside}/new")


# --- what one mount has seen is changed through another


def stale(at: SimpleNamespace) -> int:
    """A folder that is held open in one mount; through another it was replaced by a link to the folder outside."""
    one, two = mounted(at, at.run, "one"), mounted(at, at.run, "two")
    for name in ("held/folder/inner", "held/empty"):
        os.makedirs(f"{one}/{name}")
    for name in ("held/file", "held/victim"):
        Path(one, name).write_text("x")
    held = os.open(f"{one}/held", os.O_RDONLY | os.O_DIRECTORY)
    for name in ("file", "victim", "empty"):
        os.stat(name, dir_fd=held)
    os.rename(f"{two}/held", f"{two}/gone")
    os.symlink(at.outside, f"{two}/held")
    return held


HELD: Mapping[str, Callable[[int], object]] = {
    "stale_folder_create": lambda held: os.open("new", os.O_CREAT | os.O_WRONLY, dir_fd=held),
    "stale_folder_write": lambda held: os.write(os.open("file", os.O_WRONLY, dir_fd=held), b"changed"),
    "stale_folder_truncate": lambda held: os.open("file", os.O_WRONLY | os.O_TRUNC, dir_fd=held),
    "stale_folder_unlink": lambda held: os.unlink("victim", dir_fd=held),
    "stale_folder_mkdir": lambda held: os.mkdir("new", dir_fd=held),
    "stale_folder_rmdir": lambda held: os.rmdir("empty", dir_fd=held),
    "stale_folder_chmod": lambda held: os.chmod("file", 0o666, dir_fd=held),
    "stale_folder_chown": lambda held: os.chown("file", 65534, 65534, dir_fd=held),
    "stale_folder_utime": lambda held: os.utime("file", (1, 1), dir_fd=held),
    "stale_folder_symlink": lambda held: os.symlink("file", "new", dir_fd=held),
    "stale_folder_rename": lambda held: os.rename("file", "new", src_dir_fd=held, dst_dir_fd=held),
    "stale_folder_hard_link": lambda held: os.link("file", "new", src_dir_fd=held, dst_dir_fd=held),
    "stale_folder_mknod": lambda held: os.mkfifo("new", dir_fd=held),
}
for _name, _act in HELD.items():
    ATTACKS[_name] = lambda at, act=_act: act(stale(at))


def stale_file(at: SimpleNamespace) -> str:
    one, two = mounted(at, at.run, "one"), mounted(at, at.run, "two")
    Path(two, "mine").write_text("x")
    os.stat(f"{one}/mine")  # and not opened: a file that is open stays the same on the machine
    os.rename(f"{two}/mine", f"{two}/gone")
    os.symlink(f"{at.outside}/file", f"{two}/mine")
    return f"{one}/mine"


FILES: Mapping[str, Callable[[str], object]] = {
    "stale_file_write": lambda path: os.write(os.open(path, os.O_WRONLY), b"changed"),
    "stale_file_truncate": lambda path: os.truncate(path, 0),
    "stale_file_chmod": lambda path: os.chmod(path, 0o666),
    "stale_file_utime": lambda path: os.utime(path, (1, 1)),
}
for _name, _change in FILES.items():
    ATTACKS[_name] = lambda at, change=_change: change(stale_file(at))


# --- what is no file


@attack
def proc_of_the_machine(at: SimpleNamespace) -> None:
    Path(mounted(at, "/proc"), str(at.victim), "oom_score_adj").write_text("500")


@attack
def memory_of_a_process(at: SimpleNamespace) -> None:
    here = mounted(at, f"/proc/{at.victim}")
    os.pwrite(os.open(f"{here}/mem", os.O_RDWR), b"EVIL", at.environment)


@attack
def terminal_through_hostfs(at: SimpleNamespace) -> None:
    here = mounted(at, os.path.dirname(at.terminal))
    fd = os.open(f"{here}/{os.path.basename(at.terminal)}", os.O_WRONLY | os.O_NOCTTY)
    os.write(fd, at.name.encode() + b"\n")


@attack
def named_socket_through_hostfs(at: SimpleNamespace) -> None:
    import socket

    here = mounted(at, os.path.dirname(at.sockets["stream"]))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"{here}/stream")
        client.send(at.name.encode())


@attack
def set_id_by_chmod(at: SimpleNamespace) -> None:
    Path(at.run, "mine").write_text("x")
    os.chmod(f"{at.run}/mine", 0o6755)


@attack
def set_id_by_creating(at: SimpleNamespace) -> None:
    os.open(f"{at.run}/mine", os.O_CREAT | os.O_WRONLY, 0o6755)


@attack
def set_group_id_on_a_folder(at: SimpleNamespace) -> None:
    os.mkdir(f"{at.run}/mine")
    os.chmod(f"{at.run}/mine", 0o2777)


@attack
def device_in_the_folder(at: SimpleNamespace) -> None:
    os.mknod(f"{at.run}/null", 0o20666, os.makedev(1, 3))


@attack
def fifo_in_the_folder(at: SimpleNamespace) -> None:
    os.mkfifo(f"{at.run}/fifo")


def main(payload: Mapping[str, Mapping[str, object]], channel: Channel, folder: str) -> None:
    """In the guest, as its root: all of them. `remount_the_root` comes last, for it stays."""
    wait = ("write_by_dot_dot_of_a_path", "remount_the_root")
    tried: dict[str, str] = {}
    for name in sorted(payload, key=lambda name: (name in wait, name)):
        try:
            ATTACKS[name](SimpleNamespace(**payload[name], top=folder))
            tried[name] = ""
        except (OSError, ValueError, LookupError) as error:
            number = getattr(error, "errno", None)
            tried[name] = errno.errorcode.get(number, str(error)) if number else str(error)
    Path(folder, "inside").write_text("allowed")
    channel.send("tried", 0, tried=tried, uid=os.getuid())
