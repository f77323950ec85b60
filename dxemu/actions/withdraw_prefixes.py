"""A router of the customer's announces some prefixes no longer: a leak is stopped, or routes are summarised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab, in_few_words, prefixes_of
from dxemu.errors import FaultNotApplied


class WithdrawPrefixes(Action):
    """`prefixes`, or `count` networks of the size of `first`, one after the other."""

    targets: ClassVar[Mapping[str, str]] = {
        "router": "router",
        "prefixes": "prefixes|",
        "first": "prefix|",
        "count": "count?",
    }

    async def do(self, lab: OperatedLab) -> str:
        """Withdraw them, and read the router's table."""
        gone = prefixes_of(self.parameters, "prefixes", "first")
        announced = await lab.operator.withdraw(self.target, gone)
        left = set(gone) & set(announced)
        if left:
            raise FaultNotApplied(f"{self.target} should have withdrawn {in_few_words(left)}, its table has it")
        return f"{self.target} announces {in_few_words(announced)}"
