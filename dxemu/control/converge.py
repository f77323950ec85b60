"""Where routing ends up: every speaker's table after BGP has settled, computed without starting anything.

Uses the same tables and policies as the lab's routers, so what is predicted and what runs follow the same rules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from dxemu.bgp.rib import AdjRibOut, LocRib, Update
from dxemu.bgp.route import Announcement, Route
from dxemu.control.policy import (
    ends_of,
    export_policy,
    gateway_paths,
    gateway_route,
    import_policy,
    maximum_paths,
    static_announcements,
    takes,
)
from dxemu.control.public_scope import region_cost, told
from dxemu.plan.model import BgpSession, Gateway, Plan

End = tuple[str, str]
"""A session and the speaker at one of its ends."""


def converge(plan: Plan, down_sessions: AbstractSet[str] = frozenset()) -> Mapping[str, LocRib]:
    """The table of each speaker once all sessions but `down_sessions` are up and no update is under way.

    A hosted virtual interface that is not confirmed is down.
    """
    down = {(session.name, end.speaker) for session in plan.sessions for end in session.ends}
    return converge_ends(plan, frozenset(end for end in down if end[0] in down_sessions))


def converge_ends(
    plan: Plan, down_ends: AbstractSet[End], before: Mapping[End, tuple[Announcement, ...]] | None = None
) -> Mapping[str, LocRib]:
    """The same when only some ends have given up their session.

    An end that has not still believes what the other end announced `before`, by session and announcing speaker; and
    hears nothing new.
    """
    settled = _Settling(plan, down_ends, before or {})
    settled.run()
    return settled.ribs


def announcements(plan: Plan) -> Mapping[End, tuple[Announcement, ...]]:
    """What each end of each session announces when everything is up, by session and announcing speaker."""
    settled = _Settling(plan, frozenset(), {})
    settled.run()
    return {
        (session.name, end.speaker): settled.told[end.speaker].sent(session.name)
        for session in plan.sessions
        for end in session.ends
    }


@dataclass
class _Settling:
    """BGP between all speakers, as updates that are under way until there are none."""

    plan: Plan
    down_ends: AbstractSet[End]
    before: Mapping[End, tuple[Announcement, ...]]
    ribs: dict[str, LocRib] = field(default_factory=dict)
    told: dict[str, AdjRibOut] = field(default_factory=dict)
    under_way: deque[tuple[str, Update]] = field(default_factory=deque)

    def run(self) -> None:
        for speaker in self.plan.speakers:
            self.ribs[speaker.name] = LocRib(speaker.originates, maximum_paths=maximum_paths(speaker))
            self.told[speaker.name] = AdjRibOut()
        sessions = {s.name: s for s in self.plan.sessions if s.confirmed}
        for session in sessions.values():
            for end in session.ends:
                self._start(session, end.speaker)
        while self.under_way:
            sender, update = self.under_way.popleft()
            session = sessions[update.session]
            self._hear(session, ends_of(session, sender)[1].speaker, update.announce, update)

    def _start(self, session: BgpSession, speaker: str) -> None:
        """`speaker` begins to announce; or the other end goes on believing what it announced before."""
        receiver = ends_of(session, speaker)[1].speaker
        if (session.name, receiver) in self.down_ends:
            return
        if (session.name, speaker) in self.down_ends:
            self._hear(session, receiver, self.before.get((session.name, speaker), ()), None)
        elif session.static:
            self._hear(session, receiver, static_announcements(self.plan, session, receiver), None)
        else:
            policy = export_policy(self.plan, session, speaker)
            self.under_way.append((speaker, self.told[speaker].up(policy, self.ribs[speaker].routes())))

    def _hear(
        self, session: BgpSession, receiver: str, announce: tuple[Announcement, ...], update: Update | None
    ) -> None:
        policy = import_policy(self.plan, session, receiver)
        received = self.ribs[receiver].receive(announce, update.withdraw if update else (), policy)
        self.under_way.extend((receiver, further) for further in self.told[receiver].after(received.changes))


def gateway_rib(
    plan: Plan, gateway: Gateway, ribs: Mapping[str, LocRib], table: int, lost: AbstractSet[str] = frozenset()
) -> LocRib:
    """One route table of `gateway`, where each route stands under the name of the speaker that it leads to.

    Empty if the VPC's route table does not get the routes (route propagation is off). `lost` are speakers that the
    gateway takes for gone. What a speaker has from another one by SiteLink the gateway hears from that one itself.
    """
    rib = LocRib(igp_cost=region_cost(plan, gateway), maximum_paths=gateway_paths(gateway))
    for attachment in gateway.attachments:
        if table not in attachment.tables or not gateway.propagates_to(table) or attachment.speaker in lost:
            continue
        heard = [
            told(plan, gateway, attachment, route)
            for route in ribs[attachment.speaker].routes()
            if not route.originated and takes(gateway, table, route.prefix)
        ]
        learnt = [route for route in heard if isinstance(route, Route)]
        carried = {address.version for address in attachment.device_addresses}
        rib.learn(
            attachment.speaker,
            [
                gateway_route(plan, gateway, attachment, route)
                for route in learnt
                if route.prefix.version in carried and route.external
            ],
        )
    return rib


def tables_of(gateway: Gateway) -> tuple[int, ...]:
    """The kernel tables that a gateway's attachments feed."""
    return tuple(dict.fromkeys(table for attachment in gateway.attachments for table in attachment.tables))
