"""TCP MD5 between our speakers: a wrong key keeps the session down, and the kernel says why."""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import AsyncExitStack

import pytest

from dxemu.daemons.exabgp import ExaBgp
from dxemu.daemons.exabgp_config import Peer
from dxemu.daemons.exabgp_events import SessionUp, SpeakerEvent
from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.build import build_cables, build_interfaces, build_nodes
from dxemu.plan.model import BgpSession, Speaker
from tests.lab.running import FOLDER, plan_of

PATIENCE_S = 60.0


async def comes_up(customer_key: str | None) -> tuple[bool, dict[str, int]]:
    """Whether the primary session comes up if the customer has this key, and the AWS device's counters of TCP."""
    plan = plan_of("backup_connection_by_circuit")
    session = next(s for s in plan.sessions if s.name == "primary")
    theirs = dataclasses.replace(session, auth_key=customer_key)
    up: set[str] = set()
    both = asyncio.Event()
    async with AsyncExitStack() as stack:
        nodes = await build_nodes(plan, stack)
        await build_cables(plan, nodes)
        await build_interfaces(plan, nodes, Clock())

        def die(error: LabError) -> None:
            pytest.fail(str(error))

        def start(speaker: Speaker, known: BgpSession) -> None:
            def hear(event: SpeakerEvent) -> None:
                if isinstance(event, SessionUp):
                    up.add(speaker.node)
                    if len(up) == len(session.ends):
                        both.set()

            peer = Peer.of(known, speaker.node)
            log = f"{FOLDER}/{speaker.node}.exabgp.log"
            namespace = nodes[speaker.node].namespace
            exabgp = ExaBgp(speaker.node, speaker.router_id, [peer], namespace, hear, die, log)
            stack.callback(exabgp.stop)

        start(next(s for s in plan.speakers if s.node == session.ends[1].node), session)
        start(next(s for s in plan.speakers if s.node == session.ends[0].node), theirs)
        try:
            await asyncio.wait_for(both.wait(), PATIENCE_S)
        except TimeoutError:
            assert up == set()
        with nodes[session.ends[1].node].namespace.entered(), open("/proc/thread-self/net/netstat") as file:
            names, numbers = (line.split()[1:] for line in file if line.startswith("TcpExt:"))
        return bool(up), dict(zip(names, map(int, numbers), strict=True))


@pytest.mark.parametrize(
    ("key", "wanted", "counter"),
    [("rehearse-1", True, None), ("rehearse-2", False, "TCPMD5Failure"), (None, False, "TCPMD5NotFound")],
    ids=["right", "wrong", "none"],
)
def test_key(key: str | None, wanted: bool, counter: str | None) -> None:
    up, counters = asyncio.run(comes_up(key))
    assert up is wanted
    for name in ("TCPMD5Failure", "TCPMD5NotFound"):
        assert (counters[name] > 0) is (name == counter), counters
