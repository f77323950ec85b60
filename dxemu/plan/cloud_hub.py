"""VPN CloudHub: a virtual private gateway tells what it hears in one VPN's tunnels in those of its other VPNs.

How AWS's endpoints do that is not published. Here it is iBGP over a cable between every two endpoints of different
VPNs, as long as the way over the gateway; of a static VPN AWS is told nothing that it could pass on.
Source: Site-to-Site VPN User Guide, "Site-to-Site VPN architectural scenarios" (several customer gateway devices to one
virtual private gateway); read 2026-11-28.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from dxemu.aws import vpn_tunnels
from dxemu.plan.addressing import Links
from dxemu.plan.backbone import REGION_DELAY, add_hop
from dxemu.plan.draft import Draft
from dxemu.plan.site_link import exchange
from dxemu.plan.vpn_behind import gateway_asn, in_cloud_hub
from dxemu.plan.vpn_endpoints import Ending
from dxemu.units import Seconds


def add_cloud_hubs(draft: Draft, endings: Sequence[Ending], links: Links) -> None:
    """A cable and a session between every two endpoints of different VPNs of one virtual private gateway."""
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
