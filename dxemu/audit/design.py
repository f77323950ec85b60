"""A design as the audit's rules see it: what can fail and what that costs, and which ways stand in for each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from dxemu.audit.elements import Failure, Outcome, failures, outcomes, probe_pairs
from dxemu.audit.spread import Spread, one_by_one
from dxemu.aws import communities, vpn_tunnels
from dxemu.control.policy import precedence
from dxemu.plan.connections import members_of
from dxemu.plan.model import AttachmentKind, GatewayKind, Plan
from dxemu.predict.outcome import World
from dxemu.predict.predict import Pair
from dxemu.predict.windows import Window
from dxemu.topology.model import Connection, Topology, VifType, VirtualInterface, Vpn
from dxemu.topology.model_routing import CustomerPolicy
from dxemu.units import BitsPerSecond

PUBLIC = "AWS's public services"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPath:
    """A virtual interface or VPN that leads to a gateway. `connections` are the members of a LAG, or one; none: a VPN.

    `kind` is how its routes come to the gateway, `bandwidth` what it carries of many flows, `regions` the Region of
    the virtual interface's location.
    """

    name: str
    vif: VirtualInterface | None
    vpn: Vpn | None
    kind: AttachmentKind
    connections: tuple[Connection, ...]
    bandwidth: BitsPerSecond
    mtu: int
    policy: CustomerPolicy
    region: str | None

    @property
    def text(self) -> str:
        """For people."""
        return f"VPN {self.name}" if self.vpn is not None else f"virtual interface {self.name}"

    @property
    def path(self) -> tuple[str, str]:
        """Where in the file it stands."""
        return ("vpns" if self.vpn is not None else "virtual_interfaces", self.name)

    @property
    def community(self) -> int | None:
        """What its preference community asks AWS for; None without one, and if it is not sent."""
        sent = self.policy.communities if self.policy.send_communities else ()
        found = communities.preference_communities(sent)
        return max((communities.LOCAL_PREF[c] for c in found), default=None)


@dataclass(frozen=True)
class Design:
    """A topology with everything that rules ask of it."""

    topology: Topology
    plan: Plan
    spread: Spread = one_by_one

    @cached_property
    def world(self) -> World:
        """The tables for everything that may be believed."""
        return World(self.plan)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The hosts and instances between which outages count."""
        return probe_pairs(self.plan)

    @cached_property
    def failures(self) -> tuple[Failure, ...]:
        """Everything that can fail alone."""
        return failures(self.topology, self.plan)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What each of them costs."""
        return outcomes(self.plan, self.failures, self.world, self.pairs, self.spread)

    def outage(self, kind: str, name: str, fault: str | None = None) -> Window:
        """The longest outage that one element's failure costs, however it fails (or by `fault` only)."""
        found = [
            outcome.outage
            for outcome in self.outcomes
            for failure in outcome.failures
            if (failure.mode.kind, failure.name) == (kind, name) and fault in (None, failure.mode.fault)
        ]
        return max(found, key=lambda window: (window.high_s, window.low_s), default=Window())

    def is_fatal(self, outcome: Outcome) -> bool:
        """Whether only a repair ends it."""
        return math.isinf(outcome.outage.high_s)

    @cached_property
    def ways(self) -> Mapping[str, tuple[GatewayPath, ...]]:
        """By gateway (or `PUBLIC`) all ways that lead there from the data center and stand in for each other."""
        found: dict[str, list[GatewayPath]] = {}
        for vif in self.topology.virtual_interfaces:
            if vif.in_service:
                for gateway in self.gateways_of(vif):
                    found.setdefault(gateway, []).append(self._of_vif(vif))
        for vpn in self.topology.vpns:
            if not vpn.private and vpn.in_service:
                found.setdefault(vpn.gateway, []).append(self._of_vpn(vpn))
        return {gateway: tuple(ways) for gateway, ways in found.items()}

    @cached_property
    def redundant(self) -> tuple[tuple[str, tuple[GatewayPath, ...]], ...]:
        """Gateways with more than one way; those with the same ways count once."""
        seen: dict[tuple[str, ...], tuple[str, tuple[GatewayPath, ...]]] = {}
        for gateway, ways in self.ways.items():
            if len(ways) > 1:
                seen.setdefault(tuple(way.name for way in ways), (gateway, ways))
        return tuple(seen.values())

    def gateways_of(self, vif: VirtualInterface) -> Iterator[str]:
        """The gateways that a virtual interface leads to in the end."""
        if vif.gateway is None:
            yield PUBLIC
            return
        behind = {dxgw.name: dxgw.associations for dxgw in self.topology.aws.direct_connect_gateways}
        if vif.gateway not in behind:
            yield vif.gateway
        for association in behind.get(vif.gateway, ()):
            yield association.gateway

    def is_transit_gateway(self, gateway: str) -> bool:
        """Whether that is one."""
        return any(tgw.name == gateway for tgw in self.topology.aws.transit_gateways)

    def precedence(self, gateway: str, way: GatewayPath) -> int:
        """How the gateway ranks the way's kind for the same prefix: the lower is better."""
        kind = GatewayKind.PUBLIC if gateway == PUBLIC else GatewayKind.VIRTUAL_PRIVATE_GATEWAY
        if self.is_transit_gateway(gateway):
            kind = GatewayKind.TRANSIT_GATEWAY
        return precedence(kind, way.kind)

    def _of_vif(self, vif: VirtualInterface) -> GatewayPath:
        members = members_of(vif.connection, self.topology)
        regions = {location.code: location.region for location in self.topology.aws.locations}
        return GatewayPath(
            name=vif.name,
            vif=vif,
            vpn=None,
            kind=AttachmentKind.DIRECT_CONNECT,
            connections=members,
            bandwidth=BitsPerSecond(sum(member.bandwidth for member in members)),
            mtu=min(vif.mtu, vif.customer_end.mtu or vif.mtu),
            policy=vif.customer,
            region=regions.get(members[0].location),
        )

    def _of_vpn(self, vpn: Vpn) -> GatewayPath:
        lines = {line.router: line.bandwidth for line in self.topology.customer.internet}
        carried = BitsPerSecond(vpn.tunnel_bandwidth * self._tunnels_together(vpn))
        return GatewayPath(
            name=vpn.name,
            vif=None,
            vpn=vpn,
            kind=AttachmentKind.VPN_BGP if vpn.static_routes is None else AttachmentKind.VPN_STATIC,
            connections=(),
            bandwidth=min(carried, lines.get(vpn.router, carried)),
            mtu=vpn_tunnels.MTU,
            policy=vpn.customer,
            region=None,
        )

    def _tunnels_together(self, vpn: Vpn) -> int:
        """How many tunnels of a VPN share its flows: both, by BGP to a transit gateway with ECMP."""
        tgw = next((g for g in self.topology.aws.transit_gateways if g.name == vpn.gateway), None)
        if tgw is None or not tgw.vpn_ecmp_support or vpn.static_routes is not None:
            return 1
        return sum(tunnel.in_service for tunnel in vpn.tunnels)

    def is_public_type(self, way: GatewayPath) -> bool:
        """Whether it is a public virtual interface, where AWS knows no preference communities."""
        return way.vif is not None and way.vif.type is VifType.PUBLIC
