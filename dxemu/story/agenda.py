"""What happens to a lab, and when: all of a scenario that the lab's process is told, so it imports next to nothing."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.actions.base import Action
from dxemu.errors import Mark
from dxemu.faults.base import Fault
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStep:
    """Inject fault `kind` at `at`, and heal it `duration` later (never, if None).

    `id` is unique in the scenario: the kind, with `#2` and so on when it is used again. `fault` has what is written
    under the kind's name.
    """

    id: str
    kind: str
    at: Seconds
    duration: Seconds | None
    fault: Fault
    mark: Mark

    @property
    def until(self) -> Seconds | None:
        """When it is healed; None: never."""
        return None if self.duration is None else Seconds(round(self.at + self.duration, 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep:
    """Somebody does `kind` at `at`. `id` and `action` as in `FaultStep`."""

    id: str
    kind: str
    at: Seconds
    action: Action
    mark: Mark
