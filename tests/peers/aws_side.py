"""A lab where nobody of ours speaks on the customer's side: that is left to another program."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from dxemu.lab import lab as lab_module
from dxemu.lab.lab import Lab
from dxemu.lab.routing import Routing, start_routing
from dxemu.plan.model import Plan, Side
from tests.lab.running import FOLDER, Told, silent_journal


@contextmanager
def only_aws_speaks() -> Iterator[None]:
    """Labs that are built meanwhile have everything but the customer's speakers."""

    async def start(plan: Plan, *rest: Any) -> Routing:
        speakers = tuple(speaker for speaker in plan.speakers if speaker.side is Side.AWS)
        return await start_routing(replace(plan, speakers=speakers), *rest)

    with mock.patch.object(lab_module, "start_routing", start):
        yield


@asynccontextmanager
async def aws_side_of(plan: Plan) -> AsyncIterator[tuple[Lab, list[Told]]]:
    """Everything of the plan but the customer's speakers, and the events of the AWS side."""
    journal, events = silent_journal()
    with only_aws_speaks():
        async with Lab.built(plan, journal, FOLDER) as lab:
            journal.start()
            yield lab, events
