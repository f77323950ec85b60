"""Labs where somebody of ours does not speak, all the customer's routers or one: that is left to another program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from dxemu.lab import lab as lab_module
from dxemu.lab.lab import Lab
from dxemu.lab.routing import Routing, start_routing
from dxemu.plan.model import Plan, Side, Speaker
from tests.lab.running import FOLDER, Told, silent_journal


@contextmanager
def only(speaks: Callable[[Speaker], bool]) -> Iterator[None]:
    """Labs that are built meanwhile have everything but the speakers of which that is not so."""

    async def start(plan: Plan, *rest: Any) -> Routing:
        return await start_routing(replace(plan, speakers=tuple(filter(speaks, plan.speakers))), *rest)

    with mock.patch.object(lab_module, "start_routing", start):
        yield


def only_aws_speaks() -> AbstractContextManager[None]:
    """Labs that are built meanwhile have everything but the customer's speakers."""
    return only(lambda speaker: speaker.side is Side.AWS)


@asynccontextmanager
async def lab_where(plan: Plan, speaks: Callable[[Speaker], bool]) -> AsyncIterator[tuple[Lab, list[Told]]]:
    """Everything of the plan but the speakers of which that is not so, and the events of the others."""
    journal, events = silent_journal()
    with only(speaks):
        async with Lab.built(plan, journal, FOLDER) as lab:
            journal.start()
            yield lab, events


@asynccontextmanager
async def aws_side_of(plan: Plan) -> AsyncIterator[tuple[Lab, list[Told]]]:
    """Everything of the plan but the customer's speakers, and the events of the AWS side."""
    async with lab_where(plan, lambda speaker: speaker.side is Side.AWS) as found:
        yield found
