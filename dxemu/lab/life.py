"""What says that a lab lives: sessions that are up, addresses that somebody has, and what a port's light is about."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from dxemu.events.base import Event
from dxemu.events.last_words import LastWords
from dxemu.events.links import VrrpChanged
from dxemu.events.sessions import BfdChanged, BgpChanged, PrefixLimitExceeded
from dxemu.lab.journal import Journal
from dxemu.lab.reasons import Reasons
from dxemu.plan.model import BgpSession, Plan

CONVERGED_WITHIN_S = 120.0
"""Lab time for all sessions to come up: two rounds of the slowest retry of anything in it."""


def carriers(plan: Plan) -> dict[tuple[str, str], str]:
    """What a loss of carrier is about, by node and interface: a cable, or a LAG as a whole."""
    found = {(port.node, port.name): cable.name for cable in plan.cables for port in (cable.a, cable.b)}
    return found | {(bond.node, bond.name): bond.lag for bond in plan.bonds}


def first_masters(plan: Plan) -> set[tuple[int, str]]:
    """Who has each shared address while nothing is broken, by virtual router ID: the highest priority."""
    return {(group.virtual_router_id, group.priorities[0][0]) for group in plan.vrrp}


def is_sign_of_life(event: Event) -> bool:
    """Whether a session or its BFD came up, or went down."""
    return isinstance(event, BgpChanged | BfdChanged)


def signs_of_life(session: BgpSession) -> list[tuple[str, str, str]]:
    """What says that a session is up at both ends: kind of event, session and node."""
    kinds = (BgpChanged.word, BfdChanged.word) if session.has_bfd else (BgpChanged.word,)
    return [(kind, session.name, end.node) for kind in kinds for end in session.ends]


class LifeSigns(LastWords):
    """What was told last, also who has the shared addresses.

    `beyond_quota` are sessions whose peer has announced more than AWS takes, `reasons` why what is down is so.
    """

    def __init__(self) -> None:
        super().__init__()
        self.beyond_quota: set[str] = set()
        self.reasons = Reasons()
        self._vrrp: dict[tuple[int, str], str] = {}

    def note(self, event: Event, stamp: int = 0) -> None:
        """It was told, at this moment of the lab's clock."""
        self.reasons.note(event, stamp)
        if isinstance(event, VrrpChanged):
            self._vrrp[event.virtual_router_id, event.node] = event.state
        elif isinstance(event, PrefixLimitExceeded):
            self.beyond_quota.add(event.session)
        else:
            super().note(event)

    @property
    def masters(self) -> set[tuple[int, str]]:
        """Who has each shared address at this moment, by virtual router ID."""
        return {group for group, state in self._vrrp.items() if state == "master"}

    def established(self, plan: Plan) -> int:
        """How many BGP sessions are up at both ends at this moment."""
        sessions = [session for session in plan.sessions if not session.static]
        return sum({(BgpChanged.word, s.name, end.node) for end in s.ends} <= self.up for s in sessions)

    async def alive(self, journal: Journal, sessions: Sequence[BgpSession]) -> None:
        """Return when `sessions` are up at both ends, with BFD where it runs. Raises LabError if it takes too long."""
        wanted = {want for session in sessions for want in signs_of_life(session)}
        while not wanted <= self.up:
            journal.building("sessions", len(wanted & self.up), len(wanted))
            missing = ", ".join(f"{kind} of {session} on {node}" for kind, session, node in sorted(wanted - self.up))
            await journal.wait_for(missing, is_sign_of_life, CONVERGED_WITHIN_S)

    async def quotas_reached(self, journal: Journal, sessions: AbstractSet[str]) -> None:
        """Return when all of `sessions` have been beyond their quota. Raises LabError if it takes too long."""
        while not self.beyond_quota >= sessions:
            await journal.wait_for("a quota", lambda event: isinstance(event, PrefixLimitExceeded), CONVERGED_WITHIN_S)

    async def mastered(self, journal: Journal, plan: Plan) -> None:
        """Return when who should have each shared address has it. Raises LabError if it takes too long."""
        while not self.masters >= first_masters(plan):
            await journal.wait_for("a VRRP master", lambda event: isinstance(event, VrrpChanged), CONVERGED_WITHIN_S)
