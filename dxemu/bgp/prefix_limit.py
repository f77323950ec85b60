"""How many prefixes a peer has announced: what an upper bound on them counts (RFC 4271 section 6.7)."""

from __future__ import annotations

from collections.abc import Iterable

from dxemu.bgp.route import Announcement
from dxemu.units import Asn, IPNetwork


class ReceivedPrefixes:
    """The prefixes that one peer has announced and not withdrawn, also those that a filter refuses.

    Those with `own_asn` in their AS_PATH do not count: they are this end's own, and some routers send them back.
    """

    def __init__(self, own_asn: Asn) -> None:
        self._own_asn = own_asn
        self._prefixes: set[IPNetwork] = set()

    def hear(self, announce: Iterable[Announcement], withdraw: Iterable[IPNetwork]) -> int:
        """An UPDATE message: withdrawn routes first, as in the message. Gives how many there are after it."""
        self._prefixes.difference_update(withdraw)
        for announcement in announce:
            looped = self._own_asn in announcement.as_path
            (self._prefixes.discard if looped else self._prefixes.add)(announcement.prefix)
        return len(self._prefixes)

    def forget(self) -> None:
        """The session went down: the next one begins with nothing."""
        self._prefixes.clear()
