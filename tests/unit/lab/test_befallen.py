"""A session is changed while a fault stands on it: both hold, and healing gives back what is configured by then."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dxemu.aws.quotas import routes_allocated
from dxemu.daemons.exabgp_config import Peer
from dxemu.lab.befallen import NOTHING, Befallen
from dxemu.lab.changeable_router import ChangeableRouter
from dxemu.plan.make import make_plan
from dxemu.plan.model import BgpSession, Plan
from dxemu.topology.load import load

TOPOLOGY = Path(__file__).parents[3] / "topologies/high_resiliency.yaml"
NAME = "dc_1"
LOWERED = Befallen(quota=routes_allocated(3))


@pytest.fixture
def plan() -> Plan:
    return make_plan(load(TOPOLOGY))


def prepended(plan: Plan) -> Plan:
    def change(session: BgpSession) -> BgpSession:
        if session.name != NAME:
            return session
        return replace(session, ends=(replace(session.ends[0], export_prepend=3), session.ends[1]))

    return replace(plan, sessions=tuple(map(change, plan.sessions)))


async def started(plan: Plan) -> tuple[ChangeableRouter, asyncio.Task[None]]:
    """AWS's router of that session. Nobody is at the other end."""
    nobody: Any = None
    speaker = plan.speaker(plan.session(NAME).ends[1].speaker)
    peers = [Peer.at(session, speaker.name) for session in plan.sessions_of(speaker.name)]
    router = ChangeableRouter(plan, speaker, peers, nobody, nobody, nobody)
    return router, asyncio.create_task(router.run())


@pytest.mark.parametrize("of", [LOWERED, Befallen(med=200), Befallen(prepend=2)])
def test_a_change_leaves_what_a_fault_has_made(plan: Plan, of: Befallen) -> None:
    async def change() -> None:
        router, running = await started(plan)
        await router.befall(plan, NAME, of)
        after = prepended(plan)
        await router.follow(after, after.session(NAME))
        assert router.configured(NAME) == of.of(after.session(NAME))
        assert router.configured(NAME).ends[0].export_prepend == 3
        await router.befall(after, NAME, NOTHING)
        assert router.configured(NAME) == after.session(NAME)
        running.cancel()

    asyncio.run(change())


def test_faults_compose(plan: Plan) -> None:
    session = replace(LOWERED, med=200, prepend=1).of(plan.session(NAME))
    assert session.prefix_quota is not None
    assert (session.prefix_quota.most, session.ends[1].export_med, session.ends[1].export_prepend) == (3, 200, 1)
    assert NOTHING.of(plan.session(NAME)) == plan.session(NAME)
