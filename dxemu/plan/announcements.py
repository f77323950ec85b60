"""What the customer's routers announce otherwise than follows from their networks, their peers and the filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dxemu.plan.draft import Draft
from dxemu.plan.session import BgpSession, SessionEnd
from dxemu.plan.wiring import Side
from dxemu.topology.model_routing import RouterAnnouncement
from dxemu.units import IPNetwork

Said = Mapping[str, Mapping[IPNetwork, RouterAnnouncement]]


def announce_otherwise(draft: Draft) -> None:
    """Let every router announce what its `announcements` say, once all sessions and their filters are there.

    What is withheld and the router's own it has no longer; what others told it AWS does not hear of from it.
    """
    said: Said = {
        settings.router: dict(settings.announcements)
        for settings in draft.topology.customer.router_settings
        if settings.announcements
    }
    if not said:
        return
    own = {speaker.name: frozenset(speaker.originates) for speaker in draft.speakers}
    draft.speakers[:] = [
        replace(one, originates=_originated(one.originates, said[one.name])) if one.name in said else one
        for one in draft.speakers
    ]
    held_back = {
        router: tuple(p for p, how in more.items() if how is RouterAnnouncement.WITHHOLD and p not in own[router])
        for router, more in said.items()
    }
    let_out = tuple(
        dict.fromkeys(p for more in said.values() for p, how in more.items() if how is not RouterAnnouncement.WITHHOLD)
    )
    customers = {speaker.name for speaker in draft.speakers if speaker.side is Side.CUSTOMER}

    def end(session: BgpSession, one: SessionEnd) -> SessionEnd:
        if one.speaker not in customers:
            return one
        announces = one.announces
        if announces is not None:
            announces = tuple(dict.fromkeys((*announces, *let_out)))
        withheld = held_back.get(one.speaker, ()) if session.external else ()
        return replace(one, announces=announces, withholds=(*one.withholds, *withheld))

    draft.sessions[:] = [
        session
        if session.static
        else replace(session, ends=(end(session, session.ends[0]), end(session, session.ends[1])))
        for session in draft.sessions
    ]


def _originated(before: tuple[IPNetwork, ...], said: Mapping[IPNetwork, RouterAnnouncement]) -> tuple[IPNetwork, ...]:
    gone = {prefix for prefix, how in said.items() if how is RouterAnnouncement.WITHHOLD}
    more = (prefix for prefix, how in said.items() if how is RouterAnnouncement.ORIGINATE)
    return tuple(dict.fromkeys((*(prefix for prefix in before if prefix not in gone), *more)))
