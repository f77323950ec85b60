"""A router of the customer's announces more than was planned: a new site, or a leak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.actions.base import OfPrefixes, OperatedLab, in_few_words
from dxemu.errors import FaultNotApplied


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncePrefixes(OfPrefixes):
    """No filter of the customer's stops them."""

    words: ClassVar[str] = "a router announces more; no filter of the customer's stops it"

    async def do(self, lab: OperatedLab) -> str:
        """Announce them, and read the router's table and what it told AWS."""
        wanted = self.networks
        announced = await lab.operator.announce(self.target, wanted)
        missing = set(wanted) - set(announced)
        if missing:
            raise FaultNotApplied(f"{self.target} should announce {in_few_words(missing)}, its table has none of it")
        told = [f"{count} to {session}" for session, count in lab.operator.told(self.target).items()]
        return f"{self.target} announces {in_few_words(wanted)}; in all {', '.join(told) or 'nothing'} to AWS"
