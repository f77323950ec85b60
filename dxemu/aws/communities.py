"""The BGP communities by which the customer tells AWS which way back it prefers.

On private and transit virtual interfaces. Source: Direct Connect User Guide, "Routing policies and BGP communities",
2023 archive and the opening of the 2026 page; read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

LOW = "7224:7100"
"""Low preference."""

MEDIUM = "7224:7200"
"""Medium preference: also what a prefix without any of the three gets at a location of the same Region."""

HIGH = "7224:7300"
"""High preference."""

LOCAL_PREF: Mapping[str, int] = MappingProxyType({LOW: 100, MEDIUM: 200, HIGH: 300})
"""LOCAL_PREF by community. AWS publishes the order only; the numbers are dxemu's own."""


def preference_communities(communities: Iterable[str]) -> tuple[str, ...]:
    """Those of `communities` that set a preference. AWS wants one at most for a prefix: they exclude each other."""
    return tuple(c for c in communities if c in LOCAL_PREF)


def local_pref(communities: Iterable[str]) -> int:
    """LOCAL_PREF that AWS gives to a prefix with `communities`.

    With more than one preference community the highest counts here; AWS does not say what it does then.
    A location of another Region, where the implicit preference is lower, is not modelled.
    """
    return max((LOCAL_PREF[c] for c in preference_communities(communities)), default=LOCAL_PREF[MEDIUM])
