"""SiteLink: the customer's sites reach each other over AWS's backbone, from device to device, without a Region between.

The devices' tables with SiteLink on one Direct Connect gateway exchange what they hear from the customer. How AWS does
that is not published. Here it is iBGP over a cable between every two devices, as long as the way over their Regions.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from dxemu.aws.timers import HOLD_TIME, KEEPALIVE
from dxemu.plan.addressing import Links
from dxemu.plan.backbone import REGION_DELAY, BackboneLink, add_hop, region_delay
from dxemu.plan.draft import Draft
from dxemu.plan.edge import Edge, asn_of
from dxemu.plan.model import BgpSession, SessionEnd
from dxemu.topology.model import Topology
from dxemu.units import Asn, Seconds


def add_site_links(draft: Draft, edges: Sequence[Edge], links: Links) -> None:
    """A cable and a session of each IP version between every two edges with SiteLink on one gateway."""
    for one, other in combinations(sorted((e for e in edges if e.site_link), key=lambda edge: edge.device), 2):
        if one.gateway != other.gateway:
            continue
        delay = _delay(draft.topology, *(draft.nodes[edge.device].place for edge in (one, other)))
        ipv6 = _has_ipv6(draft.topology, one.gateway)
        hop = add_hop(
            draft,
            links,
            one.device,
            other.device,
            delay,
            ipv6=ipv6,
            name=f"site_link_{one.device}_{one.gateway}_{other.device}",
            near_name=f"{other.device}_{one.gateway}",
            far_name=f"{one.device}_{one.gateway}",
        )
        for edge, port in ((one, hop.cable.a), (other, hop.cable.b)):
            edge.exchange_interfaces.append(port.name)
        for number in range(len(hop.near)):
            name = f"{one.device}-{one.gateway}-{other.device}"
            asn = asn_of(draft.topology, one.gateway)
            draft.sessions.append(exchange(draft, (one.name, other.name), asn, hop, number, name))


def _has_ipv6(topology: Topology, gateway: str) -> bool:
    return any(vif.ipv6 for vif in topology.virtual_interfaces if vif.site_link and vif.gateway == gateway)


def _delay(topology: Topology, here: str, there: str) -> Seconds:
    """One way between two locations; AWS publishes no figure."""
    if here == there:
        return REGION_DELAY
    at = {location.code: location for location in topology.aws.locations}
    one, other = at[here], at[there]
    return Seconds(one.delay_to_region + region_delay(topology, one.region, other.region) + other.delay_to_region)


def exchange(
    draft: Draft, speakers: tuple[str, str], asn: Asn, hop: BackboneLink, number: int, name: str
) -> BgpSession:
    """The iBGP session of two of AWS's speakers over `hop`, with the addresses that have this number there."""
    ports = (hop.cable.a, hop.cable.b)
    addresses = (hop.near[number], hop.far[number])

    def end(index: int) -> SessionEnd:
        return SessionEnd(
            speaker=speakers[index],
            node=ports[index].node,
            interface=ports[index].name,
            port=ports[index].name,
            address=addresses[index],
            asn=asn,
            passive=index == 1,
        )

    version = "_ipv6" if addresses[0].version == 6 else ""  # noqa: PLR2004
    return BgpSession(
        name=draft.session_name(f"{name}{version}", "session"),
        virtual_interface=None,
        connection=None,
        ends=(end(0), end(1)),
        hold_time=HOLD_TIME,
        keepalive=KEEPALIVE,
        auth_key=None,
        cables=(hop.cable.name,),
    )
