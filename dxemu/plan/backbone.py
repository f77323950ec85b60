"""AWS's own network: cables from the edge to the gateways, as long as the way between location and Region."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dxemu.aws.direct_connect_gateway import as_home_region
from dxemu.aws.distances import estimated_delay
from dxemu.aws.mtu import DEFAULT as DEFAULT_MTU
from dxemu.plan.addressing import Links
from dxemu.plan.draft import Draft
from dxemu.plan.model import MAIN_TABLE, Attachment, AttachmentKind, Cable, CableRole
from dxemu.topology.model import Topology
from dxemu.units import BitsPerSecond, IPAddress, Seconds

BACKBONE_BANDWIDTH = BitsPerSecond(100 * 10**9)
BACKBONE_MTU = 9100
REGION_DELAY = Seconds(250e-6)
"""Between two of AWS's nodes in one Region. Not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneLink:
    """A cable between two of AWS's nodes with the addresses of its ends, `near` first."""

    cable: Cable
    near: tuple[IPAddress, ...]
    far: tuple[IPAddress, ...]

    def far_of(self, version: int) -> IPAddress:
        """The far end's address of an IP version."""
        return next(address for address in self.far if address.version == version)

    def near_of(self, version: int) -> IPAddress:
        """The near end's address of an IP version."""
        return next(address for address in self.near if address.version == version)


def speed(topology: Topology) -> BitsPerSecond:
    """AWS's own cables are never slower than the fastest connection, whose speed can thus be measured."""
    return BitsPerSecond(max(BACKBONE_BANDWIDTH, *(2 * c.bandwidth for c in topology.connections)))


def add_hop(
    draft: Draft,
    links: Links,
    near: str,
    far: str,
    delay: Seconds,
    *,
    ipv6: bool = False,
    near_name: str | None = None,
    far_name: str | None = None,
    mtu: int = BACKBONE_MTU,
    role: CableRole = CableRole.BACKBONE,
    bandwidth: BitsPerSecond | None = None,
    name: str | None = None,
) -> BackboneLink:
    """A cable from `near` to `far` with addresses at both ends, whose ports are called `near_name` and `far_name`."""
    cable = draft.cable(
        draft.cable_name(name or f"backbone_{near}_{far}", "cable"),
        role,
        (near, near_name or far),
        (far, far_name or near),
        bandwidth=bandwidth or speed(draft.topology),
        delay=delay,
        mtu=mtu,
    )
    near_addresses, far_addresses = [], []
    for pair in links.of(cable.name, ipv6=ipv6):
        for port, address in zip((cable.a, cable.b), pair, strict=True):
            draft.address(port.node, port.name, address)
        near_addresses.append(pair[0].ip)
        far_addresses.append(pair[1].ip)
    return BackboneLink(cable=cable, near=tuple(near_addresses), far=tuple(far_addresses))


def attachment(
    hop: BackboneLink,
    kind: AttachmentKind,
    speaker: str,
    tables: Iterable[int] = (MAIN_TABLE,),
    *,
    through: str | None = None,
    home_region: bool = True,
    mtu: int = DEFAULT_MTU,
    vpn: str | None = None,
) -> Attachment:
    """The gateway at the far end of `hop` hears of `speaker`'s routes, which is at the near end."""
    return Attachment(
        kind=kind,
        speaker=speaker,
        device=hop.cable.a.node,
        device_interface=hop.cable.a.name,
        device_addresses=hop.near,
        gateway_interface=hop.cable.b.name,
        gateway_addresses=hop.far,
        tables=tuple(tables),
        through=through,
        home_region=home_region,
        mtu=mtu,
        vpn=vpn,
    )


def is_home_region(topology: Topology, location: str, region: str, *, site_link: bool) -> bool:
    """Whether `region` prefers a Direct Connect location as one of its own."""
    home = next(at.region for at in topology.aws.locations if at.code == location)
    return as_home_region(home, region, site_link=site_link)


def delay_between(topology: Topology, location: str, region: str) -> Seconds:
    """One-way delay from a Direct Connect location to a Region: to its own Region, and from there on."""
    at = next(at for at in topology.aws.locations if at.code == location)
    return Seconds(at.delay_to_region + region_delay(topology, at.region, region))


def region_delay(topology: Topology, here: str, there: str) -> Seconds:
    """One-way delay between two Regions: their own, or over the Region that the delays in the file start from.

    Where that is none of the two AWS's shortest way need not lead over it: then the estimate holds if it is less.
    """
    aws = topology.aws
    if here == there:
        return Seconds(0)
    direct = aws.region_pair_delays.get(frozenset({here, there}))
    if direct is not None:
        return direct
    over = Seconds(sum(aws.region_delays.get(region, 0.0) for region in (here, there) if region != aws.region))
    estimate = None if aws.region in (here, there) else estimated_delay(here, there)
    return over if estimate is None else min(over, estimate)
