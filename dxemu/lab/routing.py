"""Start the routers: speakers with their decision process, gateways, BFD."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

from dxemu.daemons.bird import BfdPeer, Bird
from dxemu.daemons.exabgp import ExaBgp, Peer
from dxemu.lab.fib import Fib
from dxemu.lab.gateway import GatewayRouter
from dxemu.lab.journal import Journal
from dxemu.lab.node import LabNode
from dxemu.lab.router import Router
from dxemu.lab.tasks import Tasks
from dxemu.plan.model import Plan, Side, Speaker


async def start_routing(
    plan: Plan, nodes: Mapping[str, LabNode], journal: Journal, folder: str, stack: AsyncExitStack, tasks: Tasks
) -> Mapping[str, Router]:
    """Start every speaker, the passive ones first, so that nobody connects to a closed port. Raises LabError."""
    routers = {}
    for speaker in plan.speakers:
        peers = [Peer.of(s, speaker.node) for s in plan.sessions if speaker.node in (s.ends[0].node, s.ends[1].node)]
        routers[speaker.node] = Router(plan, speaker, peers, Fib(nodes[speaker.node].netlink), journal)
    for gateway in plan.gateways:
        chooser = GatewayRouter(plan, gateway, Fib(nodes[gateway.node].netlink), journal)
        for link in gateway.backbone:
            routers[link.device].on_best.append(chooser.listener_for(link))
    for speaker in sorted(plan.speakers, key=lambda speaker: speaker.side is not Side.AWS):
        router = routers[speaker.node]
        tasks.start(router.run())
        _start_speaker(plan, speaker, router, nodes[speaker.node], folder, stack, tasks)
    return routers


def _start_speaker(
    plan: Plan, speaker: Speaker, router: Router, node: LabNode, folder: str, stack: AsyncExitStack, tasks: Tasks
) -> None:
    sessions = [s for s in plan.sessions if speaker.node in (s.ends[0].node, s.ends[1].node)]
    peers = [Peer.of(session, speaker.node) for session in sessions]
    exabgp = ExaBgp(speaker, peers, node.namespace, router.heard, tasks.fail, f"{folder}/{speaker.node}.exabgp.log")
    stack.callback(exabgp.stop)
    router.attach(exabgp)
    bfd = [peer for peer in (BfdPeer.of(session, speaker.node) for session in sessions) if peer is not None]
    if bfd:
        bird = Bird(speaker.node, speaker.router_id, bfd, node.namespace, router.bfd_changed, tasks.fail)
        stack.callback(bird.stop)
