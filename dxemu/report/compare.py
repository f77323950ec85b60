"""Two runs beside each other: which outage grew or shrank, by which term, and what else is not the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dxemu.measure.result import Predicted, Result
from dxemu.measure.terms import FaultCost, costs
from dxemu.report.stage_notes import term_words
from dxemu.words import bounds, direction, duration, measured

SCHEMA = "dxemu.comparison/1"
LABEL = 26
_ASKED = ("scenario", "topology", "kernel", "kernel_release", "guest_mode", "clock", "seed")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """How long a term was in both runs; None where it was no part of the outage."""

    term: str
    before_ms: float | None
    after_ms: float | None

    @property
    def grew_ms(self) -> float:
        """By how much it grew; negative if it shrank."""
        return round((self.after_ms or 0.0) - (self.before_ms or 0.0), 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageChange:
    """The outage that one fault cost one direction of a probe, in both runs.

    `before_ms` and `after_ms` are None for an outage that did not end, 0 for none. `grew_ms` is None if one did not
    end. `same`: they differ by no more than both uncertainties. `terms` begin with the one that changed most.
    """

    fault: str
    probe: str
    direction: str
    before_ms: float | None
    after_ms: float | None
    uncertainty_ms: float
    terms: tuple[TermChange, ...]
    predicted_before: str
    predicted_after: str

    @property
    def grew_ms(self) -> float | None:
        """By how much; None if one of them did not end."""
        if self.before_ms is None or self.after_ms is None:
            return None
        return round(self.after_ms - self.before_ms, 6)

    @property
    def same(self) -> bool:
        """Whether nobody can tell them apart."""
        if self.grew_ms is None:
            return self.before_ms is self.after_ms
        return abs(self.grew_ms) <= self.uncertainty_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that differs between two runs. `settings` are names with both values; so are `expectations`."""

    outages: tuple[OutageChange, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    settings: Mapping[str, tuple[str, str]]
    expectations: Mapping[str, tuple[str, str]]
    verdicts: tuple[str, str]


def compare(before: Result, after: Result) -> Comparison:
    """Set `after` beside `before`. What is compared has the same fault, probe and direction in both."""
    first, second = ({cost.key: cost for cost in costs(result)} for result in (before, after))
    both = [key for key in first if key in second]
    return Comparison(
        outages=tuple(_outage(first[key], second[key], before, after) for key in both),
        only_before=tuple(dict.fromkeys(_name(key) for key in first if key not in second)),
        only_after=tuple(dict.fromkeys(_name(key) for key in second if key not in first)),
        settings=_settings(before, after),
        expectations=_expectations(before, after),
        verdicts=(before.verdict, after.verdict),
    )


def _outage(first: FaultCost, second: FaultCost, before: Result, after: Result) -> OutageChange:
    changes = [TermChange(term=name, before_ms=a, after_ms=b) for name, a, b in _terms(first, second)]
    unsure = sum(0.0 if cost.outage is None else cost.outage.uncertainty_ms for cost in (first, second))
    return OutageChange(
        fault=first.fault,
        probe=first.probe,
        direction=first.direction,
        before_ms=0.0 if first.outage is None else first.outage.duration_ms,
        after_ms=0.0 if second.outage is None else second.outage.duration_ms,
        uncertainty_ms=unsure,
        terms=tuple(sorted(changes, key=lambda change: -abs(change.grew_ms))),
        predicted_before=_predicted(first, before.predicted),
        predicted_after=_predicted(second, after.predicted),
    )


def _terms(first: FaultCost, second: FaultCost) -> Iterator[tuple[str, float | None, float | None]]:
    a, b = ({term_words(term.name, cost.stage): term.ms for term in cost.terms} for cost in (first, second))
    for name in dict.fromkeys((*a, *b)):
        yield name, a.get(name), b.get(name)


def _predicted(cost: FaultCost, predicted: Sequence[Predicted]) -> str:
    mine = (p for p in predicted if (p.fault, p.direction) == (cost.fault, cost.direction))
    found = next((p for p in mine if p.probe in ("", cost.probe)), None)
    return "" if found is None else bounds(*found.outage_ms)


def _settings(before: Result, after: Result) -> dict[str, tuple[str, str]]:
    pairs = {name: (str(getattr(before, name)), str(getattr(after, name))) for name in _ASKED}
    daemons = [{daemon.name: daemon.version for daemon in result.daemons} for result in (before, after)]
    for name in dict.fromkeys((*daemons[0], *daemons[1])):
        pairs[name] = (daemons[0].get(name, "none"), daemons[1].get(name, "none"))
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _expectations(before: Result, after: Result) -> dict[str, tuple[str, str]]:
    first, second = ({e.text: e.verdict for e in result.expectations} for result in (before, after))
    texts = dict.fromkeys((*first, *second))
    pairs = {text: (first.get(text, "not asked"), second.get(text, "not asked")) for text in texts}
    return {text: pair for text, pair in pairs.items() if pair[0] != pair[1]}


def _name(key: tuple[str, str, str]) -> str:
    return f"{key[0]}, {key[1]}"


def lines(found: Comparison, names: tuple[str, str]) -> Iterator[str]:
    """The comparison for a terminal; `names` are what the runs are called."""
    yield f"{names[0]} -> {names[1]}"
    yield ""
    for name, (one, other) in found.settings.items():
        yield f"  {name:<{LABEL}}{one or 'none'} -> {other or 'none'}"
    if found.settings:
        yield ""
    for probe in dict.fromkeys(change.probe for change in found.outages):
        yield f"  Outage of {probe}"
        for change in found.outages:
            if change.probe == probe:
                yield from _change_lines(change)
        yield ""
    for run, only in (("first", found.only_before), ("second", found.only_after)):
        for what in only:
            yield f"  {f'only in the {run}':<{LABEL}}{what}"
    for text, (one, other) in found.expectations.items():
        yield f"  {f'{one} -> {other}':<{LABEL}}{text}"
    yield f"  {found.verdicts[0].upper()} -> {found.verdicts[1].upper()}"


def _change_lines(change: OutageChange) -> Iterator[str]:
    head = f"    {change.fault} {direction(change.direction)}"
    yield f"{head:<{LABEL + 2}}{_span(change)}   {_verdict(change)}"
    if not change.same:
        for term in change.terms:
            if abs(term.grew_ms) > change.uncertainty_ms:
                yield _note(term.term, f"{_one(term.before_ms)} -> {_one(term.after_ms)}   {_grown(term.grew_ms)}")
    if change.predicted_before != change.predicted_after:
        yield _note("predicted", f"{change.predicted_before or 'not'} -> {change.predicted_after or 'not'}")


def _note(label: str, words: str) -> str:
    return f"{'':<{LABEL + 4}}{label:<{LABEL}}{words}"


def _span(change: OutageChange) -> str:
    return f"{_outage_words(change.before_ms)} -> {_outage_words(change.after_ms)}"


def _outage_words(ms: float | None) -> str:
    return "never ended" if ms is None else "none" if ms == 0 else duration(ms)


def _one(ms: float | None) -> str:
    return "none" if ms is None else duration(ms)


def _grown(ms: float) -> str:
    return f"{'+' if ms >= 0 else '-'}{duration(abs(ms))}"


def _verdict(change: OutageChange) -> str:
    if change.same:
        return "the same" if not change.uncertainty_ms else f"the same, to within {duration(change.uncertainty_ms)}"
    if change.grew_ms is None:
        return "ended" if change.before_ms is None else "DID NOT END"
    return f"{'grew' if change.grew_ms > 0 else 'shrank'} by {measured(abs(change.grew_ms), change.uncertainty_ms)}"
