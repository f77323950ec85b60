"""What was said last of each session, tunnel, member of a LAG, route and probe."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.events.base import Event
from dxemu.events.links import LacpChanged, TunnelChanged
from dxemu.events.probes import OutageSeen
from dxemu.events.routes import TableChanged
from dxemu.events.sessions import BfdChanged, BgpChanged

REPLACED = "replaced"
"""The reason of a tunnel's end that goes down because another IKE SA has taken its place already."""


class LastWords:
    """`up` has kind of event, name and node of every end that is up. Members are in their LAG before the first word."""

    def __init__(self) -> None:
        self.up: set[tuple[str, str, str]] = set()
        self._out: set[tuple[str, str]] = set()
        self._routes: dict[tuple[str, str], str | None] = {}
        self.outages: dict[tuple[str, str], str] = {}
        """Of a probe and a direction: `begun` or `over`; of those whose packets always arrived nothing."""

    @property
    def routes(self) -> Mapping[tuple[str, str], str | None]:
        """The interface by which a node's kernel has a route that it told of, by node and prefix; None: no more."""
        return self._routes

    def is_up(self, sign: str, name: str, node: str) -> bool:
        """Whether that end says so of it: `sign` is the kind of event, `name` that of a cable if it is `lacp`."""
        return (name, node) not in self._out if sign == LacpChanged.word else (sign, name, node) in self.up

    def note(self, event: Event) -> None:
        """It was told."""
        match event:
            case BgpChanged() | BfdChanged():
                self._say(event.word, event.session, event.node, up=event.state == "up")
            case TunnelChanged() if event.reason != REPLACED:
                self._say(event.word, event.tunnel, event.node, up=event.state != "down")
            case LacpChanged():
                (self._out.discard if event.up else self._out.add)((event.cable, event.node))
            case OutageSeen():
                self.outages[event.probe, event.direction] = event.state
            case TableChanged():
                self._routes[event.node, event.prefix] = None if event.via is None else event.interface

    def _say(self, sign: str, name: str, node: str, *, up: bool) -> None:
        (self.up.add if up else self.up.discard)((sign, name, node))
