"""How much memory this machine, or the container in which this runs, still has for labs."""

from __future__ import annotations

from pathlib import Path

MEGABYTE = 1 << 20
_MEMORY = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")
"""A container sees its own group here (cgroups(7), version 2)."""


def available_mb(meminfo: Path = _MEMORY, group: Path = _GROUP) -> int:
    """Megabytes (of 2**20 bytes) that can be taken without swapping: the kernel's estimate, within a container's limit.

    `MemAvailable` of proc_meminfo(5), and `memory.max` less `memory.current` of a group that has a limit.
    """
    words = dict(line.split(":") for line in meminfo.read_text(encoding="utf-8").splitlines())
    free = int(words["MemAvailable"].split()[0]) * 1024
    most, used = _bytes(group / "memory.max"), _bytes(group / "memory.current")
    if most is not None and used is not None:
        free = min(free, most - used)
    return max(0, free) // MEGABYTE


def _bytes(file: Path) -> int | None:
    """None where there is no such file, and for `max`: no limit."""
    try:
        return int(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
