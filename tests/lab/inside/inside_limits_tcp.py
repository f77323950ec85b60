"""TCP through a policer, with and without the customer's own shaper in front of it."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Mapping

import pytest

from dxemu.lab.limits import read_limits
from dxemu.lab.node import LabNode
from dxemu.plan.model import LimitKind
from tests.lab.hosted import POLICER, RATE, SHAPER, built, plan_with

TCP_PART = 1448 / 1514
"""What TCP with time stamps can carry of a rate that counts Ethernet frames, with an MTU of 1500."""
WARM_UP_S = 1
MEASURED_S = 1


async def goodput_of_tcp(nodes: Mapping[str, LabNode]) -> float:
    """In bits per second, by iperf3, after a second of warming up."""
    with nodes["server"].namespace.entered():
        server = subprocess.Popen(["iperf3", "-s", "-1", "--forceflush"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    while "listening" not in server.stdout.readline():
        assert server.poll() is None
    with nodes["client"].namespace.entered():
        client = await asyncio.create_subprocess_exec(
            *("iperf3", "-c", "10.3.0.2", "-J", "-t", str(MEASURED_S), "-O", str(WARM_UP_S)),
            stdout=asyncio.subprocess.PIPE,
        )
    said, _ = await asyncio.wait_for(client.communicate(), 60)
    server.stdout.close()
    server.wait(10)
    return float(json.loads(said)["end"]["sum_received"]["bits_per_second"])


@pytest.mark.parametrize(
    ("round_trip_s", "shaped", "low", "high"),
    [(0.001, False, 0.80, 0.99), (0.001, True, 0.95, 1.0), (0.01, False, 0.30, 0.80), (0.01, True, 0.95, 1.0)],
)
def test_tcp_through_a_policer_gets_less_unless_the_customer_shapes(
    round_trip_s: float, shaped: bool, low: float, high: float
) -> None:
    """`low` and `high` are parts of what TCP can carry at the rate."""
    if shutil.which("iperf3") is None:
        pytest.skip("iperf3 is missing: apt-get install iperf3")

    async def run() -> None:
        plan = plan_with(POLICER, *([SHAPER] if shaped else []), round_trip_s=round_trip_s)
        async with built(plan) as nodes:
            goodput = await goodput_of_tcp(nodes)
            dropped = {kind: one.dropped for (_, _, kind), one in (await read_limits(plan, nodes)).items()}
        assert low <= goodput / (RATE * TCP_PART) <= high * 1.001
        assert (dropped[LimitKind.POLICE] > 0) is not shaped
        if shaped:
            assert dropped[LimitKind.SHAPE] > 0

    asyncio.run(run())
