"""The probes of a run in a process of their own, so that nothing which the lab does can delay a packet."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from types import TracebackType
from typing import Self

from dxemu.errors import LabError
from dxemu.lab.lab import Lab
from dxemu.probes.udp import PORT, Flow, send_and_receive
from dxemu.scenario.job import RunJob

START_S = 0.1
"""The first packet leaves so long after the run's start: time to open sockets where the clock is real."""


class Prober:
    """A context manager: the process runs inside it."""

    def __init__(self, lab: Lab, job: RunJob, epoch_ns: int, folder: str) -> None:
        self._flows = _flows(lab, job)
        self._epoch_ns = epoch_ns
        self._duration_s = float(job.end) - START_S
        self._folder = folder
        self._pid = 0

    def __enter__(self) -> Self:
        self._results, results = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._probe(results)
        os.close(results)
        return self

    def _probe(self, results: int) -> None:
        """In the forked process. Never returns."""
        status = 1
        try:
            done = send_and_receive(self._flows, self._epoch_ns, START_S, self._duration_s, self._folder)
            os.write(results, json.dumps(done).encode())
            status = 0
        finally:
            if status:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(status)

    async def finished(self) -> list[dict[str, object]]:
        """The `probe` events, once everything was sent and received. Raises LabError if the process died."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._results, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._results)
        data = os.read(self._results, 1 << 16)
        if not data:
            raise LabError("the process that sends the probes died; its traceback is in console.log")
        found: list[dict[str, object]] = json.loads(data)
        return found

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._results)


def _flows(lab: Lab, job: RunJob) -> list[Flow]:
    flows = []
    for number, probe in enumerate(job.probes):
        near, far = probe.from_host, probe.to_host
        for direction, source, target in (("to_aws", near, far), ("from_aws", far, near)):
            flows.append(
                Flow(
                    probe=probe.name,
                    direction=direction,
                    source=lab.node(source).namespace,
                    source_address=job.plan.address_of(source),
                    target=lab.node(target).namespace,
                    target_address=job.plan.address_of(target),
                    port=PORT + 2 * number,
                    interval_ns=round(probe.rate.interval * 1e9),
                )
            )
    return flows
