"""ExaBGP that cannot begin ends in its own process: what the lab is to undo is undone by the lab alone."""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext
from ipaddress import IPv4Address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dxemu.daemons import exabgp_child
from dxemu.daemons.exabgp import ExaBgp
from dxemu.errors import LabError

ROUTER_ID = IPv4Address("192.0.2.1")


def test_what_fails_in_the_child_ends_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no such peer")

    monkeypatch.setattr(exabgp_child, "run", fail)
    namespace: Any = SimpleNamespace(entered=nullcontext)
    log = tmp_path / "log"

    async def lab() -> LabError:
        died: asyncio.Future[LabError] = asyncio.get_running_loop().create_future()
        try:
            exabgp = ExaBgp("r1", ROUTER_ID, (), namespace, lambda _: None, died.set_result, str(log))
            found = await asyncio.wait_for(died, 30)
            assert exabgp.pid is not None
            assert os.waitstatus_to_exitcode(os.waitpid(exabgp.pid, 0)[1]) == 1
            return found
        finally:
            (tmp_path / f"undone by {os.getpid()}").touch()

    assert "ExaBGP on r1 died" in str(asyncio.run(lab()))
    assert [file.name for file in tmp_path.glob("undone*")] == [f"undone by {os.getpid()}"]
