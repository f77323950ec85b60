"""How far Regions are from each other: an estimate from the places that AWS names them after.

AWS publishes no delays between its Regions. Light in fibre does about 204 km in a millisecond, and cables are longer
than the great circle: here by half. Between ten of IBM Cloud's cities, for which delays are published, the estimate
gives 0.4 to 1.2 times what was measured, and 0.7 to 1.2 times for three of four pairs; between Europe and Asia, where
cables go far around, it is about half. So a delay that matters is measured, and stated.
Source: IBM Cloud Docs, VPC, "Network latency", 17 August to 15 September 2024 (read 2026-11-29).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType

from dxemu.units import Seconds

EARTH_KM = 6371.0
"""The mean radius. Assumed: the Earth is a sphere."""
FIBRE_KM_S = 299_792.458 / 1.468
"""The speed of light in glass with the group index of usual fibre, about 1.468. Assumed, as `DETOUR` is."""
DETOUR = 1.5
"""How much longer cables are than the great circle. Assumed: nobody publishes it."""

PLACES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "us-east-1": (39.0, -77.5),
        "us-east-2": (40.0, -82.9),
        "us-west-1": (37.4, -122.0),
        "us-west-2": (45.8, -119.7),
        "us-gov-east-1": (40.0, -82.9),
        "us-gov-west-1": (45.8, -119.7),
        "ca-central-1": (45.5, -73.6),
        "ca-west-1": (51.0, -114.1),
        "mx-central-1": (20.6, -100.4),
        "sa-east-1": (-23.5, -46.6),
        "eu-west-1": (53.3, -6.3),
        "eu-west-2": (51.5, -0.1),
        "eu-west-3": (48.9, 2.3),
        "eu-central-1": (50.1, 8.7),
        "eu-central-2": (47.4, 8.5),
        "eu-north-1": (59.3, 18.1),
        "eu-south-1": (45.5, 9.2),
        "eu-south-2": (41.6, -0.9),
        "il-central-1": (32.1, 34.8),
        "me-south-1": (26.2, 50.6),
        "me-central-1": (25.2, 55.3),
        "af-south-1": (-33.9, 18.4),
        "ap-south-1": (19.1, 72.9),
        "ap-south-2": (17.4, 78.5),
        "ap-southeast-1": (1.3, 103.8),
        "ap-southeast-2": (-33.9, 151.2),
        "ap-southeast-3": (-6.2, 106.8),
        "ap-southeast-4": (-37.8, 145.0),
        "ap-southeast-5": (3.1, 101.7),
        "ap-southeast-7": (13.8, 100.5),
        "ap-northeast-1": (35.7, 139.7),
        "ap-northeast-2": (37.6, 127.0),
        "ap-northeast-3": (34.7, 135.5),
        "ap-east-1": (22.3, 114.2),
    }
)
"""Latitude and longitude in degrees.

Source: Regions and Availability Zones, "AWS Regions" (the areas that they are named after); read 2026-11-25.
"""


def estimated_delay(here: str, there: str) -> Seconds | None:
    """One way between two Regions, to the millisecond, at least one; None if it is not known where one is."""
    if here not in PLACES or there not in PLACES:
        return None
    return Seconds(max(1, round(1e3 * delay_s(PLACES[here], PLACES[there]))) / 1e3)


def delay_s(here: tuple[float, float], there: tuple[float, float]) -> float:
    """One way between two places by cable, in seconds."""
    return DETOUR * _great_circle_km(here, there) / FIBRE_KM_S


def _great_circle_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    (lat_1, long_1), (lat_2, long_2) = (tuple(map(radians, place)) for place in (here, there))
    half = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((long_2 - long_1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))
