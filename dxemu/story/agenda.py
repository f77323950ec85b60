"""What happens to a lab, and when: all of a scenario that the lab's process is told, so it imports next to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dxemu.actions.base import Action
from dxemu.errors import Mark
from dxemu.faults.base import Fault
from dxemu.units import Seconds

if TYPE_CHECKING:  # few labs need it, and each import costs time in the guest
    from dxemu.story.awaited.base import Awaited

NO_TIME = Seconds(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStep:
    """Inject fault `kind` at `at`, and heal it `duration` later (never, if None).

    `id` is unique in the scenario: the kind, with `#2` and so on when it is used again. `fault` has what is written
    under the kind's name. It is the `round`th time that the step at this `place` of the file happens, both from 0.
    Where that waits for an event `at` is the latest moment (`Cue`).
    """

    id: str
    kind: str
    at: Seconds
    duration: Seconds | None
    fault: Fault
    mark: Mark
    place: int = 0
    round: int = 0

    @property
    def until(self) -> Seconds | None:
        """When it is healed; None: never."""
        return None if self.duration is None else Seconds(round(self.at + self.duration, 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep:
    """Somebody does `kind` at `at`. `id`, `action`, `place` and `round` as in `FaultStep`."""

    id: str
    kind: str
    at: Seconds
    action: Action
    mark: Mark
    place: int = 0
    round: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """When the step at this `place` of the file begins, and ends, if only the run shows it.

    It may begin at `armed`, or with the step at the place `previous`; with `after` so long after that one's end. With
    `awaited` it then waits for this event, `within` so much at most. It happens `rounds` times, one `every` so often,
    and `lasts` so long each time (None: what is done stays), but no longer than until `stop_when` comes.

    `words` and `stop_words` are the events as they are written.
    """

    place: int
    mark: Mark
    armed: Seconds = NO_TIME
    previous: int | None = None
    after: Seconds | None = None
    awaited: Awaited | None = None
    within: Seconds = NO_TIME
    rounds: int = 1
    every: Seconds = NO_TIME
    lasts: Seconds | None = None
    stop_when: Awaited | None = None
    words: str = ""
    stop_words: str = ""
