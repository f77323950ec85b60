"""The embedded kernel's chance, by name (kernel/patches/random_seed.patch).

What a process draws there follows from the seed, from the name that it or its parent has written to /dev/urandom, and
from how much it has drawn since: not from what others draw, nor from the kernel's version. So each daemon has a name.
On the machine's own kernel a name is a few more bytes in its pool of chance, and changes nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

FILE = "/dev/urandom"


def draw_as(name: str) -> None:
    """What this process draws from now on, and what its children draw that have no name, goes by this name."""
    file = os.open(FILE, os.O_WRONLY)
    try:
        os.write(file, name.encode())
    finally:
        os.close(file)


@contextlib.contextmanager
def children_draw_as(name: str) -> Iterator[None]:
    """A process that is started inside draws by this name; afterwards we have another one than before."""
    draw_as(name)
    try:
        yield
    finally:
        draw_as(f"after {name}")
