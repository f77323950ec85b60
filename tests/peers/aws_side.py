"""A lab where nobody of ours speaks on the customer's side: that is left to another program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from dxemu.daemons.bird import BfdPeer, Bird
from dxemu.daemons.exabgp import ExaBgp, Peer
from dxemu.lab.build import build_cables, build_interfaces, build_nodes
from dxemu.lab.fib import Fib
from dxemu.lab.gateway import GatewayRouter
from dxemu.lab.journal import Event
from dxemu.lab.lab import Lab
from dxemu.lab.router import Router
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
        routers = {}
        for speaker in (speaker for speaker in plan.speakers if speaker.side is Side.AWS):
            node = nodes[speaker.node]
            sessions = [session for session in plan.sessions if session.ends[1].node == speaker.node]
            peers = [Peer.of(session, speaker.node) for session in sessions]
            router = routers[speaker.node] = Router(plan, speaker, peers, Fib(node.netlink), journal)
            tasks.start(router.run())
            log = f"{FOLDER}/{speaker.node}.exabgp.log"
            exabgp = ExaBgp(speaker, peers, node.namespace, router.heard, tasks.fail, log)
            stack.callback(exabgp.stop)
            router.attach(exabgp)
            bfd = [peer for peer in (BfdPeer.of(session, speaker.node) for session in sessions) if peer is not None]
            if bfd:
                stack.callback(
                    Bird(speaker.node, speaker.router_id, bfd, node.namespace, router.bfd_changed, tasks.fail).stop
                )
        for gateway in plan.gateways:
            chooser = GatewayRouter(plan, gateway, Fib(nodes[gateway.node].netlink), journal)
            for link in gateway.backbone:
                routers[link.device].on_best.append(chooser.listener_for(link))
        journal.start()
        yield lab, events
