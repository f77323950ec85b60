"""A router of the customer's announces some prefixes no longer: a leak is stopped, or routes are summarised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from dxemu.actions.base import OfPrefixes, OperatedLab, in_few_words, with_ends, with_originated
from dxemu.control.converge import announcements
from dxemu.errors import FaultNotApplied
from dxemu.plan.model import Plan, SessionEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPrefixes(OfPrefixes):
    """What it has from another router it no longer passes on to AWS: that is how people drain."""

    words: ClassVar[str] = "a router announces them no longer"

    def planned(self, plan: Plan) -> Plan:
        """It is neither announced by the router itself nor passed on by it."""
        external = {session.name for session in plan.sessions if session.external}
        said = [told for (name, at), told in announcements(plan).items() if at == self.target and name in external]
        heard = {announcement.prefix for told in said for announcement in told} & self.passed_on(plan)
        gone = [prefix for prefix in self.networks if prefix in heard]

        def end(one: SessionEnd) -> SessionEnd:
            if one.speaker != self.target:
                return one
            return replace(one, withholds=tuple(dict.fromkeys((*one.withholds, *gone))))

        return with_ends(with_originated(plan, self.target, (), frozenset(self.networks)), end, external)

    def mistake(self, plan: Plan) -> str:
        """The router announces nothing of it."""
        if self.planned(plan) == plan:
            return f"{self.target} does not announce {in_few_words(self.networks)}: there is nothing to withdraw"
        return ""

    async def do(self, lab: OperatedLab) -> str:
        """Withdraw them, and read the router's table."""
        gone = self.networks
        if set(gone).isdisjoint(lab.operator.announced(self.target)):
            raise FaultNotApplied(f"{self.target} does not announce {in_few_words(gone)}: there is nothing to withdraw")
        await lab.operator.withdraw(self.target, gone)
        announced = lab.operator.announced(self.target)
        left = set(gone) & set(announced)
        if left:
            raise FaultNotApplied(f"{self.target} should have withdrawn {in_few_words(left)}, its table has it")
        return f"{self.target} announces {in_few_words(announced)}"
