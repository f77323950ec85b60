"""Flows over equal ways: every way gets some, whatever the seed, and two routers in a row choose independently."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from dxemu.control.forward import forwarding
from dxemu.lab import shares
from dxemu.lab.lab import Lab
from dxemu.lab.paths import Walker
from dxemu.netlink.route import FlowPorts
from dxemu.plan.model import Plan
from tests.lab.inside.computed_ways import words
from tests.lab.running import FOLDER, plan_of, silent_journal

FLOWS = 64
LEAST = FLOWS // 16
"""A quarter of them is expected on each of four ways: fewer than a sixteenth has a probability below 0.1 %."""


def flow(number: int) -> FlowPorts:
    """One of `FLOWS` from neighbouring ports, as clients have them."""
    return FlowPorts(33_000 + number, 443)


async def ways_taken(plan: Plan, seed: int) -> dict[tuple[str, str, int], Counter[tuple[str, ...]]]:
    """How many of the flows take which way, by source, target and IP version."""
    journal, _ = silent_journal()
    taken: dict[tuple[str, str, int], Counter[tuple[str, ...]]] = {}
    async with Lab.built(plan, journal, FOLDER, seed) as lab:
        journal.start()
        await lab.converged([])
        walker = Walker(plan, {node.name: lab.node(node.name) for node in plan.nodes})
        for source, target in (("app", "web"), ("web", "app")):
            for version in (4, 6):
                counted = taken[source, target, version] = Counter()
                for number in range(FLOWS):
                    way, arrives = await walker.walk(source, target, version, flow(number))
                    assert arrives
                    counted[tuple(way)] += 1
    return taken


@pytest.mark.parametrize("has_seed", [True, False])
def test_every_equal_way_gets_flows(has_seed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_seed:
        monkeypatch.setattr(shares, "SEED", "net/ipv4/as_before_linux_6_11")
    plan = plan_of("four_equal_ways")
    tables = forwarding(plan)
    by_seed = [asyncio.run(ways_taken(plan, seed)) for seed in (1, 2)]
    for taken in by_seed:
        for (source, target, version), counted in taken.items():
            ways = {tuple(words(plan, way)) for way in tables.ways(source, plan.address_of(target, version))}
            assert len(ways) == 4
            assert set(counted) == ways, (source, target, version, counted)
            assert min(counted.values()) >= LEAST, (source, target, version, counted)
    if has_seed:
        assert by_seed[0] != by_seed[1]
