"""Routes: announced, let in, chosen, put into the kernel's table, taken out."""

from __future__ import annotations

from typing import ClassVar

from dxemu.events.base import NodeEvent


class PrefixesOriginated(NodeEvent):
    """From now on this speaker announces exactly these of its own."""

    word: ClassVar[str] = "originates"
    speaker: str
    prefixes: tuple[str, ...]


class PrefixesLetOut(NodeEvent):
    """From now on this speaker's filters towards AWS let these pass, too."""

    word: ClassVar[str] = "let_out"
    speaker: str
    prefixes: tuple[str, ...]


class PrefixesHeldBack(NodeEvent):
    """An operator withdrew them towards AWS: a router that has them from others does not pass them on."""

    word: ClassVar[str] = "held_back"
    speaker: str
    prefixes: tuple[str, ...]


class PrefixesApproved(NodeEvent):
    """AWS accepts these, too, when they are announced the next time."""

    word: ClassVar[str] = "approved"
    session: str
    prefixes: tuple[str, ...]


class RouteRefused(NodeEvent):
    """An announcement that the import policy does not let in."""

    word: ClassVar[str] = "refused"
    session: str
    prefix: str
    reason: str


class RouteWithheld(NodeEvent):
    """A gateway is not told of a route, such as a Region's public network of one to the customer."""

    word: ClassVar[str] = "withheld"
    session: str
    prefix: str
    reason: str


class RoutesWithdrawn(NodeEvent):
    """The routes of a lost session, or withdrawn by the peer, have left the RIB."""

    word: ClassVar[str] = "withdrawn"
    session: str
    prefixes: tuple[str, ...]


class BestChosen(NodeEvent):
    """The decision process chose anew, by `rule`. `session` is None if no path is left, "" for a route of its own.

    A router tells its `speaker`, and of a route from a peer the `peer`'s node and whether it is `internal` (iBGP).
    `shared` are the sessions whose routes share the flows, if there are several.
    """

    word: ClassVar[str] = "best"
    speaker: str | None = None
    prefix: str
    session: str | None
    rule: str
    shared: tuple[str, ...] | None = None
    peer: str | None = None
    internal: bool | None = None


class TableChanged(NodeEvent):
    """The kernel says that its table changed. `via` are the next hops, None if the route was deleted."""

    word: ClassVar[str] = "route"
    prefix: str
    via: str | None
    interface: str | None
