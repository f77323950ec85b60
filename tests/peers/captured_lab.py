"""Inside the embedded kernel: a run as it always is, with tcpdump listening at every host.

Imported in the guest, where imports cost real time: nothing else belongs here.
"""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from unittest import mock

from dxemu.host.channel import Channel
from dxemu.lab.journal import Journal
from dxemu.lab.lab import Lab
from dxemu.lab.node import LabNode
from dxemu.plan.model import Plan, Role
from dxemu.run import lab_process
from dxemu.run.job import RunJob

ENDS_WITHIN_S = 20


def main(job: RunJob, channel: Channel, folder: str) -> None:
    """Run `job`; each host's packets go to `HOST.pcap` in the run's folder."""
    with mock.patch.object(lab_process, "Lab", _CapturedLab):
        lab_process.main(job, channel, folder)


class _CapturedLab(Lab):
    """The lab, with a listener at each host from the moment it is built."""

    @classmethod
    @asynccontextmanager
    async def built(
        cls, plan: Plan, journal: Journal, folder: str, seed: int = 1, halved: Sequence[str] = ()
    ) -> AsyncIterator[Lab]:
        async with super().built(plan, journal, folder, seed, halved) as lab:
            with ExitStack() as stack:
                for node in plan.nodes:
                    if node.role in (Role.HOST, Role.INSTANCE):
                        stack.enter_context(_capture(lab.node(node.name), f"{folder}/{node.name}.pcap"))
                yield lab


@contextmanager
def _capture(node: LabNode, file: str) -> Iterator[None]:
    """Tcpdump on the host's only port. Each packet is handed over at once; none may be dropped on the way."""
    words = ["tcpdump", "-i", "eth0", "-n", "-Z", "root", "--immediate-mode", "-B", "16384", "--nano"]
    words += ["-w", "-", "udp"]
    # Into a file that is ours: tcpdump gives one of its own to somebody, and a lab may give no file away.
    with Path(file).open("wb") as written, node.namespace.entered():
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = process.stderr.readline()
    if "listening on" not in said:
        said += process.stderr.readline()
    try:
        assert "listening on" in said, said
        yield
    finally:
        process.terminate()
        _, last = process.communicate(timeout=ENDS_WITHIN_S)
    assert "\n0 packets dropped by kernel" in last, last
