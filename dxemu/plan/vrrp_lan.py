"""A LAN on which several routers share the address that is the hosts' gateway (VRRP, RFC 5798)."""

from __future__ import annotations

from dataclasses import replace

from dxemu.plan.addressing import gateway_address
from dxemu.plan.draft import Draft
from dxemu.plan.model import VrrpGroup
from dxemu.plan.pools import Pool
from dxemu.plan.segment import Segment, add_host_addresses, gateway_addresses, host_ports
from dxemu.topology.model import Vrrp
from dxemu.units import IPInterface

VIRTUAL_ROUTER_IDS = 255


def add_vrrp_lan(draft: Draft, segment: Segment, vrrp: Vrrp, switch: str) -> None:
    """Hosts and routers on a switch. The virtual address is the networks' first, the routers' own come after it."""
    ports = {
        router: draft.cable(
            draft.cable_name(f"lan_{router}", "lan"),
            segment.role,
            (router, "lan"),
            (switch, router),
            bandwidth=segment.bandwidth,
            delay=segment.delay,
            mtu=segment.mtu,
        )
        for router in vrrp.priorities
    }
    hosts = host_ports(draft, replace(segment, router=switch))
    draft.bridge(switch, "bridge", (*(cable.b.name for cable in ports.values()), *hosts))
    gateways = gateway_addresses(segment)
    add_host_addresses(draft, segment, gateways)
    taken = {address for host in segment.hosts for address in host.addresses}
    by_priority = sorted(vrrp.priorities.items(), key=lambda item: -item[1])
    ids = Pool("virtual router ID", VIRTUAL_ROUTER_IDS)
    for network, virtual in gateways.items():
        taken.add(virtual.ip)
        for router, _ in by_priority:
            own = gateway_address(network, taken, segment.avoid)
            taken.add(own.ip)
            draft.address(router, ports[router].a.name, own)
        draft.vrrp.append(
            _group(1 + ids.take(str(network)), virtual, vrrp, {router: cable.a.name for router, cable in ports.items()})
        )


def _group(number: int, virtual: IPInterface, vrrp: Vrrp, interfaces: dict[str, str]) -> VrrpGroup:
    ordered = sorted(vrrp.priorities.items(), key=lambda item: -item[1])
    return VrrpGroup(
        virtual_router_id=number,
        address=virtual,
        advertisement_interval=vrrp.advertisement_interval,
        priorities=tuple(ordered),
        interfaces=tuple((router, interfaces[router]) for router, _ in ordered),
    )
