"""VPN CloudHub: a virtual private gateway tells what it hears in one VPN's tunnels in those of its other VPNs.

How AWS's endpoints do that is not published. Here it is iBGP over a cable between every two endpoints of different
VPNs, as long as the way over the gateway; of a static VPN AWS is told nothing that it could pass on. A private virtual
interface on the same gateway is part of it: its device has such a cable to every endpoint. Two virtual interfaces tell
each other nothing.
Source: Site-to-Site VPN User Guide, "Site-to-Site VPN architectural scenarios" (several customer gateway devices to one
virtual private gateway); read 2026-11-28. "Providing secure communication between sites using VPN CloudHub" (sites with
Direct Connect to the virtual private gateway can be part of it), 2023 archive; read 2026-11-29.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from dxemu.aws import vpn_tunnels
from dxemu.plan.addressing import Links
from dxemu.plan.backbone import REGION_DELAY, add_hop, delay_between
from dxemu.plan.draft import Draft
from dxemu.plan.edge import Edge, EdgeKey, keys_of_vifs
from dxemu.plan.site_link import exchange
from dxemu.plan.vpn_behind import gateway_asn, in_cloud_hub, tell_each_other
from dxemu.plan.vpn_endpoints import Ending
from dxemu.plan.vpn_outside import region_of
from dxemu.units import Seconds


def add_cloud_hubs(draft: Draft, endings: Sequence[Ending], edges: Mapping[EdgeKey, Edge], links: Links) -> None:
    """A cable and a session between every two endpoints of different VPNs of one virtual private gateway.

    And between each of them and the virtual interfaces on that gateway.
    """
    _among_vpns(draft, endings, links)
    for name, key in keys_of_vifs(draft.topology).items():
        vif = next(vif for vif in draft.topology.virtual_interfaces if vif.name == name)
        for ending in endings:
            if tell_each_other(vif, ending.vpn, draft.topology):
                _with_edge(draft, edges[key], ending, links)


def _with_edge(draft: Draft, edge: Edge, ending: Ending, links: Links) -> None:
    topology = draft.topology
    way = delay_between(topology, draft.nodes[edge.device].place, region_of(ending.vpn, topology))
    hop = add_hop(
        draft,
        links,
        edge.device,
        ending.node,
        Seconds(way + REGION_DELAY),
        name=f"cloud_hub_{edge.device}_{edge.way}_{ending.node}",
        near_name=f"{ending.node}_{edge.way}",
        far_name=f"{edge.device}_{edge.way}",
        bandwidth=vpn_tunnels.BANDWIDTH,
    )
    edge.cloud_hub = True
    edge.exchange_interfaces.append(hop.cable.a.name)
    name = f"{edge.device}-{edge.way}-cloud_hub-{ending.node}"
    asn = gateway_asn(ending.vpn, topology)
    draft.sessions.append(exchange(draft, (edge.name, ending.node), asn, hop, 0, name))


def _among_vpns(draft: Draft, endings: Sequence[Ending], links: Links) -> None:
    members = [ending for ending in endings if in_cloud_hub(ending.vpn, draft.topology)]
    for one, other in combinations(members, 2):
        if one.vpn.gateway != other.vpn.gateway or one.vpn.name == other.vpn.name:
            continue
        hop = add_hop(
            draft,
            links,
            one.node,
            other.node,
            Seconds(2 * REGION_DELAY),
            name=f"cloud_hub_{one.node}_{other.node}",
            near_name=other.node,
            far_name=one.node,
            bandwidth=vpn_tunnels.BANDWIDTH,
        )
        asn = gateway_asn(one.vpn, draft.topology)
        name = f"{one.node}-cloud_hub-{other.node}"
        draft.sessions.append(exchange(draft, (one.node, other.node), asn, hop, 0, name))
