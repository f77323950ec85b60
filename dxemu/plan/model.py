"""The plan: everything that will exist, decided before anything is started.

Import-light on purpose: the lab process inside the embedded kernel unpickles a `Plan`, and every
module it imports costs page faults there. `networkx` and pydantic stay out of here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from dxemu.aws.attachments import AttachmentKind
from dxemu.plan.gateway import Attachment, Gateway, GatewayKind
from dxemu.plan.index import PlanIndex
from dxemu.plan.parts import (
    MAIN_TABLE,
    Address,
    BfdSession,
    Bond,
    Bridge,
    DeadPeerDetection,
    IpsecTunnel,
    LimitKind,
    LookupRule,
    MssClamp,
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
from dxemu.plan.wiring import AT_ONCE, Cable, CableRole, CarrierDelay, Node, Port, Role, Side

__all__ = [
    "AT_ONCE",
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
    "CarrierDelay",
    "DeadPeerDetection",
    "Gateway",
    "GatewayKind",
    "IpsecTunnel",
    "LimitKind",
    "LookupRule",
    "MssClamp",
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
class Plan(PlanIndex):
    """All of it. Names are unique over nodes, and over cables; order is the order of creation.

    `versions` are those of the daemons that will run: what is predicted follows their rules.
    What is found by a name, a node or a port is found by `dxemu.plan.index`.
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
    mss_clamps: tuple[MssClamp, ...] = ()
    silent_drops: tuple[SilentDrop, ...] = ()
    source_filters: tuple[SourceFilter, ...] = ()
    versions: Versions = field(default_factory=Versions)

    def __getstate__(self) -> dict[str, object]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}
