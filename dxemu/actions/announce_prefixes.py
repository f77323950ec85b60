"""A router of the customer's announces more than was planned: a new site, or a leak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dxemu.actions.base import (
    OfPrefixes,
    OperatedLab,
    announced_otherwise,
    announcements_patch,
    in_few_words,
    plan_of,
)
from dxemu.errors import FaultNotApplied, WithoutEffect
from dxemu.plan.model import Plan, SessionEnd, Side
from dxemu.topology.model_routing import RouterAnnouncement
from dxemu.units import IPNetwork

if TYPE_CHECKING:
    from dxemu.topology.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncePrefixes(OfPrefixes):
    """No filter of the customer's stops them."""

    words: ClassVar[str] = "a router announces more; no filter of the customer's stops it"

    def patch(self, design: Document) -> Mapping[str, object]:
        """The router originates what nobody told it, and no filter of the customer's stops any of it.

        What it has from another one it passes on, and forwards as before.
        """
        file, plan = design.file(), plan_of(design)
        passed_on, otherwise = self.passed_on(plan), announced_otherwise(file)
        found: dict[str, dict[str, object]] = {}
        for prefix in self.networks:
            written = otherwise.get(prefix, {})
            for router, (key, how) in written.items():
                if router != self.target and how is RouterAnnouncement.WITHHOLD and _held_back(plan, router, prefix):
                    found.setdefault(router, {})[key] = None
            key, before = written.get(self.target, (str(prefix), None))
            wanted = self._wanted(plan, prefix, before, known=prefix in passed_on)
            if wanted is not before:
                found.setdefault(self.target, {})[key] = wanted if wanted is None else wanted.value
        if not found:
            raise WithoutEffect(f"{self.target} announces {in_few_words(self.networks)} already")
        return announcements_patch(file, found)

    def _wanted(
        self, plan: Plan, prefix: IPNetwork, before: RouterAnnouncement | None, *, known: bool
    ) -> RouterAnnouncement | None:
        """What is to stand there of a prefix; `known`: others told the router of it."""
        if before is RouterAnnouncement.ORIGINATE:
            return before
        own = prefix in plan.speaker(self.target).originates
        given_back = before is RouterAnnouncement.WITHHOLD and not _held_back(plan, self.target, prefix)
        if not (known or own or given_back):
            return RouterAnnouncement.ORIGINATE
        return RouterAnnouncement.LET_OUT if before is RouterAnnouncement.LET_OUT or _is_stopped(plan, prefix) else None

    async def do(self, lab: OperatedLab) -> str:
        """Announce them, and read the router's table and what it told AWS."""
        wanted = self.networks
        await lab.operator.announce(self.target, wanted)
        missing = set(wanted) - set(lab.operator.announced(self.target)) if lab.operator.told(self.target) else set()
        if missing:
            raise FaultNotApplied(f"{self.target} should announce {in_few_words(missing)}, its table has none of it")
        told = [f"{count} to {session}" for session, count in lab.operator.told(self.target).items()]
        return f"{self.target} announces {in_few_words(wanted)}; in all {', '.join(told) or 'nothing'} to AWS"


def _customers_ends(plan: Plan) -> Iterator[SessionEnd]:
    for session in plan.sessions:
        for end in session.ends:
            if not session.static and plan.node(end.node).side is Side.CUSTOMER:
                yield end


def _is_stopped(plan: Plan, prefix: IPNetwork) -> bool:
    return any(end.announces is not None and prefix not in end.announces for end in _customers_ends(plan))


def _held_back(plan: Plan, router: str, prefix: IPNetwork) -> bool:
    """Whether a router does not pass on what others told it."""
    return any(end.speaker == router and prefix in end.withholds for end in _customers_ends(plan))
