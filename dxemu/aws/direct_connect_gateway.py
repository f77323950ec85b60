"""Direct Connect gateways: what is announced through one, which kinds go together, and what it never carries.

Source: Direct Connect User Guide, "Direct Connect gateways", "Allowed prefixes interactions", "Virtual interfaces"
and "Routing policies and BGP communities", 2023 archive and the openings of the 2026 pages; read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable

from dxemu.units import IPNetwork

SUPERNET_EXCEPTION = True
"""Since 2021-11 a supernet, or a default route, that the customer announces lets the VPCs inside it reach each other.

The guide documents it; field notes call it a regression. So it is there, and a switch turns it off.
Source: Direct Connect User Guide, "Direct Connect gateways"; read 2026-11-23.
"""


def announced_of_virtual_private_gateway(
    cidrs: Iterable[IPNetwork], allowed_prefixes: Iterable[IPNetwork] | None
) -> tuple[IPNetwork, ...]:
    """What the customer hears of the VPC with `cidrs`: the allowed prefixes are a filter.

    A CIDR passes if it is inside an allowed prefix; a longer allowed prefix lets nothing through. No list, and
    an empty one, let everything through: AWS takes both and does not say what it does.
    """
    allowed = tuple(allowed_prefixes or ())
    return tuple(cidr for cidr in cidrs if not allowed or any(within(cidr, prefix) for prefix in allowed))


def announced_of_transit_gateway(allowed_prefixes: Iterable[IPNetwork] | None) -> tuple[IPNetwork, ...]:
    """What the customer hears of a transit gateway: literally the allowed prefixes, whatever is behind it.

    Without any nothing is announced, and AWS says nothing about it.
    """
    return tuple(allowed_prefixes or ())


def as_home_region(location_region: str, gateway_region: str, *, site_link: bool) -> bool:
    """Whether a Region gives a location's routes the preference of its own locations.

    With SiteLink on Regions take the shortest AS_PATH whatever the location's Region.
    """
    return site_link or location_region == gateway_region


def within(network: IPNetwork, prefix: IPNetwork) -> bool:
    """Whether all of `network` is in `prefix`; of different IP versions nothing is."""
    return network.version == prefix.version and network.subnet_of(prefix)  # type: ignore[arg-type]  # of one version
