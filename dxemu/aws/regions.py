"""Regions, and the continents that the communities of public virtual interfaces know.

Source: Regions and Availability Zones, "AWS Regions" (their codes); Direct Connect User Guide, "Routing policies and
BGP communities" (the three continents); read 2026-11-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Continent(StrEnum):
    """What 7224:9200 and 7224:8200 mean by a continent. AWS names three; South America is dxemu's own."""

    NORTH_AMERICA = "North America"
    ASIA_PACIFIC = "Asia Pacific"
    EMEA = "Europe, the Middle East and Africa"
    SOUTH_AMERICA = "South America"


AREAS: Mapping[str, Continent] = MappingProxyType(
    {
        **dict.fromkeys(("us", "ca", "mx"), Continent.NORTH_AMERICA),
        **dict.fromkeys(("ap", "cn"), Continent.ASIA_PACIFIC),
        **dict.fromkeys(("eu", "me", "il", "af"), Continent.EMEA),
        "sa": Continent.SOUTH_AMERICA,
    }
)
"""Continent by the first part of a Region's code, so that a Region that opens tomorrow has one, too.

Source: Regions and Availability Zones, "AWS Regions" (their codes); read 2026-11-25.
"""


def continent(region: str) -> Continent | None:
    """The continent of a Region; None if its code begins like none of AWS's."""
    return AREAS.get(region.partition("-")[0])
