"""Virtual interfaces: a VLAN with its addresses at both ends, and a BGP session of each IP version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from dxemu.aws import bfd, policing, quotas, timers
from dxemu.plan.addressing import Peers, peer_addresses
from dxemu.plan.connections import Attached
from dxemu.plan.customer_end import configured, mismatch, own_address
from dxemu.plan.draft import Draft
from dxemu.plan.edge import PUBLIC, Edge, EdgeKey, asn_of, keys_of_vifs
from dxemu.plan.ends_apart import drops_longer
from dxemu.plan.model import BfdSession, BgpSession, LimitKind, MssClamp, RateLimit, SessionEnd, SourceFilter, SourceNat
from dxemu.plan.names import auth_key
from dxemu.plan.sites import networks_behind
from dxemu.topology.model import VifType, VirtualInterface
from dxemu.topology.model_routing import GracefulRestartMode
from dxemu.units import IPAddress, IPNetwork, Seconds

SHORTEST_PUBLIC_AS_PATH = 3
"""AWS announces its public prefixes with an AS_PATH of at least this length.

Source: Direct Connect User Guide, "Routing policies and BGP communities"; read 2026-11-23.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vlan:
    """The VLAN interfaces of one virtual interface, at the customer's router and at AWS's device."""

    vif: VirtualInterface
    attached: Attached
    router: str
    device: str


def add_virtual_interfaces(draft: Draft, attached: Mapping[str, Attached], edges: Mapping[EdgeKey, Edge]) -> None:
    """Every virtual interface of the topology."""
    peers, keys = peer_addresses(draft.topology), keys_of_vifs(draft.topology)
    for vif in draft.topology.virtual_interfaces:
        where = attached[vif.connection]
        vlan = _Vlan(
            vif=vif,
            attached=where,
            router=draft.vlan(
                where.router, where.router_port, vif.customer_end.vlan or vif.vlan, vif.customer_end.mtu or vif.mtu
            ),
            device=draft.vlan(where.device, where.device_port, vif.vlan, vif.mtu),
        )
        edge = edges[keys[vif.name]]
        edge.customer_interfaces.append(vlan.device)
        edge.mtus.append(vif.mtu)
        if vif.type is VifType.PUBLIC:
            draft.source_filters.append(SourceFilter(node=where.device, interface=vlan.device))
        for pair in peers[vif.name]:
            amazon, customer = pair
            draft.address(where.router, vlan.router, own_address(vif, customer))
            draft.address(where.device, vlan.device, amazon)
            draft.sessions.append(_session(draft, vlan, edge, pair))
        drop = drops_longer(vif, (where.router, vlan.router), (where.device, vlan.device))
        draft.silent_drops += [] if drop is None else [drop]
        _customer_settings(draft, vlan)


def _customer_settings(draft: Draft, vlan: _Vlan) -> None:
    """The customer's shaper, its clamp of TCP's segments and source NAT."""
    policy, node = vlan.vif.customer, vlan.attached.router
    if policy.shape is not None:
        burst = policing.shaper_burst(policy.shape)
        draft.limits.append(
            RateLimit(node=node, interface=vlan.router, kind=LimitKind.SHAPE, rate=policy.shape, burst=burst)
        )
    if policy.tcp_mss is not None:
        draft.mss_clamps.append(MssClamp(node=node, interface=vlan.router, mss=policy.tcp_mss))
    if policy.nat is not None:
        for network in networks_behind(draft.topology, node):
            if isinstance(network, IPv4Network):
                draft.nats.append(SourceNat(node=node, interface=vlan.router, network=network, address=policy.nat))


def _announced(draft: Draft, vif: VirtualInterface, router: str) -> tuple[IPNetwork, ...]:
    """What the customer's router announces: what the file says, else all that AWS takes there."""
    if vif.customer.announce is not None:
        return vif.customer.announce
    return vif.route_filter_prefixes if vif.type is VifType.PUBLIC else networks_behind(draft.topology, router)


def _session(draft: Draft, vlan: _Vlan, edge: Edge, peers: Peers) -> BgpSession:
    vif, where = vlan.vif, vlan.attached
    amazon, customer = peers
    public = vif.type is VifType.PUBLIC
    hold_time = timers.negotiated_hold_time(vif.hold_time)
    keepalive = timers.keepalive(hold_time)
    return BgpSession(
        name=vif.name if amazon.version == 4 else draft.session_name(f"{vif.name}_ipv6", "session"),  # noqa: PLR2004
        virtual_interface=vif.name,
        connection=vif.connection,
        ends=configured(
            vif, _customer_end(draft, vlan, customer.ip), _amazon_end(draft, vlan, edge, amazon.ip, keepalive)
        ),
        hold_time=hold_time,
        keepalive=min(vif.keepalive, keepalive),
        auth_key=vif.auth_key if vif.auth_key is not None else auth_key(draft.topology.name, vif.name),
        cables=where.cables,
        confirmed=vif.confirmed,
        route_filter_prefixes=vif.route_filter_prefixes if public else None,
        prefix_quota=_prefix_quota(vif, amazon.version),
        mismatch=mismatch(vif, peers, asn_of(draft.topology, edge.gateway)),
        until_bfd_down=vif.graceful_restart is GracefulRestartMode.UNTIL_BFD_DOWN,
    )


def _customer_end(draft: Draft, vlan: _Vlan, address: IPAddress) -> SessionEnd:
    """The customer's end as AWS has it."""
    vif, where = vlan.vif, vlan.attached
    return SessionEnd(
        speaker=where.router,
        node=where.router,
        interface=vlan.router,
        port=where.router_port,
        address=address,
        asn=vif.asn,
        passive=False,
        import_local_pref=vif.customer.local_pref,
        export_communities=vif.customer.communities if vif.customer.send_communities else (),
        send_communities=vif.customer.send_communities,
        export_prepend=vif.customer.as_path_prepend,
        export_med=vif.customer.med,
        accepts=vif.customer.accept,
        policies=vif.customer.policies,
        allow_as_in=vif.customer.allow_as_in,
        announces=_announced(draft, vif, where.router),
        bfd=None if vif.bfd is None else BfdSession(interval=vif.bfd.interval, detect_mult=vif.bfd.detect_mult),
        hold_time=vif.hold_time,
        graceful_restart=None if vif.graceful_restart is GracefulRestartMode.OFF else timers.RESTART_TIME,
        enabled=vif.customer.enabled,
    )


def _amazon_end(draft: Draft, vlan: _Vlan, edge: Edge, address: IPAddress, keepalive: Seconds) -> SessionEnd:
    vif, where = vlan.vif, vlan.attached
    return SessionEnd(
        speaker=edge.name,
        node=where.device,
        interface=vlan.device,
        port=where.device_port,
        address=address,
        asn=asn_of(draft.topology, edge.gateway),
        passive=True,
        export_prepend=SHORTEST_PUBLIC_AS_PATH - 1 if edge.gateway == PUBLIC else 0,
        bfd=None if vif.bfd is None else BfdSession(interval=bfd.INTERVAL, detect_mult=bfd.DETECT_MULT),
        hold_time=timers.HOLD_TIME,
        keepalive=keepalive,
        graceful_restart=timers.RESTART_TIME,
        enabled=vif.amazon_enabled,
    )


def _prefix_quota(vif: VirtualInterface, version: int) -> quotas.Quota:
    """How many prefixes of an IP version AWS takes on a virtual interface."""
    if vif.type is VifType.PUBLIC:
        return quotas.ROUTES_PUBLIC
    counts = {4: vif.prefix_pool_allocated_count_ipv4, 6: vif.prefix_pool_allocated_count_ipv6}
    return quotas.routes_allocated(counts[version])
