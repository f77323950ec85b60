"""Kernel settings of a namespace, under /proc/sys."""

from __future__ import annotations

import os
from contextlib import nullcontext

from dxemu.errors import LabError
from dxemu.netlink.namespace import Namespace


def write(namespace: Namespace | None, name: str, value: str) -> None:
    """Set `name` (`net/ipv4/ip_forward`) and read it back. Raises LabError.

    `namespace` None: where this process is, for what only the first namespace of a kernel has.
    """
    path = f"/proc/sys/{name}"
    where = namespace.name if namespace is not None else "the kernel"
    with namespace.entered() if namespace is not None else nullcontext():
        try:
            fd = os.open(path, os.O_RDWR)
        except OSError as error:
            raise LabError(f"{where}: {path}: {error.strerror}") from None
        try:
            os.write(fd, value.encode())
            os.lseek(fd, 0, os.SEEK_SET)
            said = os.read(fd, 256).decode().strip()
        except OSError as error:
            raise LabError(f"{where}: {path} cannot be {value}: {error.strerror}") from None
        finally:
            os.close(fd)
    if said != value:
        raise LabError(f"{where}: {path} should be {value}, the kernel says {said}")


def exists(namespace: Namespace, name: str) -> bool:
    """Whether this kernel has the setting."""
    with namespace.entered():
        return os.path.exists(f"/proc/sys/{name}")  # noqa: PTH110 - pathlib costs time in the guest


def read(namespace: Namespace, name: str) -> str:
    """The value, without the space around it. Raises LabError if there is no such setting."""
    try:
        with namespace.entered(), open(f"/proc/sys/{name}", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
            return file.read().strip()
    except OSError as error:
        raise LabError(f"{namespace.name}: /proc/sys/{name}: {error.strerror}") from None
