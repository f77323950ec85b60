"""AWS updates a connection: for a while its virtual interfaces carry nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from dxemu.lab.journal import Journal
from dxemu.lab.tasks import Tasks
from dxemu.words import duration


class Silenceable(Protocol):
    """A `dxemu.lab.lab.Lab`, which imports this module."""

    journal: Journal

    async def silence(self, virtual_interface: str, *, silent: bool) -> Mapping[str, float]:
        """Drop all of its packets at both ends, or no longer."""


async def interrupt(
    lab: Silenceable, virtual_interfaces: Sequence[str], seconds: float, until: dict[str, float], tasks: Tasks
) -> str:
    """Silence them, and have them speak again `seconds` later: unless `until` says that they are silent for longer.

    Gives that in words; raises FaultNotApplied if they are not silent.
    """
    over = lab.journal.clock.now() + seconds
    for name in virtual_interfaces:
        if name not in until:
            await lab.silence(name, silent=True)
        until[name] = max(over, until.get(name, 0.0))
    tasks.start(_over(lab, tuple(virtual_interfaces), over, until))
    names = " and ".join(virtual_interfaces)
    return f"; {names}: nothing passes for {duration(seconds * 1e3)}"


async def _over(lab: Silenceable, virtual_interfaces: tuple[str, ...], at: float, until: dict[str, float]) -> None:
    await lab.journal.clock.until(at)
    for name in virtual_interfaces:
        if until.get(name) == at:
            del until[name]
            await lab.silence(name, silent=False)
