"""A gateway on AWS's side, and what it is attached to. Import-light, as `dxemu.plan.model` is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dxemu.aws.attachments import AttachmentKind
from dxemu.aws.mtu import DEFAULT as DEFAULT_MTU
from dxemu.plan.parts import MAIN_TABLE
from dxemu.units import Asn, IPAddress, IPNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A gateway's way to one speaker of AWS's edge (a Direct Connect device or VPN endpoint), over AWS's own network.

    How AWS's devices tell its gateways of routes is not published. Here the gateway hears at once. The addresses are
    this link's two ends, the edge's first. `tables` are the gateway's kernel tables that the routes from there go into.
    `through` is the Direct Connect gateway on the way, if any. `home_region` is False where the location is associated
    with another Region than the gateway's, unless SiteLink is on, with which the Region does not matter.
    `allowed_prefixes` are a transit gateway's on that Direct Connect gateway. `mtu`, in bytes, is that of the virtual
    interface or tunnel. `vpn` is the VPN connection that a tunnel belongs to.
    """

    kind: AttachmentKind
    speaker: str
    device: str
    device_interface: str
    device_addresses: tuple[IPAddress, ...]
    gateway_interface: str
    gateway_addresses: tuple[IPAddress, ...]
    tables: tuple[int, ...] = (MAIN_TABLE,)
    through: str | None = None
    home_region: bool = True
    allowed_prefixes: tuple[IPNetwork, ...] = ()
    mtu: int = DEFAULT_MTU
    vpn: str | None = None

    @property
    def name(self) -> str:
        """What AWS calls the attachment that this is one way of: the Direct Connect gateway, or the VPN."""
        return self.through or self.vpn or ""


class GatewayKind(StrEnum):
    """Which rules of preference a gateway follows."""

    VIRTUAL_PRIVATE_GATEWAY = "virtual_private_gateway"
    TRANSIT_GATEWAY = "transit_gateway"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway on AWS's side: it chooses among its attachments for each of the customer's prefixes.

    `prefixes` are what is behind it. Each of a transit gateway's route tables is a kernel table of its own; `fixed`
    are the prefixes, by table, that a static route decides, `attached` those of VPCs attached to it. Nothing is
    installed with `route_propagation` off, and nothing inside `local`: a VPC's own networks. With `vpn_ecmp_support`
    tunnels that are level share the flows. `led` are those of `fixed`, with table and attachment, that lead to a Direct
    Connect gateway or a VPN, which chooses among its own ways (`dxemu.control.led_routes`).

    A virtual private gateway's table is the VPC's route table, too. Only a VPC with static routes has a table of its
    own, `vpc_table`, which packets from its instances are looked up in first: it says whether they get to the gateway,
    and the gateway's table, which holds all that the gateway has learnt, where they go from there.
    """

    node: str
    kind: GatewayKind
    asn: Asn
    prefixes: tuple[IPNetwork, ...]
    route_propagation: bool
    attachments: tuple[Attachment, ...]
    fixed: tuple[tuple[int, IPNetwork], ...] = ()
    led: tuple[tuple[int, IPNetwork, str], ...] = ()
    attached: tuple[tuple[int, IPNetwork], ...] = ()
    local: tuple[IPNetwork, ...] = ()
    vpn_ecmp_support: bool = False
    vpc_table: int | None = None

    def is_vpc_route_table(self, table: int) -> bool:
        """Whether a kernel table is, or is at once, the route table of a VPC, with its quota of propagated routes."""
        return self.kind is GatewayKind.VIRTUAL_PRIVATE_GATEWAY and self.vpc_table in (None, table)

    def propagates_to(self, table: int) -> bool:
        """Whether what is learnt goes into a table: route propagation is the switch of a VPC's route table."""
        return self.route_propagation or not self.is_vpc_route_table(table)
