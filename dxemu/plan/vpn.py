"""Site-to-Site VPN: two endpoints on AWS's side, an IPsec tunnel from the customer's router to each, BGP in them.

The endpoints' public addresses are Amazon's: packets to them take the Internet, or a public virtual interface where
the router has learnt the prefix there. With private outside addresses they are in a CIDR block of the transit gateway
and are reached over a transit virtual interface.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Interface

from dxemu.aws import quotas, vpn_tunnels
from dxemu.aws.ipsec_proposals import IpsecProposal, Phase
from dxemu.plan.addressing import Peers, inside_addresses
from dxemu.plan.backbone import BackboneLink, attachment
from dxemu.plan.customer_end import tunnel_mismatch
from dxemu.plan.draft import Draft
from dxemu.plan.ends_apart import own_dead_peer_detection
from dxemu.plan.model import (
    MAIN_TABLE,
    Attachment,
    AttachmentKind,
    BgpSession,
    IpsecTunnel,
    MssClamp,
    Role,
    SessionEnd,
    Side,
    Speaker,
    TunnelEnd,
)
from dxemu.plan.names import auth_key, tunnel_name
from dxemu.plan.pools import Pool
from dxemu.plan.sites import asn_of, networks_behind
from dxemu.plan.transit_gateways import TransitGatewayTables
from dxemu.plan.vpn_behind import gateway_asn, in_cloud_hub, prefixes_of
from dxemu.plan.vpn_endpoints import LOOPBACK, Ending, endpoint_node
from dxemu.plan.vpn_outside import outside_address, region_of, tgw_of
from dxemu.plan.vpn_pinned import pin, pinned_to
from dxemu.topology.model import Topology, Vpn, VpnTunnel

IF_IDS = 65_535


def add_vpn_nodes(draft: Draft) -> None:
    """Two endpoints for each VPN connection."""
    for vpn in draft.topology.vpns:
        for number in (1, 2):
            draft.node(endpoint_node(vpn, number), Role.VPN_ENDPOINT, Side.AWS, region_of(vpn, draft.topology))


def kind_of(vpn: Vpn) -> AttachmentKind:
    """How the gateway ranks the routes that come by this VPN."""
    if vpn.static_routes is not None:
        return AttachmentKind.VPN_STATIC
    return AttachmentKind.PRIVATE_VPN if vpn.private else AttachmentKind.VPN_BGP


def add_tunnels(draft: Draft, endings: tuple[Ending, ...], lines: Mapping[str, str]) -> None:
    """Tunnel, addresses, session and speaker for every endpoint. `lines` are the routers' lines to the Internet."""
    inside = inside_addresses(draft.topology)
    loopbacks: set[tuple[str, IPv4Address]] = set()
    if_ids = Pool("if_id", IF_IDS)
    for ending in endings:
        vpn = ending.vpn
        peers = inside[vpn.name][ending.number - 1]
        on_line = any(line.address == vpn.customer_address for line in draft.topology.customer.internet)
        pinned = None if vpn.private else pinned_to(draft, vpn.router, vpn.customer_address)
        if not on_line and pinned is None and (vpn.router, vpn.customer_address) not in loopbacks:
            loopbacks.add((vpn.router, vpn.customer_address))
            draft.address(vpn.router, LOOPBACK, IPv4Interface((vpn.customer_address, 32)))
        tunnel = _tunnel(draft, ending, peers, 1 + if_ids.take(tunnel_name(vpn.name, ending.number)))
        draft.tunnels.append(tunnel)
        for end in tunnel.ends:
            draft.address(end.node, end.interface, end.inside)
        if vpn.customer.tcp_mss is not None:
            mine = tunnel.ends[0]
            draft.mss_clamps.append(MssClamp(node=mine.node, interface=mine.interface, mss=vpn.customer.tcp_mss))
        crossed = [ending.underlay.cable.name]
        if on_line:
            crossed.insert(0, lines[vpn.router])
        if pinned is not None:
            crossed[:0] = pinned.cables
            pin(draft, tunnel, pinned)
        under = None if pinned is None else pinned.virtual_interface
        draft.sessions.append(_session(draft, ending, tunnel, tuple(crossed), under))


def _tunnel(draft: Draft, ending: Ending, peers: Peers, if_id: int) -> IpsecTunnel:
    vpn, topology = ending.vpn, draft.topology
    amazon, customer = peers
    settings: VpnTunnel = vpn.tunnels[ending.number - 1]
    name = tunnel_name(vpn.name, ending.number)
    return IpsecTunnel(
        name=name,
        vpn=vpn.name,
        if_id=if_id,
        ends=(
            TunnelEnd(
                node=vpn.router,
                interface=draft.interface_name(vpn.router, f"{vpn.name}_{ending.number}"),
                underlay_interface=LOOPBACK,
                outside=vpn.customer_address,
                inside=customer,
                initiates=settings.configured and not vpn.startup_action_start,
                configured=settings.configured,
                pre_shared_key=settings.customer_pre_shared_key,
                ike_proposal=_words(settings.phase1_proposal, Phase.IKE),
                esp_proposal=_words(settings.phase2_proposal, Phase.ESP),
                phase1_lifetime=settings.phase1_lifetime,
                phase2_lifetime=settings.phase2_lifetime,
                dpd=own_dead_peer_detection(vpn, settings),
                networks=None if settings.customer_selectors is None else settings.customer_selectors.local,
                peer_networks=None if settings.customer_selectors is None else settings.customer_selectors.remote,
            ),
            TunnelEnd(
                node=ending.node,
                interface=draft.interface_name(ending.node, "tunnel"),
                underlay_interface=ending.underlay.cable.a.name,
                outside=outside_address(vpn, ending.number, topology),
                inside=amazon,
                initiates=vpn.startup_action_start,
                networks=None if settings.customer_selectors is None else vpn.selectors.remote,
                peer_networks=None if settings.customer_selectors is None else vpn.selectors.local,
            ),
        ),
        pre_shared_key=settings.pre_shared_key or auth_key(topology.name, name),
        mtu=vpn_tunnels.MTU,
        rate=vpn.tunnel_bandwidth,
        phase1_lifetime=vpn.phase1_lifetime,
        phase2_lifetime=vpn.phase2_lifetime,
        rekey_margin=vpn.rekey_margin,
        dpd_delay=vpn_tunnels.DPD_DELAY,
        dpd_timeout=vpn.dpd_timeout,
        replay_window=vpn_tunnels.REPLAY_WINDOW,
    )


def _words(proposal: IpsecProposal | None, phase: Phase) -> str | None:
    return None if proposal is None else proposal.words(phase)


def _session(
    draft: Draft, ending: Ending, tunnel: IpsecTunnel, cables: tuple[str, ...], pinned_to: str | None
) -> BgpSession:
    vpn, topology = ending.vpn, draft.topology
    return BgpSession(
        name=draft.session_name(tunnel.name, "session"),
        virtual_interface=None,
        connection=None,
        ends=(_customers_end(topology, ending, tunnel), _amazons_end(topology, ending, tunnel)),
        hold_time=vpn.hold_time,
        keepalive=vpn.keepalive,
        auth_key=None,
        cables=cables,
        tunnel=tunnel.name,
        pinned_to=pinned_to,
        mismatch=tunnel_mismatch(vpn, ending.number),
        static=vpn.static_routes is not None,
        prefix_quota=_prefix_quota(vpn, topology),
    )


def _customers_end(topology: Topology, ending: Ending, tunnel: IpsecTunnel) -> SessionEnd:
    vpn, mine = ending.vpn, tunnel.ends[0]
    settings = vpn.tunnels[ending.number - 1]
    policy = settings.customer
    networks = networks_behind(topology, vpn.router) if policy.announce is None else policy.announce
    return SessionEnd(
        speaker=vpn.router,
        node=vpn.router,
        interface=mine.interface,
        port=mine.interface,
        address=mine.inside.ip,
        asn=asn_of(topology, vpn.router),
        passive=False,
        import_local_pref=policy.local_pref,
        export_communities=policy.communities if policy.send_communities else (),
        send_communities=policy.send_communities,
        export_prepend=policy.as_path_prepend,
        export_med=policy.med,
        accepts=policy.accept,
        policies=policy.policies,
        allow_as_in=policy.allow_as_in,
        announces=networks if vpn.static_routes is None else vpn.static_routes,
        enabled=policy.enabled and settings.customer_enabled,
    )


def _amazons_end(topology: Topology, ending: Ending, tunnel: IpsecTunnel) -> SessionEnd:
    vpn, far = ending.vpn, tunnel.ends[1]
    return SessionEnd(
        speaker=ending.node,
        node=ending.node,
        interface=far.interface,
        port=far.interface,
        address=far.inside.ip,
        asn=gateway_asn(vpn, topology),
        passive=True,
        announces=None if in_cloud_hub(vpn, topology) else prefixes_of(vpn, topology),
        export_med=vpn_tunnels.MED if vpn.static_routes is None else None,
        enabled=vpn.tunnels[ending.number - 1].amazon_enabled,
    )


def _prefix_quota(vpn: Vpn, topology: Topology) -> quotas.Quota | None:
    """How many prefixes AWS takes in a tunnel by BGP."""
    if vpn.static_routes is not None:
        return None
    return quotas.VPN_ROUTES_VGW if tgw_of(vpn, topology) is None else quotas.VPN_ROUTES_TGW


def add_endpoint_speakers(draft: Draft, endings: tuple[Ending, ...]) -> None:
    """One BGP table for each endpoint. Of two tunnels that are level the first one's router ID is the lower."""
    ids = {vpn.name: draft.router_ids.of(vpn.name, 2) for vpn in draft.topology.vpns}
    for ending in endings:
        draft.speakers.append(
            Speaker(
                name=ending.node,
                node=ending.node,
                side=Side.AWS,
                asn=gateway_asn(ending.vpn, draft.topology),
                router_id=ids[ending.vpn.name][ending.number - 1],
                originates=prefixes_of(ending.vpn, draft.topology),
                cloud_hub=in_cloud_hub(ending.vpn, draft.topology),
            )
        )


def attachments_of(endings: tuple[Ending, ...]) -> dict[str, list[Attachment]]:
    """The attachments of the VPNs to virtual private gateways, by gateway."""
    found: dict[str, list[Attachment]] = {}
    for ending in endings:
        found.setdefault(ending.vpn.gateway, []).append(_attachment(ending))
    return found


def _attachment(ending: Ending, tables: Iterable[int] = (MAIN_TABLE,)) -> Attachment:
    return attachment(ending.behind, kind_of(ending.vpn), ending.node, tables, mtu=vpn_tunnels.MTU, vpn=ending.vpn.name)


def transit_hops(
    endings: tuple[Ending, ...], topology: Topology
) -> dict[str, list[tuple[str, BackboneLink, Attachment]]]:
    """VPN, hop and attachment of the VPNs to transit gateways, by gateway."""
    found: dict[str, list[tuple[str, BackboneLink, Attachment]]] = {}
    for ending in endings:
        tgw = tgw_of(ending.vpn, topology)
        if tgw is not None:
            attached = _attachment(ending, TransitGatewayTables(tgw).fed_by(ending.vpn.name))
            found.setdefault(tgw.name, []).append((ending.vpn.name, ending.behind, attached))
    return found
