"""In the guest: what crosses the primary connection while the lab comes up and the sessions live for a while."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from dxemu.host.channel import Channel
from dxemu.host.clock import Clock
from dxemu.lab.build import build_cables, build_interfaces, build_nodes
from dxemu.lab.node import LabNode
from dxemu.lab.routing import start_routing
from dxemu.lab.tasks import Tasks
from dxemu.plan.model import Plan
from tests.lab.running import FOLDER, all_seen, silent_journal

KEEPALIVES_S = 65.0
"""Two keepalive intervals of 30 s, and some."""
STARTS_WITHIN_S = 20.0


def main(plan: Plan, channel: Channel, folder: str) -> None:
    """Write `capture.pcap`: what the AWS device's port of the primary connection sees, with VLAN tags."""
    asyncio.run(_run(plan, f"{folder}/capture.pcap"))
    channel.send("captured", 0)


async def _run(plan: Plan, file: str) -> None:
    journal, events = silent_journal()
    async with AsyncExitStack() as stack:
        nodes = await build_nodes(plan, stack)
        await build_cables(plan, nodes)
        await build_interfaces(plan, nodes, Clock())
        tcpdump = await _listening(nodes["dx_1"], file)
        tasks = await stack.enter_async_context(Tasks())
        await start_routing(plan, nodes, journal, FOLDER, stack, tasks)
        ends = [end for session in plan.sessions if session.name == "primary" for end in session.ends]
        up = [{"event": "bgp", "session": "primary", "node": end.node, "state": "up"} for end in ends]
        await all_seen(journal, events, up, within_s=120)
        await journal.clock.settle(KEEPALIVES_S)
        tcpdump.terminate()
        await tcpdump.wait()


async def _listening(node: LabNode, file: str) -> asyncio.subprocess.Process:
    """A `tcpdump` that has opened the port of the primary connection."""
    # Into a file that is ours: tcpdump gives one of its own to somebody, and a lab may give no file away.
    with Path(file).open("wb") as written, node.namespace.entered():
        process = await asyncio.create_subprocess_exec(
            *("tcpdump", "-i", "primary", "-Z", "root", "-U", "-w", "-"), stdout=written, stderr=asyncio.subprocess.PIPE
        )
    assert process.stderr is not None
    await asyncio.wait_for(process.stderr.readuntil(b"listening on"), STARTS_WITHIN_S)
    return process
