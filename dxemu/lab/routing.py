"""Start the routers: speakers with their decision process, gateways, BFD."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from dxemu.bgp.rib import LocRib
from dxemu.control.converge import converge, gateway_rib, tables_of
from dxemu.daemons.exabgp import ExaBgp
from dxemu.daemons.exabgp_config import Peer
from dxemu.daemons.exabgp_events import SpeakerEvent
from dxemu.lab.bfd import BfdSpeakers
from dxemu.lab.changeable_router import ChangeableRouter
from dxemu.lab.fib import Fib
from dxemu.lab.gateway import GatewayRouter
from dxemu.lab.journal import Journal
from dxemu.lab.node import LabNode
from dxemu.lab.static_routes import StaticRoutes
from dxemu.lab.tasks import Tasks
from dxemu.lab.vpc_route_table import SeparateVpcRouteTable, VpcRouteTable
from dxemu.plan.model import Gateway, Plan, Side, Speaker
from dxemu.units import IPNetwork


@dataclass(frozen=True, slots=True)
class RoutingSite:
    """Where routers are started."""

    nodes: Mapping[str, LabNode]
    journal: Journal
    folder: str
    stack: AsyncExitStack
    tasks: Tasks


@dataclass(frozen=True, slots=True)
class Routing:
    """The control plane: routers by speaker, and gateways by node. `speakers` are the ExaBGP processes by node."""

    routers: dict[str, ChangeableRouter]
    gateways: dict[str, GatewayRouter]
    speakers: dict[str, ExaBgp]
    bfd: BfdSpeakers | None = None
    site: RoutingSite | None = None

    def settled(self, plan: Plan) -> bool:
        """Whether every table holds, from every peer, what the plan's policies will bring to it: the spares too."""
        expected = converge(plan)
        tables = [(self.routers[name].loc_rib, loc_rib) for name, loc_rib in expected.items() if name in self.routers]
        tables += [
            (chooser.loc_ribs[table], gateway_rib(plan, chooser.gateway, expected, table))
            for chooser in self.gateways.values()
            for table in tables_of(chooser.gateway)
            if chooser.gateway.propagates_to(table)
        ]
        return all(_routes(mine) == _routes(theirs) for mine, theirs in tables)

    async def follow_gateway(self, plan: Plan, gateway: Gateway, node: LabNode, journal: Journal) -> str:
        """Have a gateway be what `plan` says. Gives what was read back; raises LabError."""
        self._attach(gateway)
        router = self.gateways[gateway.node]
        return await router.follow(plan, gateway, lambda table: _fib(gateway, table, node, journal))

    async def add_gateway(self, plan: Plan, gateway: Gateway) -> str:
        """Have a new gateway hear the speakers that are there; others tell it once they are. As `follow_gateway`."""
        assert self.site is not None
        node, journal = self.site.nodes[gateway.node], self.site.journal
        fibs = {table: _fib(gateway, table, node, journal) for table in tables_of(gateway)}
        self.gateways[gateway.node] = chooser = GatewayRouter(plan, gateway, fibs, journal)
        self._attach(gateway)
        return await chooser.begin()

    async def remove_gateway(self, plan: Plan, gateway: Gateway) -> str:
        """Have a gateway forget all; its kernel has no route of its any more. As `follow_gateway`."""
        assert self.site is not None
        node, journal = self.site.nodes[gateway.node], self.site.journal
        said = await self.follow_gateway(plan, replace(gateway, attachments=()), node, journal)
        del self.gateways[gateway.node]
        return said

    def _attach(self, gateway: Gateway) -> None:
        """Have it hear those of its speakers that are there and that it did not hear before."""
        chooser = self.gateways[gateway.node]
        for attachment in gateway.attachments:
            router = self.routers.get(attachment.speaker)
            if router is not None and not chooser.hears(router.loc_rib):
                router.on_best.append(chooser.listener_for(attachment, router.loc_rib))

    async def add_speaker(self, plan: Plan, speaker: Speaker) -> None:
        """Start a speaker, which has no session yet; gateways of `plan` that are attached to it hear it."""
        assert self.site is not None
        site, node = self.site, self.site.nodes[speaker.node]
        fixed = StaticRoutes(plan, speaker.node, node.netlink)
        fib = _telling(Fib(node.netlink, speaker.table), node)
        router = ChangeableRouter(plan, speaker, [], fib, site.journal, site.tasks, fixed)
        self.routers[speaker.name] = router
        site.tasks.start(router.run())
        for gateway in plan.gateways:
            for attachment in gateway.attachments:
                if attachment.speaker == speaker.name and gateway.node in self.gateways:
                    router.on_best.append(self.gateways[gateway.node].listener_for(attachment, router.loc_rib))
        exabgp = self.speakers.get(speaker.node)
        if exabgp is None:
            self.speakers[speaker.node] = await _start_node(
                plan, speaker.node, self.routers, site, without_sessions=True
            )
        else:
            router.attach(exabgp)

    async def remove_speaker(self, name: str) -> None:
        """Forget a speaker that has no session any more."""
        await self.routers.pop(name).idle()

    def adopt(self, plan: Plan) -> None:
        """The plan has become this one."""
        for router in self.routers.values():
            router.adopt(plan)

    async def absorb(self, plan: Plan) -> None:
        """The plan says what operators have done on the routers since; returns when each goes by it."""
        for router in self.routers.values():
            await router.absorb(plan)

    async def idle(self) -> None:
        """Return when no router has anything left to do: what its table says is in the kernel."""
        for router in self.routers.values():
            await router.idle()

    def at(self, node: str) -> list[ChangeableRouter]:
        """The routers of a node."""
        return [router for router in self.routers.values() if router.node == node]


def _routes(loc_rib: LocRib) -> set[tuple[IPNetwork, str]]:
    return {(prefix, route.session) for prefix in loc_rib.best for route in loc_rib.candidates(prefix)}


async def start_routing(
    plan: Plan, nodes: Mapping[str, LabNode], journal: Journal, folder: str, stack: AsyncExitStack, tasks: Tasks
) -> Routing:
    """Start every speaker, the passive ones first, so that nobody connects to a closed port. Raises LabError."""
    routers = {}
    for speaker in plan.speakers:
        peers = [Peer.at(session, speaker.name) for session in plan.sessions_of(speaker.name)]
        fib = _telling(Fib(nodes[speaker.node].netlink, speaker.table), nodes[speaker.node])
        fixed = StaticRoutes(plan, speaker.node, nodes[speaker.node].netlink)
        routers[speaker.name] = ChangeableRouter(plan, speaker, peers, fib, journal, tasks, fixed)
    gateways = {}
    for gateway in plan.gateways:
        fibs = {table: _fib(gateway, table, nodes[gateway.node], journal) for table in tables_of(gateway)}
        gateways[gateway.node] = chooser = GatewayRouter(plan, gateway, fibs, journal)
        for attachment in gateway.attachments:
            router = routers[attachment.speaker]
            router.on_best.append(chooser.listener_for(attachment, router.loc_rib))
    exabgps = {}
    bfd = BfdSpeakers(nodes, routers, journal.clock, stack, tasks)
    by_side = sorted(plan.speakers, key=lambda speaker: speaker.side is not Side.AWS)
    for router in routers.values():
        tasks.start(router.run())
    site = RoutingSite(nodes, journal, folder, stack, tasks)
    for node in journal.each("routers", list(dict.fromkeys(speaker.node for speaker in by_side))):
        exabgps[node] = await _start_node(plan, node, routers, site)
        await bfd.follow(plan, node)
    return Routing(routers, gateways, exabgps, bfd, site)


def _fib(gateway: Gateway, table: int, node: LabNode, journal: Journal) -> Fib:
    """A table of a gateway; that of a VPC has a quota of propagated routes."""
    if table == gateway.vpc_table:
        return _telling(SeparateVpcRouteTable(node.netlink, table, gateway.node, journal), node)
    if gateway.is_vpc_route_table(table):
        return _telling(VpcRouteTable(node.netlink, table, gateway.node, journal), node)
    return _telling(Fib(node.netlink, table), node)


def _telling(fib: Fib, node: LabNode) -> Fib:
    """The same; the node hears of routes that its kernel has forgotten."""
    fib.on_forgotten = node.forget
    return fib


async def _start_node(
    plan: Plan, node: str, routers: Mapping[str, ChangeableRouter], site: RoutingSite, *, without_sessions: bool = False
) -> ExaBgp:
    """One ExaBGP for all tables of a node."""
    here = [speaker for speaker in plan.speakers_at(node) if speaker.name in routers]
    of_session = {session.name: (routers[s.name], session) for s in here for session in plan.sessions_of(s.name)}

    def heard(event: SpeakerEvent) -> None:
        at = (router for router in routers.values() if router.node == node and router.has(event.session))
        router = next(at, None)
        if router is not None:  # else the session has been removed
            router.heard(event)

    peers = [Peer.at(session, router.name) for router, session in of_session.values() if not session.static]
    if without_sessions:
        peers = []
    log = f"{site.folder}/{node}.exabgp.log"
    async with site.journal.clock.moment():
        exabgp = ExaBgp(node, here[0].router_id, peers, site.nodes[node].namespace, heard, site.tasks.fail, log)
        site.stack.callback(exabgp.stop)
    for speaker in here:
        routers[speaker.name].attach(exabgp)
    return exabgp
