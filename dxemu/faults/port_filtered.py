"""A filter on the way drops one protocol's packets: an access list, a firewall's new rule, a carrier's policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from dxemu.faults.base import PacketsVanish
from dxemu.faults.effects import Effect, Protocol, Unheard, cable_of
from dxemu.parameters import Need, Takes, parameter, target_field, target_of
from dxemu.plan.model import BgpSession, Cable, Plan
from dxemu.plan.packets import BFD, BGP, ESP, IKE, UDP, Arrival, Packets, over

FILTERS: Mapping[str, Packets] = MappingProxyType(
    {
        "tcp_179": BGP,
        "udp_500": IKE,
        "udp_4500": Packets(protocol=UDP, port=4500),
        "udp_3784": BFD,
        "esp": ESP,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortFiltered(PacketsVanish):
    """Packets of that protocol, to or from that port, vanish on one cable in both directions; all others pass.

    UDP 4500 is IKE's and ESP's where there is NAT between the ends (RFC 3948), which no design here has.
    Of a LAG a filter strikes only what its member carries, which the hash of addresses and ports decides: that is not
    predicted.
    """

    words: ClassVar[str] = "a filter on the way drops one protocol"
    imitates: ClassVar[str] = "an access list that somebody changed, a carrier's policy"
    leaves_out: ClassVar[str] = "a firewall that drops by the state of connections"

    connection: str | None = target_field(words="its cross connect")
    circuit: str | None = target_field()
    internet: str | None = target_field(words="the line of this router")
    drops: str = parameter(Takes.WORD, need=Need.ALWAYS, choices=tuple(FILTERS), example="tcp_179")

    def cable(self, plan: Plan) -> Cable:
        """The cable that is meant."""
        return cable_of(plan, *target_of(self))

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """What of the design speaks by such packets, and over this cable only."""
        return tuple(dict.fromkeys(self._unheard(plan)))

    def _unheard(self, plan: Plan) -> Iterator[Effect]:
        packets, cable = FILTERS[self.drops], self.cable(plan)
        for session in plan.sessions:
            if cable.name not in session.cables or _on_a_lag(plan, session):
                continue
            if session.tunnel is not None and packets in (IKE, ESP):
                yield Unheard(Protocol.IKE if packets == IKE else Protocol.ESP, session.tunnel)
            elif session.tunnel is None and packets == BGP and not session.static:
                yield Unheard(Protocol.BGP, session.name)
            elif session.tunnel is None and packets == BFD and session.has_bfd:
                yield Unheard(Protocol.BFD, session.name)

    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """At both ends of the cable."""
        return tuple(over((self.cable(plan),), FILTERS[self.drops]))


def _on_a_lag(plan: Plan, session: BgpSession) -> bool:
    return any(plan.bond_at(end.node, end.port) is not None for end in session.ends)
