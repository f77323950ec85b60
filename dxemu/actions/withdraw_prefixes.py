"""A router of the customer's announces some prefixes no longer: a leak is stopped, or routes are summarised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.actions.base import OfPrefixes, OperatedLab, in_few_words
from dxemu.errors import FaultNotApplied


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPrefixes(OfPrefixes):
    """What the router never announced is none of it: nothing changes then."""

    words: ClassVar[str] = "a router announces them no longer"

    async def do(self, lab: OperatedLab) -> str:
        """Withdraw them, and read the router's table."""
        gone = self.networks
        announced = await lab.operator.withdraw(self.target, gone)
        left = set(gone) & set(announced)
        if left:
            raise FaultNotApplied(f"{self.target} should have withdrawn {in_few_words(left)}, its table has it")
        return f"{self.target} announces {in_few_words(announced)}"
