"""A router of the customer's announces more than was planned: a new site, or a leak."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from dxemu.actions.base import OfPrefixes, OperatedLab, in_few_words, with_ends, with_originated
from dxemu.errors import FaultNotApplied
from dxemu.plan.model import Plan, SessionEnd, Side
from dxemu.units import IPNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncePrefixes(OfPrefixes):
    """No filter of the customer's stops them."""

    words: ClassVar[str] = "a router announces more; no filter of the customer's stops it"

    def planned(self, plan: Plan) -> Plan:
        """The router has what nobody told it, and no filter of the customer's stops any of it.

        What it has from another one it passes on, and forwards as before.
        """
        new = [p for p in self.networks if p not in self.passed_on(plan)]
        return with_ends(with_originated(plan, self.target, new, frozenset()), _let_out(plan, self.networks))

    def mistake(self, plan: Plan) -> str:
        """Nothing is announced that was not announced before."""
        if self.planned(plan) == plan:
            return f"{self.target} announces {in_few_words(self.networks)} already"
        return ""

    async def do(self, lab: OperatedLab) -> str:
        """Announce them, and read the router's table and what it told AWS."""
        wanted = self.networks
        await lab.operator.announce(self.target, wanted)
        missing = set(wanted) - set(lab.operator.announced(self.target)) if lab.operator.told(self.target) else set()
        if missing:
            raise FaultNotApplied(f"{self.target} should announce {in_few_words(missing)}, its table has none of it")
        told = [f"{count} to {session}" for session, count in lab.operator.told(self.target).items()]
        return f"{self.target} announces {in_few_words(wanted)}; in all {', '.join(told) or 'nothing'} to AWS"


def _let_out(plan: Plan, prefixes: Sequence[IPNetwork]) -> Callable[[SessionEnd], SessionEnd]:
    """What an end of the customer's is once nothing stops `prefixes`."""

    def end(end: SessionEnd) -> SessionEnd:
        if plan.node(end.node).side is not Side.CUSTOMER:
            return end
        more = end.announces
        if more is not None:
            more = tuple(dict.fromkeys((*more, *prefixes)))
        return replace(end, announces=more, withholds=tuple(p for p in end.withholds if p not in prefixes))

    return end
