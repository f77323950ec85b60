"""The running lab: what faults, probes and the runner hold on to."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

from dxemu.control.converge import Settled
from dxemu.errors import LabError
from dxemu.events.base import Event
from dxemu.events.links import VrrpChanged
from dxemu.lab.build import FORWARDING, between, build_cables, build_interfaces, build_nodes
from dxemu.lab.cable import LabCable
from dxemu.lab.control_plane import ControlPlane
from dxemu.lab.extras import build_extras, start_services
from dxemu.lab.filters import PacketFilters
from dxemu.lab.hosted import accept
from dxemu.lab.journal import Journal
from dxemu.lab.kernel_news import of_tables
from dxemu.lab.lags import lags_ready
from dxemu.lab.life import CONVERGED_WITHIN_S, LifeSigns, carriers
from dxemu.lab.node import LabNode
from dxemu.lab.operator import Operator
from dxemu.lab.overlay import Overlay, start_vrrp
from dxemu.lab.path_teller import PathTeller
from dxemu.lab.paths import Watched
from dxemu.lab.ports import Ports
from dxemu.lab.power import Power, set_forwarding
from dxemu.lab.readiness import interfaces_usable
from dxemu.lab.routing import Routing, start_routing
from dxemu.lab.silence import Silences
from dxemu.lab.tasks import Tasks
from dxemu.netlink import route
from dxemu.netlink.monitor import Change, Monitor, RouteChanged
from dxemu.plan.model import Plan
from dxemu.units import IPNetwork

if TYPE_CHECKING:
    from dxemu.lab.beside import WorkBeside
    from dxemu.lab.symptoms import Symptoms

LOOK_S = 0.1


class Lab:
    """Nodes, cables and routers of one plan."""

    def __init__(
        self, plan: Plan, journal: Journal, nodes: Mapping[str, LabNode], cables: Mapping[str, LabCable]
    ) -> None:
        self.plan = plan
        self.journal = journal
        self._nodes = dict(nodes)
        self._cables = dict(cables)
        self._stack = AsyncExitStack()
        self._seed = 1
        self.signs = LifeSigns()
        self._interrupted: dict[str, float] = {}
        self._routing = Routing({}, {}, {})
        self.ways = PathTeller(plan, self._nodes, journal)
        self.spreads = self.ways.spreads
        self.filters = PacketFilters(self._nodes)
        self._silences = Silences(self._nodes)
        self._power = Power(self._nodes)
        self._carriers = carriers(plan)
        self._tasks = Tasks()
        self._ports = Ports(self._nodes, journal, lambda work: self._tasks.start(work), self._shut_port)
        self._overlay = Overlay(plan, journal, self._tunnel_changed)
        self._symptoms: Symptoms | None = None
        if any(session.mismatch is not None for session in plan.sessions):
            from dxemu.lab.symptoms import Symptoms  # few labs need it, and each import costs time in the guest

            self._symptoms = Symptoms(plan, nodes, journal, self._overlay.refusal)

    @classmethod
    @asynccontextmanager
    async def built(
        cls, plan: Plan, journal: Journal, folder: str, seed: int = 1, halved: Sequence[str] = ()
    ) -> AsyncIterator[Lab]:
        """Build the lab and start its routers; take it down at the end. Raises LabError.

        Which of equal ways a flow takes is drawn from `seed`. Of `halved` cables one end alone can lose light.
        """
        async with AsyncExitStack() as stack:
            nodes = await build_nodes(plan, stack, journal.each, seed)
            cables = await build_cables(plan, nodes, journal.each, seed, await between(halved, stack))
            await build_interfaces(plan, nodes, journal.clock, journal.each)
            lab = cls(plan, journal, nodes, cables)
            nodes = lab._nodes  # nodes that come later are in it
            lab.filters, lab._seed = PacketFilters(lab._nodes, seed), seed
            journal.listen(lab._note)
            tasks = await stack.enter_async_context(Tasks())
            await build_extras(plan, nodes)
            await lags_ready(plan, nodes, journal.clock)
            await interfaces_usable(plan, nodes)  # no daemon starts before
            await journal.clock.daemons_begin()
            await start_services(plan, nodes, journal.clock, stack)
            await start_vrrp(plan, nodes, journal, stack, tasks)
            await lab._overlay.start(nodes, folder, stack, tasks)
            lab._routing = await start_routing(plan, nodes, journal, folder, stack, tasks)
            lab._stack = stack
            for node in plan.nodes:
                if node.role in FORWARDING:
                    await lab._watch_node(node.name)
            lab._tasks = tasks
            tasks.start(lab.ways.run())
            yield lab

    async def _watch_node(self, node: str) -> None:
        """Hear from now on what happens in a node's kernel."""
        heard = Monitor(self._nodes[node].namespace, partial(self._changed, node), partial(self._routes_changed, node))
        self._nodes[node].forgotten.append((await self._stack.enter_async_context(heard)).forgotten)

    @property
    def paths(self) -> Mapping[tuple[str, str], tuple[list[str], bool]]:
        """Hops, and whether they lead to the end, by probe and direction, as they were told last."""
        return self.ways.told

    def node(self, name: str) -> LabNode:
        """Raises KeyError for a name that the plan does not have."""
        return self._nodes[name]

    def cable(self, name: str) -> LabCable:
        """Raises KeyError for a name that the plan does not have."""
        return self._cables[name]

    async def converged(self, probes: Sequence[Watched]) -> None:
        """Return when every session in service is up at both ends, BFD where it runs, and every route where it belongs.

        One that is beyond its quota by the design itself has been up then, and is Idle.

        From now on the paths of `probes` are told whenever a route changes. Raises LabError if it takes too long.
        """
        self.ways.watched = probes
        idle = Settled(self.plan).beyond_quota
        wanted = [session for session in self.plan.sessions if session.in_service and session.name not in idle]
        await self.signs.alive(self.journal, [session for session in wanted if session.tunnel is None])
        await self._overlay.connect()
        await self.signs.alive(self.journal, wanted)
        await self.signs.quotas_reached(self.journal, idle.keys())
        await self.signs.mastered(self.journal, self.plan)
        await self._settled()
        if self._symptoms is not None:
            await self._symptoms.tell()
        await self._routing.idle()
        gc.collect()
        gc.freeze()  # what is there now stays: the collector need not touch those pages in the processes forked later

    async def _settled(self) -> None:
        """Return when every route is where it belongs. A spare one that comes last tells no event: look again."""
        waited = 0.0
        self.journal.building("routes", 0, 1)
        while not self._routing.settled(self.plan):
            if waited >= CONVERGED_WITHIN_S:
                raise LabError(f"every route in its table did not happen within {CONVERGED_WITHIN_S:g} s")
            await self.journal.clock.settle(LOOK_S)
            waited += LOOK_S

    async def rekey(self, tunnel: str) -> None:
        """New keys for the ESP of a tunnel. Raises LabError if it is not up."""
        await self._overlay.rekey(tunnel)

    def is_up(self, sign: str, name: str, node: str) -> bool:
        """Whether a session (`bgp`), its BFD (`bfd`) or a tunnel is up there, or a cable in its LAG (`lacp`)."""
        return self.signs.is_up(sign, name, node)

    def _tunnel_changed(self, node: str, tunnel: str, up: bool, reason: str) -> None:
        for router in self._routing.at(node):
            router.tunnel_changed(tunnel, up=up, reason=reason)

    async def follow(self, plan: Plan, *, acted: bool = False) -> str:
        """Become what `plan` says; if `acted`, somebody has done so on the routers. Gives what was read back.

        Raises ChangeNotMade if it failed and all is as before; LabError if nobody knows what the lab is now.
        """
        from dxemu.lab.apply import Follower  # only a lab that is changed needs what it imports

        before, after = carriers(self.plan), carriers(plan)
        self._carriers = {port: name for port, name in before.items() if port in after}  # what goes loses no light
        site = (self._nodes, self._cables, self.journal, self._stack, self._watch_node, self._overlay, self._seed)
        follower = Follower(self.plan, plan, self._routing, self.journal.clock, *site)
        try:
            done = await (follower.absorb() if acted else follower.follow())
        except LabError:
            self._carriers = before
            raise
        self._carriers = after
        self.plan = plan
        self._routing.adopt(plan)
        self._overlay.adopt(plan)
        self.ways.adopt(plan)
        return done

    def _note(self, event: Event) -> None:
        if self._symptoms is not None:
            self._symptoms.note(event)
        self.signs.note(event, self.journal.told_at)
        if isinstance(event, VrrpChanged):
            self.ways.route_changed()

    async def silence(self, virtual_interface: str, *, silent: bool) -> Mapping[str, float]:
        """Drop all of its packets at both ends, or no longer (`Silences.set`). Gives the loss in percent, by node."""
        return await self._silences.set(self.plan, virtual_interface, silent=silent)

    async def interrupt(self, virtual_interfaces: Sequence[str], seconds: float) -> str:
        """AWS's devices carry nothing on these for so long. Gives, in words, until when; raises LabError."""
        from dxemu.lab.interruption import interrupt  # only a lab that is changed needs it

        return await interrupt(self, virtual_interfaces, seconds, self._interrupted, self._tasks)

    async def set_power(self, node: str, *, on: bool) -> Mapping[str, bool]:
        """Take a node's power, or give it back. Gives the carrier at the other ends of its cables, by node."""
        had = self._power.has(node)
        read = await self._power.set(self.plan, node, on=on)
        if self._power.has(node) is not had:
            await (self._overlay.power_back(node) if on else self._overlay.power_lost(node))
        return read

    def set_forwarding(self, node: str, *, on: bool) -> Mapping[str, bool]:
        """Have a node's kernel forward, or not. Gives what it says, by IP version."""
        return set_forwarding(self._nodes[node], on=on)

    async def stop_bgp(self, node: str) -> Mapping[str, int]:
        """End the routing process of a node; its kernel goes on. Gives the number of BGP's routes left, by speaker."""
        self._routing.speakers[node].stop()
        for router in self._routing.at(node):
            await router.stop_bgp()
        tables = {speaker.name: speaker.table for speaker in self.plan.speakers_at(node)}
        return {name: len(await route.read(self._nodes[node].netlink, table=table)) for name, table in tables.items()}

    def start_bgp(self, node: str) -> None:
        """Start the routing process of a node again."""
        self._routing.speakers[node].start()

    def bgp_runs(self, node: str) -> bool:
        """Whether the kernel has the routing process of a node."""
        return self._routing.speakers[node].running

    async def originate(self, speaker: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a speaker announce exactly `prefixes` of its own. Gives what its table then says."""
        await self._routing.routers[speaker].originate(prefixes)
        return self.originated(speaker)

    def originated(self, speaker: str) -> tuple[IPNetwork, ...]:
        """What a speaker's table says that it announces of its own."""
        return tuple(route.prefix for route in self._routing.routers[speaker].loc_rib.routes() if route.originated)

    @cached_property
    def beside(self) -> WorkBeside:
        """What goes on while faults stand."""
        from dxemu.lab.beside import WorkBeside  # few labs need it

        return WorkBeside(self.journal.clock)

    @property
    def operator(self) -> Operator:
        """Who configures the customer's routers."""
        return Operator(self.plan, self.journal, self._routing, self.signs.up)

    @property
    def control(self) -> ControlPlane:
        """Its routing processes."""
        return ControlPlane(self.plan, self._routing, self._overlay, self.signs.up, self.journal.clock)

    def refused_on(self, virtual_interface: str) -> Mapping[IPNetwork, str]:
        """What AWS refuses on a virtual interface at this moment, and why."""
        names = {session.name for session in self.plan.sessions_on(virtual_interface)}
        routers = self._routing.routers.values()
        return {
            p: why for router in routers for (session, p), why in router.policies.refused.items() if session in names
        }

    def approve(self, virtual_interface: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """AWS approves prefixes of a public virtual interface. Gives all that it accepts there when it is announced."""
        session = self.plan.sessions_on(virtual_interface)[0]
        return self._routing.routers[session.ends[1].speaker].approve(session.name, prefixes)

    async def confirm(self, virtual_interface: str) -> bool:
        """The owner of a hosted virtual interface accepts it. Gives what the kernel then says of AWS's end."""
        return await accept(self.plan, self._nodes, self.plan.sessions_on(virtual_interface)[0], accepted=True)

    def _routes_changed(self, node: str, changes: Sequence[RouteChanged]) -> None:
        """The kernel of a node says that its table changed."""
        self.journal.tell_each(of_tables(node, changes))
        self.ways.route_changed()

    async def _shut_port(self, cable: str, node: str, shut: bool) -> None:
        """A router takes its port for down, or no longer."""
        if cable in self._cables:  # a change may have taken it away
            await self._cables[cable].shut_port(node, shut=shut)

    def _changed(self, node: str, change: Change) -> None:
        """The kernel of a node says that something else changed."""
        assert not isinstance(change, RouteChanged)
        cable = self._carriers.get((node, change.interface))
        if cable is not None:
            self._ports.heard(self.plan, self._routing, node, cable, change)
