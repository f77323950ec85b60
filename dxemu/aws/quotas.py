"""Quotas of Direct Connect that change what a network does.

Source: Direct Connect User Guide, "Direct Connect quotas" and "Inbound prefix controls", 2026; read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A limit: the `most` that is allowed, of what and `per` what, and what happens `beyond` it."""

    most: int
    per: str
    beyond: str

    def check(self, count: int) -> str | None:
        """A sentence that says what AWS does about `count`; None within the quota."""
        if count <= self.most:
            return None
        return f"{count} are more than the {self.most} allowed {self.per}: {self.beyond}"


ROUTES_PRIVATE = Quota(
    most=100,
    per="routes from the customer, per address family and private or transit virtual interface",
    beyond="the BGP session goes Idle until routes are withdrawn and the session is reset",
)
"""Routes that the customer may announce. Since 2026-08 up to 1,000 can be allocated to a virtual interface."""

ROUTES_PUBLIC = Quota(
    most=1000,
    per="routes from the customer, per public virtual interface",
    beyond="the BGP session goes down",
)
"""Routes that the customer may announce on a public virtual interface; cannot be raised."""

VIRTUAL_INTERFACES_DEDICATED = Quota(
    most=50,
    per="private and public virtual interfaces, per dedicated connection",
    beyond="AWS refuses to create another one",
)
"""Virtual interfaces on a dedicated connection or link aggregation group."""

TRANSIT_VIRTUAL_INTERFACES_DEDICATED = Quota(
    most=4,
    per="transit virtual interfaces, per dedicated connection",
    beyond="AWS refuses to create another one",
)
"""Transit virtual interfaces on a dedicated connection or link aggregation group."""
