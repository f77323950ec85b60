"""A Site-to-Site VPN connection of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from dxemu.aws.ipsec_proposals import IpsecProposal
from dxemu.aws.vpn_tunnels import BANDWIDTH
from dxemu.topology.model_ends import Selectors
from dxemu.topology.model_routing import CustomerPolicy
from dxemu.units import BitsPerSecond, IPNetwork, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class VpnTunnel:
    """One of the two tunnels of a VPN connection; None where AWS would choose. `customer` is the router's policy.

    An end that is not `enabled` has its BGP session switched off; the tunnel itself is there. Without `configured` the
    customer has not set the tunnel up; `customer_pre_shared_key` is the router's key where it is another one. The
    proposals are the router's where AWS refuses them, `customer_selectors` its local and remote network where AWS has
    others. The lifetimes are the router's where AWS has others: with IKEv2 each end has its own, and its own
    dead peer detection: without `dpd` the router has none, `dpd_timeout` and `dpd_interval` are its own where AWS has
    others.
    """

    inside_cidr: IPv4Network | None
    outside_address: IPv4Address | None
    pre_shared_key: str | None = field(repr=False)
    customer: CustomerPolicy = field(default_factory=CustomerPolicy)
    customer_enabled: bool = True
    amazon_enabled: bool = True
    configured: bool = True
    customer_pre_shared_key: str | None = field(default=None, repr=False)
    phase1_proposal: IpsecProposal | None = None
    phase2_proposal: IpsecProposal | None = None
    customer_selectors: Selectors | None = None
    phase1_lifetime: Seconds | None = None
    phase2_lifetime: Seconds | None = None
    dpd: bool = True
    dpd_timeout: Seconds | None = None
    dpd_interval: Seconds | None = None

    @property
    def in_service(self) -> bool:
        """Whether it comes up and its session is on: set up and switched on at both ends, which fit."""
        own = (self.customer_pre_shared_key, self.phase1_proposal, self.phase2_proposal, self.customer_selectors)
        fits = self.configured and own == (None, None, None, None)
        return fits and self.customer_enabled and self.amazon_enabled


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpn:
    """A Site-to-Site VPN connection from `router`'s `customer_address` to a virtual private or transit gateway.

    `static_routes` are None for a BGP VPN. With `private` (AWS `OutsideIpAddressType: PrivateIpv4`) the outside
    addresses are private and the tunnels run over a transit virtual interface. `tunnel_bandwidth` is what each carries.
    """

    name: str
    gateway: str
    router: str
    customer_address: IPv4Address
    private: bool
    static_routes: tuple[IPNetwork, ...] | None
    tunnels: tuple[VpnTunnel, VpnTunnel]
    phase1_lifetime: Seconds
    phase2_lifetime: Seconds
    rekey_margin: Seconds
    dpd_timeout: Seconds
    startup_action_start: bool
    hold_time: Seconds
    keepalive: Seconds
    customer: CustomerPolicy
    selectors: Selectors = field(default_factory=Selectors)
    tunnel_bandwidth: BitsPerSecond = BANDWIDTH

    @property
    def in_service(self) -> bool:
        """Whether a tunnel of it carries packets while nothing is broken: switched on at both ends."""
        return self.customer.enabled and any(t.in_service for t in self.tunnels)
