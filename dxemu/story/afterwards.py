"""What was expected by a moment: a lab that is over watches for it a little longer, if it is not so by then.

What comes then is said beside the verdict, and changes no number of the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dxemu.events.base import Event
from dxemu.events.run import CameLate
from dxemu.story.agenda import Cue
from dxemu.units import Seconds
from dxemu.words import duration

if TYPE_CHECKING:  # few labs need it, and each import costs time in the guest
    from dxemu.story.awaited.base import Awaited

LONGEST_S = 60.0
"""After a run's end; under the real clock no longer than the deadline itself, because somebody waits for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """`awaited` is to be so `at` a moment (None: at the run's end), or to become so `after` a fault or heal.

    `fault` is the id or the kind of those that count, None: all. `missed`: since the step of this number (from 1) has
    missed it. `lasts` is how long it was waited for in the run.
    """

    awaited: Awaited
    lasts: Seconds
    at: Seconds | None = None
    after: str = ""
    fault: str | None = None
    missed: int = 0


def of_steps(cues: Sequence[Cue]) -> tuple[Deadline, ...]:
    """Those of the steps that wait for events."""
    return tuple(
        Deadline(awaited=cue.awaited, lasts=cue.within, missed=cue.place + 1) for cue in cues if cue.awaited is not None
    )


def after_the_end(deadlines: Sequence[Deadline], events: Sequence[Event], end_s: float) -> str:
    """What came of the first of them after the run's end, in words; "" if nobody watched for it."""
    awaited = {one.awaited.text for one in deadlines}
    late = next((event for event in events if isinstance(event, CameLate) and event.awaited in awaited), None)
    if late is None:
        return ""
    if late.at_s is None:
        return f"it never came, until {duration((late.until_s - end_s) * 1e3)} after the end at {end_s:.3f} s"
    return f"it came at {late.at_s:.3f} s, {duration((late.at_s - end_s) * 1e3)} after the run's end"
