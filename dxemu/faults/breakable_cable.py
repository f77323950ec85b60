"""A cable of a running lab, as faults need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from dxemu.faults.quality import DIRECTIONS, Quality

IN_ONE_PIECE = "its cable was built in one piece, whose ends lose light together; rehearse it in a scenario"
"""Why light cannot go at one end of it: a lab that stays is not built for that."""


def in_one_piece(cables: Sequence[str]) -> str:
    """Why those that are to lose light at one end cannot; "" if there are none."""
    return IN_ONE_PIECE if cables else ""


class BreakableCable(Protocol):
    """A cable as faults need it. Whatever is done gives what the kernel then says, by node."""

    @property
    def name(self) -> str:
        """Its name in the plan."""

    async def silence(self, *, silent: bool, directions: Sequence[str] = DIRECTIONS) -> Mapping[str, float]:
        """Drop everything from now on, or no longer. Gives the loss in percent; raises FaultNotApplied."""

    async def dropped(self) -> int:
        """Packets dropped at both ends since the cable was last silenced, or spoke again."""

    async def worsen(self, quality: Quality, directions: Sequence[str]) -> str:
        """Do this to packets too, `to_aws` or `from_aws`. Gives what the kernels then say; raises FaultNotApplied."""

    async def mend(self, quality: Quality, directions: Sequence[str]) -> str:
        """Do this no longer; what else is done stays. Gives what the kernels then say; raises FaultNotApplied."""

    async def set_carrier(self, *, up: bool) -> Mapping[str, bool]:
        """Take the light away from both ends, or give it back, as far as nothing else cuts it.

        Raises FaultNotApplied.
        """

    async def lose_light(self, node: str, *, lost: bool) -> Mapping[str, bool]:
        """Take the light from the end at `node` alone, or give it back, as far as nothing else takes it.

        Raises FaultNotApplied, also if the lab was not built for it (`Fault.halved`).
        """
