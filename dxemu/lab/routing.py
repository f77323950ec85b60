"""Start the routers: speakers with their decision process, gateways, BFD."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from ipaddress import IPv4Network

from dxemu.bgp.rib import LocRib
from dxemu.daemons.bird import BfdPeer, Bird
from dxemu.daemons.exabgp import ExaBgp, Peer
from dxemu.lab.fib import Fib
from dxemu.lab.gateway import GatewayRouter
from dxemu.lab.journal import Journal
from dxemu.lab.node import LabNode
from dxemu.lab.router import Router
from dxemu.lab.tasks import Tasks
from dxemu.plan.converge import converge, gateway_rib
from dxemu.plan.model import Plan, Side, Speaker


@dataclass(frozen=True, slots=True)
class Routing:
    """The control plane: routers by node, and gateways."""

    routers: Mapping[str, Router]
    gateways: tuple[GatewayRouter, ...]

    def settled(self, plan: Plan) -> bool:
        """Whether every table holds, from every peer, what the plan's policies will bring to it: the spares too."""
        expected = converge(plan)
        tables = [(self.routers[name].loc_rib, loc_rib) for name, loc_rib in expected.items() if name in self.routers]
        tables += [
            (chooser.loc_rib, gateway_rib(plan, chooser.gateway, expected))
            for chooser in self.gateways
            if chooser.gateway.route_propagation
        ]
        return all(_routes(mine) == _routes(theirs) for mine, theirs in tables)

    async def idle(self) -> None:
        """Return when no router has anything left to do: what its table says is in the kernel."""
        for router in self.routers.values():
            await router.idle()


def _routes(loc_rib: LocRib) -> set[tuple[IPv4Network, str]]:
    return {(prefix, route.session) for prefix in loc_rib.best for route in loc_rib.candidates(prefix)}


async def start_routing(
    plan: Plan, nodes: Mapping[str, LabNode], journal: Journal, folder: str, stack: AsyncExitStack, tasks: Tasks
) -> Routing:
    """Start every speaker, the passive ones first, so that nobody connects to a closed port. Raises LabError."""
    routers = {}
    for speaker in plan.speakers:
        peers = [Peer.of(s, speaker.node) for s in plan.sessions if speaker.node in (s.ends[0].node, s.ends[1].node)]
        routers[speaker.node] = Router(plan, speaker, peers, Fib(nodes[speaker.node].netlink), journal)
    gateways = []
    for gateway in plan.gateways:
        chooser = GatewayRouter(plan, gateway, Fib(nodes[gateway.node].netlink), journal)
        gateways.append(chooser)
        for link in gateway.backbone:
            routers[link.device].on_best.append(chooser.listener_for(link))
    for speaker in sorted(plan.speakers, key=lambda speaker: speaker.side is not Side.AWS):
        router = routers[speaker.node]
        tasks.start(router.run())
        _start_speaker(plan, speaker, router, nodes[speaker.node], folder, stack, tasks)
    return Routing(routers, tuple(gateways))


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
