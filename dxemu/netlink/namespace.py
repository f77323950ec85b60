"""Network namespaces, made without a fork and visible to `ip netns`."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator

from dxemu.errors import LabError
from dxemu.netlink import sock_diag

FOLDER = "/run/netns"
_CLONE_NEWNET = 0x40000000
_MS_BIND = 4096
_MNT_DETACH = 2
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1
ORPHAN_RETRIES = "/proc/sys/net/ipv4/tcp_orphan_retries"
_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result:
        raise LabError(f"{what}: {os.strerror(ctypes.get_errno())}", "dxemu doctor says what this kernel offers")


def _write(path: str, value: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
        file.write(value)


def set_loopback_up() -> None:
    """Switch `lo` on in the namespace of the moment. Raises OSError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


class Namespace:
    """A network namespace. Use `create`."""

    def __init__(self, name: str, fd: int) -> None:
        self.name = name
        self.fd = fd
        self.kept: list[tuple[socket.socket, int]] = []
        """Netlink sockets that wait for their next use, each with the last sequence number."""

    @classmethod
    def create(cls, name: str) -> Namespace:
        """A new one with `lo` up, bound to /run/netns/`name`. Raises LabError, also if the name is taken."""
        path = f"{FOLDER}/{name}"
        os.makedirs(FOLDER, exist_ok=True)  # noqa: PTH103 - pathlib costs time in the guest
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            try:
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDONLY, 0o444))
            except FileExistsError:
                raise LabError(
                    f"a network namespace named '{name}' exists already", f"ip netns delete {name}"
                ) from None
            try:
                _check(_libc.unshare(_CLONE_NEWNET), f"make network namespace '{name}'")
                set_loopback_up()
                _check(
                    _libc.mount(b"/proc/thread-self/ns/net", path.encode(), b"none", _MS_BIND, None), f"mount {path}"
                )
            except LabError:
                os.unlink(path)  # noqa: PTH108 - pathlib costs time in the guest
                raise
            fd = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        finally:
            _libc.setns(home, _CLONE_NEWNET)
            os.close(home)
        return cls(name, fd)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """This thread is in the namespace meanwhile. A socket that it opens stays there, a process too."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _check(_libc.setns(self.fd, _CLONE_NEWNET), f"enter network namespace '{self.name}'")
            yield
        finally:
            _check(_libc.setns(home, _CLONE_NEWNET), "leave a network namespace")
            os.close(home)

    def end_connections(self) -> None:
        """End every TCP connection at once; one that cannot be, because no process has it any more, soon."""
        uname = os.uname()
        orphans = sock_diag.orphans_can_be_aborted(uname.release, uname.version)
        with self.entered(), contextlib.suppress(OSError):  # a kernel without it: they end by themselves
            if not orphans:
                _write(ORPHAN_RETRIES, "1")
            sock_diag.abort_connections(orphans=orphans)

    def delete(self) -> None:
        """Give it up. It is gone when nothing is in it any more."""
        for kept, _ in self.kept:
            kept.close()
        self.kept.clear()
        os.close(self.fd)
        path = f"{FOLDER}/{self.name}"
        _libc.umount2(path.encode(), _MNT_DETACH)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108 - pathlib costs time in the guest
