"""Where routing ends up: every speaker's table after BGP has settled, computed without starting anything.

Uses the same tables and policies as the lab's routers, so what is predicted and what runs follow the same rules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from dxemu.bgp.adj_rib_out import AdjRibOut, Update
from dxemu.bgp.policy import ExportPolicy, ImportPolicy, export_route
from dxemu.bgp.rib import BestPathChange, LocRib
from dxemu.bgp.route import Announcement
from dxemu.control.interior import interior_cost
from dxemu.control.led_routes import as_entries, heard, led_routes
from dxemu.control.policy import (
    ends_of,
    export_policy,
    gateway_paths,
    import_policy,
    maximum_paths,
    static_announcements,
    takes,
)
from dxemu.control.public_scope import region_cost
from dxemu.errors import DxemuError
from dxemu.plan.model import BgpSession, Gateway, Plan, Side

UPDATES_OF_AN_END = 200
"""No end of a session sends more until BGP has settled, in a design where it does: a few for each router on the way."""


class NeverSettles(DxemuError):
    """Routers that prefer each other's routes change their minds for ever (RFC 3345 and RFC 4456 section 11)."""

    exit_status = 2

    def __init__(self, speakers: AbstractSet[str]) -> None:
        super().__init__(
            f"BGP of this design never settles: {', '.join(sorted(speakers))} take each other's routes by turns\n"
            "  Give what they hear from each other a lower `local_pref` than their own ways, and circuits between "
            "route\n  reflectors a higher `cost` than those to their clients."
        )


End = tuple[str, str]
"""A session and the speaker at one of its ends."""

Phase = tuple[AbstractSet[str], AbstractSet[End]]
"""Sessions that carry nothing for a time, and the ends that have given up theirs by its end."""


def converge(plan: Plan, down_sessions: AbstractSet[str] = frozenset()) -> Mapping[str, LocRib]:
    """The table of each speaker once all sessions but `down_sessions` are up and no update is under way.

    A hosted virtual interface that is not confirmed is down, and so is what is switched off at an end, and a session on
    which the peer announces more prefixes than AWS takes.
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
    settling = _Settling(_Policies(plan))
    settling.begin(down_ends, before or {})
    return settling.ribs


def announcements(plan: Plan) -> Mapping[End, tuple[Announcement, ...]]:
    """What each end of each session announces when everything is up, by session and announcing speaker."""
    return Settled(plan).announcements()


class Settled:
    """BGP of a plan when everything is up, and from there what it comes to when ends give up their sessions.

    That is `converge_ends` with what was announced when everything was up. But only those speakers are computed anew
    that hear of it: the tables of all others are the same objects as `ribs`, and are not to be changed.
    """

    def __init__(self, plan: Plan) -> None:
        self._policies = _Policies(plan)
        self._all_up = _Settling(self._policies)
        self._all_up.begin(frozenset(), {})

    @property
    def ribs(self) -> Mapping[str, LocRib]:
        """Each speaker's table when everything is up."""
        return self._all_up.ribs

    @property
    def beyond_quota(self) -> Mapping[str, str]:
        """The sessions that are Idle by the design itself, and AWS's rule with the number of prefixes."""
        return self._all_up.beyond_quota

    def announcements(self) -> Mapping[End, tuple[Announcement, ...]]:
        """What each end of each session announces, by session and announcing speaker."""
        return {
            (session.name, end.speaker): self._all_up.told[end.speaker].sent(session.name)
            for session in self._policies.plan.sessions
            for end in session.ends
        }

    def offered(self, session: BgpSession) -> int:
        """How many prefixes the customer would announce on `session`, as its quota counts them."""
        says, hears = session.ends
        policy = self._policies.exporting(session, says.speaker)
        told = (export_route(route, policy) for route in self.ribs[says.speaker].routes())
        return sum(isinstance(one, Announcement) and hears.asn not in one.as_path for one in told)

    def without(
        self, down_ends: AbstractSet[End], silent: AbstractSet[str] = frozenset(), earlier: Iterable[Phase] = ()
    ) -> Mapping[str, LocRib]:
        """Each speaker's table when `down_ends` have given up their session. No update crosses the `silent` ones.

        `earlier` are phases through which others were silent, each with the ends that had given up theirs by its end.
        """
        phases = [phase for phase in (*earlier, (silent, down_ends)) if phase[1]]
        if not phases:
            return self.ribs
        before = self._all_up
        settling = _Settling(self._policies, dict(before.ribs), dict(before.told))
        settling.beyond_quota |= before.beyond_quota
        given_up: AbstractSet[End] = frozenset()
        for settling.silent, gone in phases:
            settling.give_up(gone - given_up)
            given_up = gone
        return settling.ribs


class _Policies:
    """The policies of both ends of every session, each made when it is first needed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sessions = {session.name: session for session in plan.sessions if session.in_service}
        self._imports: dict[End, ImportPolicy] = {}
        self._exports: dict[End, ExportPolicy] = {}

    def importing(self, session: BgpSession, speaker: str) -> ImportPolicy:
        """What `speaker` does with what it hears."""
        end = session.name, speaker
        if end not in self._imports:
            self._imports[end] = import_policy(self.plan, session, speaker)
        return self._imports[end]

    def exporting(self, session: BgpSession, speaker: str) -> ExportPolicy:
        """What `speaker` announces."""
        end = session.name, speaker
        if end not in self._exports:
            self._exports[end] = export_policy(self.plan, session, speaker)
        return self._exports[end]


@dataclass
class _Settling:
    """BGP between all speakers, as updates that are under way until there are none.

    `ribs` and `told` that it is given belong to somebody else: those of a speaker are copied before they change.
    """

    policies: _Policies
    ribs: dict[str, LocRib] = field(default_factory=dict)
    told: dict[str, AdjRibOut] = field(default_factory=dict)
    under_way: deque[tuple[str, Update]] = field(default_factory=deque)
    own: set[str] = field(default_factory=set)
    beyond_quota: dict[str, str] = field(default_factory=dict)
    silent: AbstractSet[str] = frozenset()

    def begin(self, down_ends: AbstractSet[End], before: Mapping[End, tuple[Announcement, ...]]) -> None:
        """All speakers start with what they originate."""
        for speaker in self.policies.plan.speakers:
            self.ribs[speaker.name] = LocRib(
                speaker.originates, interior_cost(self.policies.plan, speaker), maximum_paths=maximum_paths(speaker)
            )
            self.told[speaker.name] = AdjRibOut()
            self.own.add(speaker.name)
        for session in self.policies.sessions.values():
            for end in session.ends:
                self._start(session, end.speaker, down_ends, before)
        self._run()

    def give_up(self, down_ends: AbstractSet[End]) -> None:
        """`down_ends` forget what they heard. From then on no update crosses those sessions."""
        gone = [(self.policies.sessions[name], speaker) for name, speaker in sorted(down_ends) if self._is_up(name)]
        self._forget(gone)
        self._run()

    def _forget(self, gone: Sequence[tuple[BgpSession, str]]) -> None:
        """These ends of sessions give up what they heard, and nobody announces anything there any more."""
        for session, _ in gone:
            for end in session.ends:
                self._make_own(end.speaker)
                self.told[end.speaker].down(session.name)
        for session, speaker in gone:
            self._tell(speaker, self.ribs[speaker].purge(session.name))

    def _is_up(self, session: str) -> bool:
        """Whether it stayed up: one that nobody has confirmed did not, nor one that is switched off or Idle."""
        return session in self.policies.sessions and session not in self.beyond_quota

    def _make_own(self, speaker: str) -> None:
        if speaker not in self.own:
            self.own.add(speaker)
            self.ribs[speaker] = self.ribs[speaker].copy()
            self.told[speaker] = self.told[speaker].copy()

    def _run(self) -> None:
        left = UPDATES_OF_AN_END * 2 * max(1, len(self.policies.sessions))
        while self.under_way:
            sender, update = self.under_way.popleft()
            session = self.policies.sessions[update.session]
            left -= 1
            if left < 0:
                raise NeverSettles({sender, *(other for other, _ in self.under_way)})
            if session.name not in self.silent:
                self._hear(session, ends_of(session, sender)[1].speaker, update.announce, update)

    def _start(
        self,
        session: BgpSession,
        speaker: str,
        down_ends: AbstractSet[End],
        before: Mapping[End, tuple[Announcement, ...]],
    ) -> None:
        """`speaker` begins to announce; or the other end goes on believing what it announced before."""
        receiver = ends_of(session, speaker)[1].speaker
        if (session.name, receiver) in down_ends:
            return
        if session.static:
            self._hear(session, receiver, static_announcements(self.policies.plan, session, receiver), None)
        elif (session.name, speaker) in down_ends:
            self._hear(session, receiver, before.get((session.name, speaker), ()), None)
        else:
            policy = self.policies.exporting(session, speaker)
            self.under_way.append((speaker, self.told[speaker].up(policy, self.ribs[speaker].routes())))

    def _hear(
        self, session: BgpSession, receiver: str, announce: tuple[Announcement, ...], update: Update | None
    ) -> None:
        if session.name in self.beyond_quota:
            return
        self._make_own(receiver)
        policy = self.policies.importing(session, receiver)
        received = self.ribs[receiver].receive(announce, update.withdraw if update else (), policy)
        self._tell(receiver, received.changes)
        why = self._why_beyond(session, receiver) if update is not None else None
        if why is not None:
            self.beyond_quota[session.name] = why
            self._forget([(session, end.speaker) for end in session.ends])

    def _why_beyond(self, session: BgpSession, receiver: str) -> str | None:
        """What AWS does about all that `receiver` hears on `session`; None within the quota."""
        if session.prefix_quota is None or self.policies.plan.speaker(receiver).side is not Side.AWS:
            return None
        own, other = ends_of(session, receiver)
        sent = self.told[other.speaker].sent(session.name)
        return session.prefix_quota.check(sum(own.asn not in heard.as_path for heard in sent), "prefixes")

    def _tell(self, speaker: str, changes: tuple[BestPathChange, ...]) -> None:
        self.under_way.extend((speaker, further) for further in self.told[speaker].after(changes))


def gateway_rib(
    plan: Plan, gateway: Gateway, ribs: Mapping[str, LocRib], table: int, lost: AbstractSet[str] = frozenset()
) -> LocRib:
    """One route table of `gateway`, where each route stands under the name of the speaker that it leads to.

    Empty if the VPC's route table does not get the routes (route propagation is off). `lost` are speakers that the
    gateway takes for gone. What a static route to an attachment comes to is in it, too (`dxemu.control.led_routes`).
    """
    rib = LocRib(igp_cost=region_cost(plan, gateway), maximum_paths=gateway_paths(gateway))
    for attachment in gateway.attachments:
        if table in attachment.tables and gateway.propagates_to(table) and attachment.speaker not in lost:
            routes = [route for route in ribs[attachment.speaker].routes() if takes(gateway, table, route.prefix)]
            rib.learn(attachment.speaker, heard(plan, gateway, attachment, routes))
    if any(where == table for where, _, _ in gateway.led):
        led = led_routes(plan, gateway, ribs, table, lost=lost, propagated=tuple(rib.best))
        for speaker, entries in led.items():
            rib.learn(speaker, as_entries(entries))
    return rib


def tables_of(gateway: Gateway) -> tuple[int, ...]:
    """The kernel tables that a gateway's attachments feed, or that have a static route to one of them."""
    fed = (table for attachment in gateway.attachments for table in attachment.tables)
    return tuple(dict.fromkeys((*fed, *(table for table, _, _ in gateway.led))))
