"""A design and what its routers believe: as designed, or as it was at one moment of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dxemu.control.forward import Believed, Forwarding, TableLayout
from dxemu.control.forwarding_path import ForwardingPath
from dxemu.plan.make import make_plan
from dxemu.plan.model import BgpSession, IpsecTunnel, Plan
from dxemu.topology.model import Topology
from dxemu.units import IPAddress


@dataclass
class State:
    """What routers believe, and what is really broken.

    `dead` are nodes without power, `orphaned` shared addresses that no router has (VRRP). `faults` are what faults
    strike, with words for each. `moment` and `down` are words for people: when it is, and which sessions are down.
    """

    topology: Topology
    plan: Plan
    believed: Believed = field(default_factory=Believed)
    dead: frozenset[str] = frozenset()
    orphaned: frozenset[IPAddress] = frozenset()
    faults: tuple[tuple[str, str], ...] = ()
    moment: str = ""
    down: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        layout = TableLayout(self.plan)
        self.wires = layout.wires
        self.tables = Forwarding(layout, self.believed)
        waiting = dict.fromkeys(s.virtual_interface for s in self.plan.sessions if not s.confirmed)
        words = [f"virtual interface {vif}: its owner has not accepted it" for vif in waiting]
        words += [f"session {s.name}: {s.switched_off}" for s in self.plan.sessions if s.switched_off]
        words += [f"session {s.name}: {s.mismatch.text}" for s in self.plan.sessions if s.mismatch is not None]
        self.beyond_quota = layout.settled.beyond_quota
        words += [f"session {name}: Idle, {why}" for name, why in self.beyond_quota.items()]
        self.down = tuple(dict.fromkeys((*self.down, *words)))

    def without(self, sessions: Iterable[str]) -> State:
        """The same once everybody knows that `sessions` are lost, and the tunnels over them. Raises UnknownName."""
        gone = frozenset((name, end.speaker) for name in sessions for end in self.plan.session(name).ends)
        state = replace(self, believed=replace(self.believed, down_ends=self.believed.down_ends | gone))
        starved = [s.name for s in self.plan.sessions if s.tunnel is not None and state.is_up(s) and state._starved(s)]
        return state.without(starved) if starved else state

    def of(self, topology: Topology) -> State:
        """The same moment of another design with the same sessions."""
        return replace(self, topology=topology, plan=make_plan(topology, self.plan.versions))

    def way(self, source: str, address: IPAddress) -> ForwardingPath:
        """The way of a packet. It ends at a node without power, and before a shared address that nobody has."""
        way = self.tables.way(source, address)
        for number, node in enumerate(way.nodes):
            if node in self.dead or self.awaits(node, way.incoming[number], address) is not None:
                return ForwardingPath(
                    way.nodes[: number + 1], way.crossings[:number], way.sessions, False, way.incoming
                )
        return way

    def awaits(self, node: str, incoming: str | None, address: IPAddress) -> IPAddress | None:
        """The shared address that `node` sends a packet to although no router has it."""
        via = next((m.via for m in self.tables.matches(node, incoming, address)), None) if self.orphaned else None
        return via if via in self.orphaned else None

    def is_up(self, session: BgpSession) -> bool:
        """Whether both ends believe in it."""
        if not session.in_service or session.name in self.beyond_quota:
            return False
        return all((session.name, end.speaker) not in self.believed.down_ends for end in session.ends)

    def tunnel_between(self, here: str, there: str) -> IpsecTunnel | None:
        """The tunnel with its ends at these two nodes."""
        return next((t for t in self.plan.tunnels_at(here) if {here, there} == {end.node for end in t.ends}), None)

    def _starved(self, session: BgpSession) -> bool:
        """Whether the outer packets of the session's tunnel no longer arrive."""
        assert session.tunnel is not None
        tunnel = self.plan.tunnel(session.tunnel)
        near, far = tunnel.ends
        return not (self.way(near.node, far.outside).arrives and self.way(far.node, near.outside).arrives)
