"""Kernel settings of a namespace, under /proc/sys."""

from __future__ import annotations

import os

from dxemu.errors import LabError
from dxemu.netlink.namespace import Namespace


def write(namespace: Namespace, name: str, value: str) -> None:
    """Set `name` (`net/ipv4/ip_forward`) and read it back. Raises LabError."""
    path = f"/proc/sys/{name}"
    with namespace.entered():
        try:
            fd = os.open(path, os.O_RDWR)
        except OSError as error:
            raise LabError(f"{namespace.name}: {path}: {error.strerror}") from None
        try:
            os.write(fd, value.encode())
            os.lseek(fd, 0, os.SEEK_SET)
            said = os.read(fd, 256).decode().strip()
        except OSError as error:
            raise LabError(f"{namespace.name}: {path} cannot be {value}: {error.strerror}") from None
        finally:
            os.close(fd)
    if said != value:
        raise LabError(f"{namespace.name}: {path} should be {value}, the kernel says {said}")


def read(namespace: Namespace, name: str) -> str:
    """The value, without the space around it. Raises LabError if there is no such setting."""
    try:
        with namespace.entered(), open(f"/proc/sys/{name}", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
            return file.read().strip()
    except OSError as error:
        raise LabError(f"{namespace.name}: /proc/sys/{name}: {error.strerror}") from None
