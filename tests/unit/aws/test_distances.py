"""Estimated delays between Regions, beside those that another cloud publishes between its own."""

from __future__ import annotations

from itertools import combinations
from statistics import median

import pytest

from dxemu.aws.distances import PLACES, delay_s, estimated_delay
from dxemu.aws.regions import continent

CITIES = {
    "Dallas": (32.8, -96.8),
    "Toronto": (43.7, -79.4),
    "Washington": (38.9, -77.0),
    "Frankfurt": (50.1, 8.7),
    "London": (51.5, -0.1),
    "Madrid": (40.4, -3.7),
    "Osaka": (34.7, 135.5),
    "Sydney": (-33.9, 151.2),
    "Tokyo": (35.7, 139.7),
    "Sao Paulo": (-23.5, -46.6),
}
ROUND_TRIPS_MS = (
    (34, 31, 123, 113, 117, 150, 185, 143, 145),
    (19, 92, 82, 109, 169, 215, 161, 130),
    (91, 76, 88, 173, 214, 166, 118),
    (13, 29, 232, 250, 228, 197),
    (27, 244, 261, 242, 187),
    (259, 275, 256, 207),
    (122, 9, 292),
    (115, 327),
    (284,),
)
"""From each city to those after it: IBM Cloud Docs, VPC, "Network latency", 17 August to 15 September 2024."""


def test_the_estimate_beside_what_another_cloud_measures() -> None:
    published = [one for row in ROUND_TRIPS_MS for one in row]
    pairs = combinations(CITIES.values(), 2)
    parts = sorted(2e3 * delay_s(*pair) / said for pair, said in zip(pairs, published, strict=True))
    assert 0.4 <= parts[0] <= parts[-1] <= 1.2
    assert 0.9 < median(parts) < 1
    assert sum(0.7 <= part <= 1.2 for part in parts) >= 0.75 * len(parts)


def test_it_is_the_same_both_ways_and_never_nothing() -> None:
    for here, there in combinations(PLACES, 2):
        assert estimated_delay(here, there) == estimated_delay(there, here)
        assert estimated_delay(here, there) >= 0.001  # type: ignore[operator]  # both are known


def test_a_region_that_nobody_has_placed_has_none() -> None:
    assert estimated_delay("us-east-1", "xx-nowhere-1") is None


@pytest.mark.parametrize("region", PLACES)
def test_every_place_is_on_the_continent_of_its_code(region: str) -> None:
    assert continent(region) is not None


@pytest.mark.parametrize(("one", "other"), [("us-gov-west-1", "us-west-2"), ("us-gov-east-1", "us-east-2")])
def test_regions_of_one_state_are_in_one_place(one: str, other: str) -> None:
    """Oregon and Ohio have one for the government each: their names are all that AWS publishes of where they are."""
    assert PLACES[one] == PLACES[other]
