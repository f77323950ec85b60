"""A processor for each lab.

The embedded kernel runs one thing at a time: at every system call it stops one process and lets another go on. Where
the machine's scheduler spreads those over idle processors, each of these turns waits until one has woken up, and a lab
on a quiet machine takes several times as long as on a busy one.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

NAME = "\0dxemu-processor-{number}"
"""An abstract address (unix(7)): it is no file, and it is free again when its holder ends, however it ends."""


@contextmanager
def one_processor() -> Iterator[Sequence[str]]:
    """The words before a command that keep it on one processor, which no other lab has meanwhile.

    None if there is only one, if all have a lab, or if this machine has no `taskset`.
    """
    usable = sorted(os.sched_getaffinity(0)) if shutil.which("taskset", path=os.defpath) else []
    with ExitStack() as stack:
        for number in usable if len(usable) > 1 else ():
            held = stack.enter_context(socket.socket(socket.AF_UNIX))
            try:
                held.bind(NAME.format(number=number))
            except OSError:  # another lab has it
                continue
            yield ("taskset", "--cpu-list", str(number))
            return
        yield ()
