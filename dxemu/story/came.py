"""Whether the events came that steps waited for: each is expected, within its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.events.base import Event
from dxemu.events.steps import EventCame, EventMissed
from dxemu.measure.result import ExpectationResult
from dxemu.story.afterwards import after_the_end, of_steps
from dxemu.story.agenda import Cue
from dxemu.words import duration

_LATE_S = 1e-6


def came(cues: Sequence[Cue], events: Sequence[Event], end_s: float) -> Iterator[ExpectationResult]:
    """One for each step that waits for an event, in the file's order."""
    for cue in cues:
        if cue.awaited is None:
            continue
        passed, words = _judged(cue, events, end_s)
        yield ExpectationResult(
            text=f"when: {{{cue.words}}}, within: {cue.within}",
            verdict="pass" if passed else "fail",
            measured=words,
            file=cue.mark.file,
            line=cue.mark.line,
        )


def _judged(cue: Cue, events: Sequence[Event], end_s: float) -> tuple[bool, str]:
    number = cue.place + 1
    found = next((e for e in events if isinstance(e, EventCame) and e.number == number), None)
    missed = next((e for e in events if isinstance(e, EventMissed) and e.number == number), None)
    if found is not None and missed is None:
        return True, f"it came at {found.t:.3f} s, {_since(found.t - found.since_s)}"
    if missed is None:
        return False, "nobody waited for it: a step above was not done"
    if found is not None:
        late_ms = (found.t - found.since_s - found.within_s) * 1e3
        return False, f"it came at {found.t:.3f} s, {duration(late_ms)} too late"
    late = after_the_end(of_steps([cue]), events, end_s)
    return False, late or f"it never came, until the end at {end_s:.3f} s"


def _since(seconds: float) -> str:
    return "at once" if seconds < _LATE_S else f"{duration(seconds * 1e3)} after the step began to wait"
