"""Process 1 of a lab on the machine's own kernel: nothing of the lab outlives the lab, or the one who started it.

When process 1 of a process namespace dies, the kernel kills everything in it. But the connections of those processes
would go on to say goodbye, for minutes where a cable is cut, in namespaces that have no name any more; so process 1
does no work that could break, and ends the connections first.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal

FOLDER = "/run/netns"


def stand(lab: int, channel: int) -> int:
    """Wait until the process `lab` has ended, or whoever is at the other end of `channel`; then end everything.

    Gives the exit status of `lab`.
    """
    poll = select.poll()
    ended = os.pidfd_open(lab)
    poll.register(ended, select.POLLIN)
    poll.register(channel, 0)  # tells of the hang-up alone
    poll.poll()
    _to_all(signal.SIGSTOP)  # or it connects again
    abort_everywhere()
    _to_all(signal.SIGKILL)
    status = 0
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, ending = os.waitpid(-1, 0)
            status = os.waitstatus_to_exitcode(ending) if pid == lab else status
    return max(status, 0)


def abort_everywhere() -> None:
    """End the connections in every network namespace that has a name in /run."""
    from dxemu.netlink.namespace import Namespace

    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(FOLDER):  # noqa: PTH208 - pathlib costs time in the guest
            with contextlib.suppress(OSError):
                namespace = Namespace(name, os.open(f"{FOLDER}/{name}", os.O_RDONLY))
                try:
                    namespace.end_connections()
                finally:
                    os.close(namespace.fd)


def _to_all(number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, number)  # from process 1: everybody in this process namespace but itself
