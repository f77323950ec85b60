"""Run a folder of pytest files inside the embedded kernel, as root, under the virtual clock."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
from pathlib import Path

from dxemu.host import where
from dxemu.host.channel import Channel
from dxemu.host.job import Job

REPOSITORY = Path(__file__).resolve().parent.parent.parent


def run_inside(files: list[Path], folder: Path, *options: str, seed: int = 1) -> tuple[int, str]:
    """Boot, run these test files in the guest's only process, power off. Gives pytest's exit status and its words."""
    words = [str(file) for file in files]
    plugins = ["-p", "no:cacheprovider", "-p", "no:randomly"]
    payload = {"arguments": [*plugins, "-q", *options, *words], "cwd": str(REPOSITORY)}

    async def run() -> list[dict[str, object]]:
        place = where.embedded("virtual", stall_limit_s=120)
        job = Job(target="tests.lab.guest:main", payload=payload)
        async with contextlib.aclosing(place.run(job, folder, seed)) as stream:
            return [dict(event) async for event in stream]

    *_, event = asyncio.run(run())
    return int(str(event["status"])), str(event["output"])


VIRTUAL = ("-o", "faulthandler_timeout=0")
"""A day passes there in a moment: what hangs is ended from outside, by the stall limit."""


def main(payload: dict[str, object], channel: Channel, folder: str) -> None:
    """In the guest."""
    del folder
    import pytest

    os.chdir(str(payload["cwd"]))
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # one of them is dxemu's, which is imported already: a warning
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = pytest.main([*VIRTUAL, *payload["arguments"]], [_SignsOfLife(channel)])  # type: ignore[misc]  # text
    except BaseException:
        print(said.getvalue(), file=sys.stderr, flush=True)  # pytest itself broke: what it said goes to the console
        raise
    channel.send("tested", 0, status=int(status), output=said.getvalue())


class _SignsOfLife:
    """A plugin of pytest's: each test that ends is told, so that it is one of them that the stall limit is for."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self._channel.send("tick", 0, test=nodeid)
