"""Where packets go while some routers have heard of something new already, and others have not."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from dxemu.control.forward import Forwarding
from dxemu.control.tables import Hops
from dxemu.units import IPAddress


class Mixed(Forwarding):
    """Packets' ways by the `new` tables at the nodes in `heard`, and by the `old` ones at all others.

    What is built is taken from the design that has more of it.
    """

    def __init__(self, old: Forwarding, new: Forwarding, heard: AbstractSet[str]) -> None:
        more = new if len(new.plan.addresses) >= len(old.plan.addresses) else old
        self.plan, self.wires, self._layout = more.plan, more.wires, more._layout
        self.believed, self.tables, self._asked = new.believed, new.tables, None
        self._old, self._new, self._heard = old, new, heard

    def _of(self, node: str) -> Forwarding:
        return self._new if node in self._heard else self._old

    def _longest(self, node: str, table: int, address: IPAddress) -> Hops:
        return self._of(node)._longest(node, table, address)

    def asked(self, node: str, incoming: str | None) -> list[int]:
        """The kernel tables that are asked for a packet, in order, until one has an entry."""
        of = self._of(node)
        return Forwarding.asked(of, node, incoming)
