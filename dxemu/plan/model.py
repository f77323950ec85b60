"""The plan: everything that will exist, decided before anything is started.

Import-light on purpose: the lab process inside the embedded kernel unpickles a `Plan`, and every
module it imports costs page faults there. `networkx` and pydantic stay out of here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property

from dxemu.aws.attachments import AttachmentKind
from dxemu.plan.gateway import Attachment, Gateway, GatewayKind
from dxemu.plan.parts import (
    MAIN_TABLE,
    Address,
    BfdSession,
    Bond,
    Bridge,
    IpsecTunnel,
    LimitKind,
    LookupRule,
    RateLimit,
    Service,
    SilentDrop,
    SourceFilter,
    SourceNat,
    StaticRoute,
    TunnelEnd,
    VlanInterface,
    Vrf,
    VrrpGroup,
)
from dxemu.plan.session import BgpSession, SessionEnd, Speaker
from dxemu.plan.versions import Versions
from dxemu.plan.wiring import Cable, CableRole, Node, Port, Role, Side
from dxemu.units import IPAddress

__all__ = [
    "MAIN_TABLE",
    "Address",
    "Attachment",
    "AttachmentKind",
    "BfdSession",
    "BgpSession",
    "Bond",
    "Bridge",
    "Cable",
    "CableRole",
    "Gateway",
    "GatewayKind",
    "IpsecTunnel",
    "LimitKind",
    "LookupRule",
    "Node",
    "Plan",
    "Port",
    "RateLimit",
    "Role",
    "Service",
    "SessionEnd",
    "Side",
    "SilentDrop",
    "SourceFilter",
    "SourceNat",
    "Speaker",
    "StaticRoute",
    "TunnelEnd",
    "VlanInterface",
    "Vrf",
    "VrrpGroup",
]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All of it. Names are unique over nodes, and over cables; order is the order of creation.

    `versions` are those of the daemons that will run: what is predicted follows their rules.
    What is looked up by name is indexed when it is first asked for; a copy, and what is pickled, begins without.
    """

    topology: str
    story: str
    nodes: tuple[Node, ...]
    cables: tuple[Cable, ...]
    bridges: tuple[Bridge, ...]
    vlans: tuple[VlanInterface, ...]
    addresses: tuple[Address, ...]
    static_routes: tuple[StaticRoute, ...]
    sessions: tuple[BgpSession, ...]
    speakers: tuple[Speaker, ...]
    gateways: tuple[Gateway, ...]
    bonds: tuple[Bond, ...] = ()
    vrfs: tuple[Vrf, ...] = ()
    rules: tuple[LookupRule, ...] = ()
    limits: tuple[RateLimit, ...] = ()
    vrrp: tuple[VrrpGroup, ...] = ()
    tunnels: tuple[IpsecTunnel, ...] = ()
    services: tuple[Service, ...] = ()
    nats: tuple[SourceNat, ...] = ()
    silent_drops: tuple[SilentDrop, ...] = ()
    source_filters: tuple[SourceFilter, ...] = ()
    versions: Versions = field(default_factory=Versions)

    def __getstate__(self) -> dict[str, object]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def _cables(self) -> dict[str, Cable]:
        return {cable.name: cable for cable in self.cables}

    @cached_property
    def _speakers(self) -> dict[str, Speaker]:
        return {speaker.name: speaker for speaker in self.speakers}

    @cached_property
    def _cables_at(self) -> dict[tuple[str, str], Cable]:
        return {(port.node, port.name): cable for cable in self.cables for port in (cable.a, cable.b)}

    @cached_property
    def _bonds(self) -> dict[tuple[str, str], Bond]:
        return {(bond.node, bond.name): bond for bond in self.bonds}

    @cached_property
    def _addresses(self) -> dict[str, list[Address]]:
        found: dict[str, list[Address]] = {}
        for held in self.addresses:
            found.setdefault(held.node, []).append(held)
        return found

    @cached_property
    def _own_static_routes(self) -> dict[str, tuple[StaticRoute, ...]]:
        return {
            node.name: tuple(r for r in self.static_routes if r.node == node.name and r.table == MAIN_TABLE)
            for node in self.nodes
            if node.role is Role.ROUTER and node.side is Side.CUSTOMER
        }

    def node(self, name: str) -> Node:
        """Raises KeyError for an unknown name."""
        return self._nodes[name]

    def cable(self, name: str) -> Cable:
        """Raises KeyError for an unknown name."""
        return self._cables[name]

    def speaker(self, name: str) -> Speaker:
        """Raises KeyError for an unknown name."""
        return self._speakers[name]

    def speaker_named(self, name: str) -> Speaker | None:
        """The speaker of that name; None for a node that is none of ours."""
        return self._speakers.get(name)

    def cable_at(self, node: str, port: str) -> Cable:
        """The cable in a port. Raises KeyError if there is none."""
        return self._cables_at[node, port]

    def bond_at(self, node: str, interface: str) -> Bond | None:
        """The bond that an interface is; None if it is none."""
        return self._bonds.get((node, interface))

    def addresses_of(self, node: str) -> Sequence[Address]:
        """All that a node holds, in the plan's order."""
        return self._addresses.get(node, ())

    def own_static_routes(self, node: str) -> tuple[StaticRoute, ...]:
        """The static routes of a router of the customer's; of any other node none.

        They have a lower administrative distance than BGP, so they win over its routes to the same prefix. They are
        there while their interface has light. Source: RFC 1812 section 5.2.4; 1 against 20 and 200 with every vendor.
        """
        return self._own_static_routes.get(node, ())

    def cables_of_connection(self, connection: str) -> tuple[Cable, ...]:
        """The cables of a connection, from the customer's router to the AWS device."""
        return tuple(c for c in self.cables if c.connection == connection)

    def address_of(self, node: str, version: int = 4) -> IPAddress:
        """The first address of a node in that IP version: for a host or instance, the one that it has."""
        return next(held.address.ip for held in self.addresses_of(node) if held.address.version == version)
