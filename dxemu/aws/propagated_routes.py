"""Which propagated routes are in a VPC's route table when the gateway has more than the quota.

AWS says that the excess is not installed and not which routes that is. Here those with the lowest addresses are in,
IPv4 before IPv6, whatever the order in which they came: the same routes give the same table.
Source: Amazon VPC User Guide, "Amazon VPC quotas" (100, not adjustable; advertise a default route); read 2026-11-28.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from dxemu.aws.quotas import PROPAGATED_ROUTES
from dxemu.units import IPNetwork

Key = tuple[int, int, int]


def left_out(prefixes: Iterable[IPNetwork], most: int = PROPAGATED_ROUTES.most) -> frozenset[IPNetwork]:
    """Those of a gateway's `prefixes` that are not installed."""
    return frozenset(sorted(prefixes, key=_key)[most:])


class PropagatedRoutes:
    """A VPC's route table while routes come and go. Each change costs the logarithm of the routes, not their number."""

    def __init__(self, most: int = PROPAGATED_ROUTES.most) -> None:
        self._most = most
        self._keys: list[Key] = []
        self._prefixes: dict[Key, IPNetwork] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, prefix: IPNetwork) -> IPNetwork | None:
        """The gateway has a route to `prefix`. Gives the prefix that there is no room for now, often `prefix` itself.

        None: all are in, or nothing changed, because it was there before.
        """
        key = _key(prefix)
        if key in self._prefixes:
            return None
        insort(self._keys, key)
        self._prefixes[key] = prefix
        if len(self._keys) <= self._most:
            return None
        return self._at(self._most) if bisect_left(self._keys, key) < self._most else prefix

    def remove(self, prefix: IPNetwork) -> IPNetwork | None:
        """The gateway has no route to `prefix` any more. Gives the prefix that there is room for now, if any."""
        key = _key(prefix)
        if self._prefixes.pop(key, None) is None:
            return None
        place = bisect_left(self._keys, key)
        del self._keys[place]
        return self._at(self._most - 1) if place < self._most <= len(self._keys) else None

    def installed(self, prefix: IPNetwork) -> bool:
        """Whether the route to `prefix` is in the table."""
        key = _key(prefix)
        return key in self._prefixes and bisect_left(self._keys, key) < self._most

    def _at(self, place: int) -> IPNetwork:
        return self._prefixes[self._keys[place]]


def _key(prefix: IPNetwork) -> Key:
    return prefix.version, int(prefix.network_address), prefix.prefixlen
