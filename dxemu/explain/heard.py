"""What the timeline of a run has said by a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_network

from dxemu.events.base import Event
from dxemu.events.links import CarrierDelayOver, LacpChanged, PortCarrierChanged, VrrpChanged
from dxemu.events.routes import PrefixesApproved, PrefixesHeldBack, PrefixesLetOut, PrefixesOriginated
from dxemu.events.sessions import BgpChanged, RoutesStale, RoutesStaleOver, SessionRetuned
from dxemu.events.steps import ActionDone, ChangeDone, FaultHealed, FaultInjected
from dxemu.topology import effective
from dxemu.units import IPNetwork

CONFIRMS = "confirm_virtual_interface"


@dataclass
class Heard:
    """What the timeline has said by now, each by what it is about."""

    ends: dict[tuple[str, str], BgpChanged] = field(default_factory=dict)
    originates: dict[str, tuple[IPNetwork, ...]] = field(default_factory=dict)
    let_out: dict[str, tuple[IPNetwork, ...]] = field(default_factory=dict)
    held_back: dict[str, tuple[IPNetwork, ...]] = field(default_factory=dict)
    retuned: dict[tuple[str, str], SessionRetuned] = field(default_factory=dict)
    confirmed: set[str] = field(default_factory=set)
    carriers: dict[tuple[str, str], bool] = field(default_factory=dict)
    vrrp: dict[tuple[int, str], str] = field(default_factory=dict)
    members: dict[tuple[str, str], bool] = field(default_factory=dict)
    faults: dict[str, FaultInjected] = field(default_factory=dict)
    stale: set[tuple[str, str]] = field(default_factory=set)
    approved: dict[str, tuple[IPNetwork, ...]] = field(default_factory=dict)
    accepted: dict[str, tuple[IPNetwork, ...]] = field(default_factory=dict)
    design: str = effective.FILE
    beside: tuple[dict[str, tuple[IPNetwork, ...]], dict[str, tuple[IPNetwork, ...]]] = field(
        default_factory=lambda: ({}, {})
    )
    """What was let out and held back when the latest step had been done."""

    def hear(self, event: Event) -> None:
        """Take one event in. Those that change nothing a router believes do not matter."""
        self._hear(event)
        if isinstance(event, FaultInjected | FaultHealed | ActionDone | ChangeDone):
            self.beside = dict(self.let_out), dict(self.held_back)

    def _hear(self, event: Event) -> None:
        match event:
            case BgpChanged():
                self.ends[event.session, event.node] = event
                if event.state == "up":
                    self.accepted[event.session] = self.approved.get(event.session, ())
            case RoutesStale() if event.prefixes:
                self.stale.add((event.session, event.node))
            case RoutesStaleOver():
                self.stale.discard((event.session, event.node))
            case PrefixesApproved():
                more = _networks(event.prefixes)
                self.approved[event.session] = (*self.approved.get(event.session, ()), *more)
            case ChangeDone():
                self.design = event.topology
            case PrefixesOriginated():
                self.originates[event.speaker] = _networks(event.prefixes)
            case PrefixesLetOut():
                self.let_out[event.speaker] = _networks(event.prefixes)
                left = [p for p in self.held_back.get(event.speaker, ()) if p not in self.let_out[event.speaker]]
                self.held_back[event.speaker] = tuple(left)
            case SessionRetuned():
                self.retuned[event.session, event.node] = event
            case PrefixesHeldBack():
                self.held_back[event.speaker] = _networks(event.prefixes)
            case ActionDone():
                self._acted(event)
            case PortCarrierChanged(waits_s=None) | CarrierDelayOver():
                self.carriers[event.node, event.interface] = event.up
            case VrrpChanged():
                self.vrrp[event.virtual_router_id, event.node] = event.state
            case LacpChanged():
                self.members[event.node, event.cable] = event.up
            case FaultInjected():
                self.faults[event.fault] = event
            case FaultHealed():
                self.faults.pop(event.fault, None)

    def _acted(self, event: ActionDone) -> None:
        """What somebody did. Where it lasts the design says so; runs that were made before have it in events only."""
        if event.topology is not None:
            self.design = event.topology
            self.let_out, self.held_back = dict(self.beside[0]), dict(self.beside[1])
        elif event.kind == CONFIRMS:
            self.confirmed.add(event.target)

    def is_up(self, session: str, node: str) -> bool:
        """Whether that end said last that it is."""
        last = self.ends.get((session, node))
        return last is not None and last.state == "up"


def _networks(prefixes: tuple[str, ...]) -> tuple[IPNetwork, ...]:
    return tuple(map(ip_network, prefixes))
