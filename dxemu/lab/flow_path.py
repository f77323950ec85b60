"""The path of a flow as far as its throughput hangs on it: rates and round trip, as the kernels have them now."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass

from dxemu.lab.cable_end import queue_limit
from dxemu.lab.lab import Lab
from dxemu.lab.paths import Walker
from dxemu.netlink.namespace import Namespace
from dxemu.units import IPAddress

ROUND_TRIP_LIMIT_S = 1.0
CLOSED_PORT = 9
"""A TCP connection to it is refused after one round trip."""
FULL_FRAME_BITS = 1500 * 8
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(frozen=True, slots=True)
class FlowPath:
    """The lowest rate of its cables, the time there and back, and how long a cable's full queue takes to empty.

    `limit` is the lowest of the rate and of all policers and shapers on the way.
    """

    rate: int
    limit: int
    round_trip_s: float
    queue_s: float


async def flow_path(lab: Lab, begins: str, other: str, version: int) -> FlowPath:
    """That of a flow that the node `begins` begins."""
    plan = lab.plan
    walker = Walker(plan, {node.name: lab.node(node.name) for node in plan.nodes})
    hops, _ = await walker.walk(begins, other, version)
    cables = [cable for cable in plan.cables if cable.name in hops]
    limits = [int(limit.rate) for limit in plan.limits if limit.node in hops]
    rate = min((int(cable.bandwidth) for cable in cables), default=10**9)
    queue_s = max((queue_limit(c) * FULL_FRAME_BITS / float(c.bandwidth) for c in cables), default=0.0)
    round_trip_s = await _round_trip_s(lab.node(begins).namespace, plan.address_of(other, version))
    return FlowPath(rate=rate, limit=min([rate, *limits]), round_trip_s=round_trip_s, queue_s=queue_s)


async def _round_trip_s(sender: Namespace, target: IPAddress) -> float:
    """The second of two, since the first may have to wait for ARP. `ROUND_TRIP_LIMIT_S` if nobody answers."""
    loop = asyncio.get_running_loop()
    took_s = ROUND_TRIP_LIMIT_S
    for _ in range(2):
        with sender.entered():
            sock = socket.socket(_FAMILIES[target.version], socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        with sock:
            started_s = loop.time()
            try:
                async with asyncio.timeout(ROUND_TRIP_LIMIT_S):
                    await loop.sock_connect(sock, (str(target), CLOSED_PORT))
            except ConnectionRefusedError:
                took_s = loop.time() - started_s
            except OSError:  # no way at this moment, or no answer in time
                return ROUND_TRIP_LIMIT_S
    return took_s
