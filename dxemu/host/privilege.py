"""What this process may do on the machine's own kernel, and what holds it back: a container, a lack of capabilities."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from collections.abc import Mapping
from pathlib import Path

from dxemu.forms import means
from dxemu.netlink.namespace import set_loopback_up

_CLONE_NEWNS = 0x00020000
_CLONE_NEWPID = 0x20000000
_CLONE_NEWNET = 0x40000000
_MS_REC_PRIVATE = 0x4000 | 0x40000
_STEPS = ("make network namespaces", "mount", "change network interfaces")
_FIRST_NAMESPACES: Mapping[str, str] = {"pid": "pid:[4026531836]", "uts": "uts:[4026531838]"}
"""Those that a kernel boots with (include/linux/proc_ns.h: PROC_PID_INIT_INO, PROC_UTS_INIT_INO)."""


def container(root: Path = Path("/")) -> str:
    """The kind of container that this process runs in: `docker`, `podman`, `lxc` ... or `container`; empty if in none.

    A machine or virtual machine whose files were once a container's image has a container's marks, too. What counts
    is that its processes are in the namespaces that the kernel booted with.
    """
    kind = _marked(root)
    if kind and all(_namespace(root, name) == first for name, first in _FIRST_NAMESPACES.items()):
        return ""
    return kind


def _namespace(root: Path, name: str) -> str:
    with contextlib.suppress(OSError):
        return str((root / "proc/self/ns" / name).readlink())
    return ""


def _marked(root: Path) -> str:
    """By the marks that container engines leave, as systemd-detect-virt(1) reads them."""
    if (root / "run/.containerenv").exists():
        return "podman"
    if (root / ".dockerenv").exists():
        return "docker"
    with contextlib.suppress(OSError):
        return (root / "run/systemd/container").read_text().strip() or "container"
    with contextlib.suppress(OSError):  # only root may read it
        for word in (root / "proc/1/environ").read_bytes().split(b"\0"):
            if word.startswith(b"container="):
                return word.partition(b"=")[2].decode(errors="replace") or "container"
    with contextlib.suppress(OSError):
        groups = (root / "proc/1/cgroup").read_text()
        return next((kind for kind in ("docker", "kubepods", "lxc", "containerd") if f"/{kind}" in groups), "")
    return ""


def namespaces_problem() -> str:
    """Why this process may not make a lab's namespaces and interfaces; empty if it may.

    Tried by a child, which makes them, mounts, switches an interface on, and ends.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for step, action in enumerate((_unshare, _mount_privately, set_loopback_up)):
                try:
                    action()
                except OSError as error:
                    os.write(writing, bytes((step, error.errno or errno.EIO)))
                    break
        finally:  # nothing may leave the child: what its parent is to undo would be undone in here
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123 - a file descriptor
        said = pipe.read()
    os.waitpid(child, 0)
    if not said:
        return ""
    who = "this container" if container() else "this process"
    if said[1] == errno.EINVAL:  # mount(2): the target is no mount point
        return f"{who} is in a chroot, and mount namespaces need a root folder that is a mount of its own"
    return f"{who} may not {_STEPS[said[0]]} ({os.strerror(said[1])})"


def namespaces_repair() -> str:
    """What gives a process the right to make a lab's namespaces."""
    kind = container()
    if not kind:
        embedded = means().option("kernel", "embedded")
        return f"use the embedded kernel ({embedded}), or root with CAP_SYS_ADMIN and CAP_NET_ADMIN"
    engine = "podman" if kind == "podman" else "docker"
    return f"{engine} run --privileged ...    (or --cap-add SYS_ADMIN --cap-add NET_ADMIN)"


def _unshare() -> None:
    _call("unshare", _CLONE_NEWNS | _CLONE_NEWPID | _CLONE_NEWNET)


def run_of_ones_own() -> None:
    """From now on this process, which has one thread, sees a /run that nobody else sees. Raises OSError."""
    _call("unshare", _CLONE_NEWNS)
    _mount_privately()


def _mount_privately() -> None:
    _call("mount", b"none", b"/", None, _MS_REC_PRIVATE, None)
    _call("mount", b"tmpfs", b"/run", b"tmpfs", 0, None)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments):
        raise OSError(ctypes.get_errno(), name)
