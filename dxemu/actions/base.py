"""What every action is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from dxemu.lab.lab import Lab


class Action(ABC):
    """One kind of order. `targets` names its parameters and what each names, as `Fault.targets` does."""

    targets: ClassVar[Mapping[str, str]]

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self.parameters = parameters

    @property
    def target(self) -> str:
        """What it is about, for people."""
        return next(iter(self.parameters.values()))

    @abstractmethod
    async def do(self, lab: Lab) -> str:
        """Do it, read it back, say what was seen. Raises FaultNotApplied."""
