"""An action: somebody looks at a router, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab
from dxemu.parameters import target_field


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAround(Action):
    """How many prefixes AWS was told."""

    words: ClassVar[str] = "somebody looks at what a router announces"

    router: str | None = target_field()

    async def do(self, lab: OperatedLab) -> str:
        """Ask its table."""
        return ", ".join(f"{count} prefixes on {session}" for session, count in lab.operator.told(self.target).items())
