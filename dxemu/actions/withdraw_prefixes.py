"""A router of the customer's announces some prefixes no longer: a leak is stopped, or routes are summarised."""

from __future__ import annotations

from collections.abc import Mapping
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
from dxemu.control.converge import announcements
from dxemu.errors import FaultNotApplied, WithoutEffect
from dxemu.topology.model_routing import RouterAnnouncement

if TYPE_CHECKING:
    from dxemu.topology.document import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPrefixes(OfPrefixes):
    """What it has from another router it no longer passes on to AWS: that is how people drain."""

    words: ClassVar[str] = "a router announces them no longer"

    def patch(self, design: Document) -> Mapping[str, object]:
        """It is neither announced by the router itself nor passed on by it."""
        file, plan = design.file(), plan_of(design)
        external = {session.name for session in plan.sessions if session.external}
        said = [told for (name, at), told in announcements(plan).items() if at == self.target and name in external]
        heard = {announcement.prefix for told in said for announcement in told} & self.passed_on(plan)
        own, otherwise = plan.speaker(self.target).originates, announced_otherwise(file)
        found: dict[str, object] = {}
        for prefix in self.networks:
            written = otherwise.get(prefix, {})
            key, before = written.get(self.target, (str(prefix), None))
            if before is RouterAnnouncement.ORIGINATE:
                found[key] = None
            elif prefix in own or prefix in heard:
                found[key] = RouterAnnouncement.WITHHOLD.value
        if not found:
            problem = f"{self.target} does not announce {in_few_words(self.networks)}: there is nothing to withdraw"
            raise WithoutEffect(problem)
        return announcements_patch(file, {self.target: found})

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
