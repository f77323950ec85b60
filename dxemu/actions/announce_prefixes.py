"""A router of the customer's announces more than was planned: a new site, or a leak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab, in_few_words, prefixes_of
from dxemu.errors import FaultNotApplied


class AnnouncePrefixes(Action):
    """`prefixes`, or `count` networks of the size of `first`, one after the other; no filter stops them."""

    targets: ClassVar[Mapping[str, str]] = {
        "router": "router",
        "prefixes": "prefixes|",
        "first": "prefix|",
        "count": "count?",
    }

    async def do(self, lab: OperatedLab) -> str:
        """Announce them, and read the router's table and what it told AWS."""
        wanted = prefixes_of(self.parameters, "prefixes", "first")
        announced = await lab.operator.announce(self.target, wanted)
        missing = set(wanted) - set(announced)
        if missing:
            raise FaultNotApplied(f"{self.target} should announce {in_few_words(missing)}, its table has none of it")
        told = [f"{count} to {session}" for session, count in lab.operator.told(self.target).items()]
        return f"{self.target} announces {in_few_words(wanted)}; in all {', '.join(told) or 'nothing'} to AWS"
