"""A lab where nobody of ours speaks on the customer's side: that is left to another program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from dxemu.lab.build import build_cables, build_interfaces, build_nodes
from dxemu.lab.journal import Event
from dxemu.lab.lab import Lab
from dxemu.lab.routing import start_routing
from dxemu.lab.tasks import Tasks
from dxemu.plan.model import Plan, Side
from tests.lab.running import FOLDER, silent_journal


@asynccontextmanager
async def aws_side_of(plan: Plan) -> AsyncIterator[tuple[Lab, list[Event]]]:
    """Everything of the plan but the customer's speakers, and the events of the AWS side."""
    journal, events = silent_journal()
    async with AsyncExitStack() as stack:
        nodes = await build_nodes(plan, stack)
        lab = Lab(plan, journal, nodes, await build_cables(plan, nodes))
        await build_interfaces(plan, nodes)
        tasks = await stack.enter_async_context(Tasks())
        speakers = tuple(speaker for speaker in plan.speakers if speaker.side is Side.AWS)
        aws = replace(plan, speakers=speakers)
        lab._routing = await start_routing(aws, nodes, journal, FOLDER, stack, tasks)
        journal.listen(lab._note)
        journal.start()
        yield lab, events
