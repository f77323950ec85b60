"""How many prefixes a peer has announced: what an upper bound on them counts (RFC 4271 section 6.7)."""

from __future__ import annotations

from collections.abc import Iterable

from dxemu.bgp.route import Announcement
from dxemu.units import IPNetwork


class ReceivedPrefixes:
    """The prefixes that one peer has announced and not withdrawn, also those that the import policy refuses."""

    def __init__(self) -> None:
        self._prefixes: set[IPNetwork] = set()

    def hear(self, announce: Iterable[Announcement], withdraw: Iterable[IPNetwork]) -> int:
        """An UPDATE message: withdrawn routes first, as in the message. Gives how many there are after it."""
        self._prefixes.difference_update(withdraw)
        self._prefixes.update(announcement.prefix for announcement in announce)
        return len(self._prefixes)

    def forget(self) -> None:
        """The session went down: the next one begins with nothing."""
        self._prefixes.clear()
