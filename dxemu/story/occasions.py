"""When the steps of a scenario happen: at times, after one another, on events, several times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dxemu.errors import ProblemList
from dxemu.story.agenda import Cue
from dxemu.story.awaited.base import Awaited
from dxemu.story.file import StepEntry
from dxemu.story.line_reader import LineReader, text_of
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import listed
from dxemu.units import Seconds

CODE = "DX-S021"
_BEGINS = ("at", "when", "after")
_DEEDS = ("fault", "action", "change")

PARAGRAPHS = {
    "DX-S021": """\
A step begins once: at a time (`at`), at an event (`when`, with `within`, how long to wait for it,
counted from the beginning of the step before it), or so long `after` the end of the step before it.
`repeat` goes with `every`, which is longer than `for`. `stop_when` ends what goes on: a fault or a
change with `for`, or what is repeated. `for` is longer than 0 s.""",
    "DX-S023": """\
A step with a time of its own stands below one that waits for an event, and it is not known which of
them comes first. What the design is then, and what a fault should cost, would be unknown, too.
Steps below one that waits come after the longest time that it may wait.""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """The `round`th time that the step at a `place` of the file happens, both from 0: at `at`, or by then.

    `until` is when its `for` is over.
    """

    place: int
    round: int
    at: Seconds
    until: Seconds | None
    entry: StepEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """When a step begins and ends, at the earliest and latest; `place` is its own if only the run shows it."""

    begins: tuple[float, float]
    ends: tuple[float, float]
    place: int | None = None


@dataclass
class OccasionReader:
    """Reads when steps happen and adds what is wrong with it to `problems`. `end` is None if the file has none."""

    events: LineReader[Awaited]
    end: Seconds | None
    marks: Marks
    problems: ProblemList
    cues: list[Cue] = field(default_factory=list)
    """Of the steps whose times only the run shows, in the file's order."""

    def read(self, entries: Sequence[StepEntry]) -> tuple[Occasion, ...]:
        """Every occasion of every step, in the order of their times. DX-S021 to DX-S023, and as `LineReader`."""
        found: list[Occasion] = []
        before: _Span | None = None
        open_until = 0.0
        for place, entry in enumerate(entries):
            known = len(self.problems.problems)
            self._form(place, entry)
            if len(self.problems.problems) > known:
                continue
            span = self._span(place, entry, before, open_until, entries[:place])
            if span is None:
                continue
            before = span
            if span.place is not None:
                open_until = max(open_until, span.begins[1])
            found += _occasions(place, entry, span)
        return tuple(sorted(found, key=lambda occasion: occasion.at))

    def _form(self, place: int, entry: StepEntry) -> None:
        """Which keys stand beside which. DX-S021."""
        path = ("steps", place)
        begins = [key for key in _BEGINS if getattr(entry, key) is not None]
        if not begins:
            remedy = "Write for example `at: 5 s`, `after: 5 s` or `when: {session: primary, is: down}`."
            self._add(path, CODE, "the step does not say when it happens", remedy)
        elif len(begins) > 1:
            self._add((*path, begins[1]), CODE, f"a step begins once, this is {listed(begins, 'and')}", "Keep one.")
        if (entry.when is None) is not (entry.within is None):
            key = "when" if entry.within is None else "within"
            problem = "how long to wait for the event is not said" if key == "when" else "there is no event to wait for"
            remedy = "Add for example `within: 30 s`." if key == "when" else "Take it out, or add `when`."
            self._add((*path, key), CODE, problem, remedy)
        if (entry.repeat is None) is not (entry.every is None):
            key, other = ("repeat", "every: 40 s") if entry.every is None else ("every", "repeat: 10")
            problem = f"`{key}` needs `{other.partition(':')[0]}` beside it"
            self._add((*path, key), CODE, problem, f"Add for example `{other}`.")
        elif entry.every is not None and entry.every <= (entry.duration or 0):
            problem = f"it begins again every {entry.every}, and lasts {entry.duration or Seconds(0)}"
            self._add((*path, "every"), CODE, problem, "Repeat it less often, or shorten `for`.")
        if entry.duration == Seconds(0):
            self._add((*path, "for"), CODE, "it is over the moment it begins", "Write for example `for: 100 ms`.")
        if entry.stop_when is not None and entry.repeat is None and entry.duration is None:
            problem = "nothing goes on that an event could stop"
            self._add((*path, "stop_when"), CODE, problem, "Add `for`, how long it lasts at most, or `repeat`.")
        if not any(getattr(entry, key) is not None for key in _DEEDS) and entry.when is not None:
            extra = next((k for k in ("duration", "repeat", "stop_when") if getattr(entry, k) is not None), None)
            if extra is not None:
                key = "for" if extra == "duration" else extra
                self._add((*path, key), CODE, "a step that only waits lasts no longer", "Take it out, or add a fault.")

    def _span(
        self, place: int, entry: StepEntry, before: _Span | None, open_until: float, earlier: Sequence[StepEntry]
    ) -> _Span | None:
        """When it begins and ends; a cue, if only the run shows it. None: it is wrong."""
        path, previous = ("steps", place), before.place if before is not None else None
        stop = self._event(entry.stop_when, (*path, "stop_when"))
        rounds, every = entry.repeat or 1, float(entry.every or 0)
        if entry.at is not None:
            low = high = float(entry.at)
            if high < open_until:
                problem = f"whether {entry.at} comes before the steps above is not known: they may wait until "
                remedy = "Write `after`, a later time, or put the step above those that wait."
                self._add((*path, "at"), "DX-S023", f"{problem}{Seconds(open_until)}", remedy)
                return None
            previous = None
        elif entry.after is not None:
            if before is None:
                problem = "there is no step before it"
                self._add((*path, "after"), CODE, problem, f"Write `at: {entry.after}`.")
                return None
            low, high = (end + float(entry.after) for end in before.ends)
        else:
            low, high = before.begins if before is not None else (0.0, 0.0)
            high += float(entry.within or 0)
        awaited = self._event(entry.when, (*path, "when"))
        if entry.when is not None and not self._can_come(awaited, high, earlier, path):
            return None
        lasting = (rounds - 1) * every + float(entry.duration or 0)
        ends = (low if stop is not None else low + lasting, high + lasting)
        if entry.when is None and stop is None and previous is None:
            return _Span(begins=(low, high), ends=ends)
        self.cues.append(
            Cue(
                place=place,
                mark=self.marks.at(*path, "when" if entry.when is not None else "stop_when"),
                armed=Seconds(low),
                previous=previous,
                after=entry.after,
                awaited=awaited,
                within=entry.within or Seconds(0),
                rounds=rounds,
                every=entry.every or Seconds(0),
                lasts=entry.duration,
                stop_when=stop,
                words=_words(entry.when, self.events),
                stop_words=_words(entry.stop_when, self.events),
            )
        )
        return _Span(begins=(low, high), ends=ends, place=place)

    def _event(self, written: Mapping[str, object] | None, path: KeyPath) -> Awaited | None:
        return None if written is None else self.events.read(written, path)

    def _can_come(self, awaited: Awaited | None, by: float, earlier: Sequence[StepEntry], path: KeyPath) -> bool:
        """DX-S007, DX-S022."""
        if awaited is None:
            return False
        if self.end is not None and by >= self.end:
            problem = f"the step may wait until {Seconds(by)}, but the run ends at {self.end}"
            self._add((*path, "within"), "DX-S007", problem, "Shorten `within`, or end later.")
            return False
        if awaited.needs_a_cause and not any(_does_by(entry, by) for entry in earlier):
            problem = f"nothing is done by {Seconds(by)} that could bring this about"
            self._add((*path, "when"), "DX-S022", problem, "Write the step that does above this one.")
            return False
        return True

    def _add(self, path: KeyPath, code: str, problem: str, remedy: str) -> None:
        self.problems.add(self.marks.at(*path), code, problem, remedy)


def _does_by(entry: StepEntry, by: float) -> bool:
    does = any(getattr(entry, key) is not None for key in _DEEDS)
    return does and (entry.at is None or entry.at <= by)


def _words(written: Mapping[str, object] | None, reader: LineReader[Awaited]) -> str:
    subject = next((key for key in written or {} if key in reader.menu), None)
    return text_of(written or {}, subject) if subject is not None else ""


def _occasions(place: int, entry: StepEntry, span: _Span) -> Iterator[Occasion]:
    for number in range(entry.repeat or 1):
        at = Seconds(round(span.begins[1] + number * float(entry.every or 0), 9))
        until = None if entry.duration is None else Seconds(round(at + entry.duration, 9))
        yield Occasion(place=place, round=number, at=at, until=until, entry=entry)
