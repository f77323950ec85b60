"""Routes: announced, let in, chosen, put into the kernel's table, taken out."""

from __future__ import annotations

from typing import ClassVar

from dxemu.events.base import Event


class PrefixesOriginated(Event):
    """From now on this speaker announces exactly these of its own."""

    word: ClassVar[str] = "originates"
    node: str
    speaker: str
    prefixes: tuple[str, ...]


class PrefixesLetOut(Event):
    """From now on this speaker's filters towards AWS let these pass, too."""

    word: ClassVar[str] = "let_out"
    node: str
    speaker: str
    prefixes: tuple[str, ...]


class PrefixesApproved(Event):
    """AWS accepts these, too, when they are announced the next time."""

    word: ClassVar[str] = "approved"
    node: str
    session: str
    prefixes: tuple[str, ...]


class RouteRefused(Event):
    """An announcement that the import policy does not let in."""

    word: ClassVar[str] = "refused"
    node: str
    session: str
    prefix: str
    reason: str


class RouteWithheld(Event):
    """A gateway is not told of a route, such as a Region's public network of one to the customer."""

    word: ClassVar[str] = "withheld"
    node: str
    session: str
    prefix: str
    reason: str


class RoutesWithdrawn(Event):
    """The routes of a lost session, or withdrawn by the peer, have left the RIB."""

    word: ClassVar[str] = "withdrawn"
    node: str
    session: str
    prefixes: tuple[str, ...]


class BestChosen(Event):
    """The decision process chose anew, by `rule`. `session` is None if no path is left, "" for a route of its own.

    A router tells its `speaker`, and of a route from a peer the `peer`'s node and whether it is `internal` (iBGP).
    `shared` are the sessions whose routes share the flows, if there are several.
    """

    word: ClassVar[str] = "best"
    node: str
    speaker: str | None = None
    prefix: str
    session: str | None
    rule: str
    shared: tuple[str, ...] | None = None
    peer: str | None = None
    internal: bool | None = None


class TableChanged(Event):
    """The kernel says that its table changed. `via` are the next hops, None if the route was deleted."""

    word: ClassVar[str] = "route"
    node: str
    prefix: str
    via: str | None
    interface: str | None
