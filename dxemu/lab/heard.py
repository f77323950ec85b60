"""Whether the ends of a session know of each other what holds: what one announces is in the other's table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dxemu.bgp.policy import Refused, import_route
from dxemu.bgp.route import Announcement, Route
from dxemu.lab.router import Router
from dxemu.lab.routing import Routing
from dxemu.plan.model import BgpSession
from dxemu.units import IPNetwork

_Held = dict[IPNetwork, Route | None]
"""What is held from a peer, by prefix; None: it was refused."""


def not_heard(routing: Routing, session: BgpSession) -> str:
    """What an end of an established session does not hold yet of what the other announces; empty if all is there."""
    if session.static:
        return ""
    for mine, other in (session.ends, session.ends[::-1]):
        here, there = routing.routers.get(mine.speaker), routing.routers.get(other.speaker)
        if here is None or there is None:
            continue
        missing = _missing(here, session, there.told(session.name))
        if missing is not None:
            return f"{here.name} did not hear of {missing} on {session.name} what {there.name} announces"
    return ""


def _missing(here: Router, session: BgpSession, announced: tuple[Announcement, ...]) -> IPNetwork | None:
    policy = here.policies.imports(session)
    imported = [import_route(announcement, policy) for announcement in announced]
    wanted: _Held = {item.prefix: None if isinstance(item, Refused) else _plain(item) for item in imported}
    held: _Held = {prefix: None for (name, prefix) in here.policies.refused if name == session.name}
    has = held | {route.prefix: _plain(route) for route in _learnt(here, session)}
    if wanted == has:
        return None
    return next(prefix for prefix in (*wanted, *has) if prefix not in has or wanted.get(prefix) != has[prefix])


def _learnt(router: Router, session: BgpSession) -> Iterator[Route]:
    for prefix in router.loc_rib.learnt(session.name):
        yield from (route for route in router.loc_rib.candidates(prefix) if route.session == session.name)


def _plain(route: Route) -> Route:
    """Without the order of the communities, which means nothing: ExaBGP sends them sorted."""
    return replace(route, communities=tuple(sorted(route.communities)))
