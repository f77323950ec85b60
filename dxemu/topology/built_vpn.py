"""A VPN connection of the file -> Vpn."""

from __future__ import annotations

from dxemu.aws.ipsec_proposals import IpsecProposal, Phase
from dxemu.aws.vpn_tunnels import BANDWIDTH, HOLD_TIME, KEEPALIVE, LARGE_BANDWIDTH
from dxemu.topology.built_policy import policy_of_tunnel
from dxemu.topology.file_vpn import TunnelCustomerEntry, VpnEntry
from dxemu.topology.model import Vpn, VpnTunnel
from dxemu.topology.model_ends import Selectors
from dxemu.topology.model_routing import CustomerPolicy


def vpn(name: str, entry: VpnEntry, customer: CustomerPolicy) -> Vpn:
    """The VPN connection with both its tunnels, written or not."""
    first, second = (_tunnel(entry, number, customer) for number in range(2))
    return Vpn(
        name=name,
        gateway=entry.gateway,
        router=entry.router,
        customer_address=entry.customer_address,
        private=entry.outside_ip_address_type == "private",
        static_routes=tuple(entry.static_routes) if entry.routing == "static" else None,
        tunnels=(first, second),
        phase1_lifetime=entry.phase1_lifetime,
        phase2_lifetime=entry.phase2_lifetime,
        rekey_margin=entry.rekey_margin,
        dpd_timeout=entry.dpd_timeout,
        startup_action_start=entry.startup_action == "start",
        hold_time=HOLD_TIME,
        keepalive=KEEPALIVE,
        customer=customer,
        tunnel_bandwidth=LARGE_BANDWIDTH if entry.tunnel_bandwidth == "large" else BANDWIDTH,
        selectors=Selectors(entry.local_ipv4_network_cidr, entry.remote_ipv4_network_cidr),
    )


def _tunnel(entry: VpnEntry, number: int, customer: CustomerPolicy) -> VpnTunnel:
    if number >= len(entry.tunnels):
        return VpnTunnel(inside_cidr=None, outside_address=None, pre_shared_key=None, customer=customer)
    tunnel = entry.tunnels[number]
    mine = tunnel.customer.pre_shared_key
    return VpnTunnel(
        inside_cidr=tunnel.inside_cidr,
        outside_address=tunnel.outside_address,
        pre_shared_key=tunnel.pre_shared_key,
        customer=policy_of_tunnel(customer, tunnel.customer),
        customer_enabled=tunnel.customer.enabled,
        amazon_enabled=tunnel.amazon.enabled,
        configured=tunnel.customer.configured,
        customer_pre_shared_key=None if mine == tunnel.pre_shared_key else mine,
        phase1_proposal=_refused(tunnel.customer.phase1_proposal, Phase.IKE),
        phase2_proposal=_refused(tunnel.customer.phase2_proposal, Phase.ESP),
        customer_selectors=customer_selectors(entry, tunnel.customer),
        phase1_lifetime=tunnel.customer.phase1_lifetime,
        phase2_lifetime=tunnel.customer.phase2_lifetime,
        dpd=tunnel.customer.dpd,
        dpd_timeout=tunnel.customer.dpd_timeout,
        dpd_interval=tunnel.customer.dpd_interval,
    )


def _refused(proposal: IpsecProposal | None, phase: Phase) -> IpsecProposal | None:
    """What the router proposes; None if AWS takes that, too."""
    return proposal if proposal is not None and proposal.refused(phase) else None


def customer_selectors(vpn: VpnEntry, tunnel: TunnelCustomerEntry) -> Selectors | None:
    """The router's; None if it has AWS's."""
    amazon = Selectors(vpn.local_ipv4_network_cidr, vpn.remote_ipv4_network_cidr)
    mine = Selectors(tunnel.local_ipv4_network_cidr or amazon.local, tunnel.remote_ipv4_network_cidr or amazon.remote)
    return None if mine == amazon else mine
