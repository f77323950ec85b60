"""The preference that a Region gives to a prefix by its communities."""

from __future__ import annotations

from itertools import permutations

import pytest

from dxemu.aws.communities import local_pref

LOW, MEDIUM, HIGH = "7224:7100", "7224:7200", "7224:7300"


@pytest.mark.parametrize("same_region", [True, False])
def test_of_several_preference_communities_the_highest_counts(same_region: bool) -> None:
    alone = {community: local_pref((community,), same_region=same_region) for community in (LOW, MEDIUM, HIGH)}
    assert alone[LOW] < alone[MEDIUM] < alone[HIGH]
    for several in permutations((LOW, MEDIUM, HIGH)):
        assert local_pref(several, same_region=same_region) == alone[HIGH]
    assert local_pref((MEDIUM, LOW, "65000:1"), same_region=same_region) == alone[MEDIUM]


def test_without_one_the_own_regions_locations_are_medium_and_others_between_low_and_medium() -> None:
    assert local_pref(()) == local_pref((MEDIUM,))
    assert local_pref((LOW,)) < local_pref((), same_region=False) < local_pref((MEDIUM,))
