"""The BGP communities by which the customer tells AWS which way back it prefers.

On private and transit virtual interfaces. Source: Direct Connect User Guide, "Routing policies and BGP communities",
2023 archive and the opening of the 2026 page; read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

LOW = "7224:7100"
"""Low preference. Source: Direct Connect User Guide, "Routing policies and BGP communities"; read 2026-11-23."""

MEDIUM = "7224:7200"
"""Medium preference: also what a prefix without any of the three gets at a location of the same Region.

Source: as `LOW`.
"""

HIGH = "7224:7300"
"""High preference. Source: as `LOW`."""

LOCAL_PREF: Mapping[str, int] = MappingProxyType({LOW: 100, MEDIUM: 200, HIGH: 300})
"""LOCAL_PREF by community. AWS publishes the order only; the numbers are dxemu's own."""


def preference_communities(communities: Iterable[str]) -> tuple[str, ...]:
    """Those of `communities` that set a preference. AWS wants one at most for a prefix: they exclude each other."""
    return tuple(c for c in communities if c in LOCAL_PREF)


LOCAL_PREF_OF_OTHER_REGIONS = 150
"""LOCAL_PREF of a prefix without any of the three at a location of another Region.

AWS says that it is lower than what its own Region's locations have, which is `MEDIUM`. Whether `LOW` at a location of
the Region is lower still it does not say; here it is, and the number is dxemu's own.
"""


def local_pref(communities: Iterable[str], *, same_region: bool = True) -> int:
    """LOCAL_PREF that a Region gives to a prefix with `communities`.

    `same_region` is whether the location that it comes from is associated with that Region. So AS_PATH prepending does
    not move traffic between locations of different Regions, and communities do. With more than one preference community
    the highest counts here; AWS does not say what it does then.
    """
    implicit = LOCAL_PREF[MEDIUM] if same_region else LOCAL_PREF_OF_OTHER_REGIONS
    return max((LOCAL_PREF[c] for c in preference_communities(communities)), default=implicit)
