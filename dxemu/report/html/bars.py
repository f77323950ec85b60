"""A measured outage as a bar of its terms, beside the window that was predicted, on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.measure.result import Outage, Predicted, Result
from dxemu.measure.terms import (
    FIRST_PACKET,
    INSTALL,
    NOTICE,
    ON_THE_WAY,
    UNDER_WAY,
    WITHDRAW,
    FaultCost,
    MeasuredTerm,
    costs,
)
from dxemu.report.picture.svg import element, escaped
from dxemu.report.stage_notes import term_span, term_words
from dxemu.story.outage_verdict import inside, lasted_ms, outage_in_words
from dxemu.words import bounds, direction, duration

WIDTH = 600.0
_TOP, _BAR, _GAP, _WINDOW = 4.0, 18.0, 4.0, 14.0
"""Heights, from the top: what was measured, and below it what was predicted."""
_CLASSES = {
    NOTICE: "term-1",
    WITHDRAW: "term-2",
    INSTALL: "term-3",
    FIRST_PACKET: "term-4",
    UNDER_WAY: "term-5",
    ON_THE_WAY: "term-4",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageBar:
    """One row: the outage of one fault, probe and direction. `from_s` and `to_s` are what its button zooms to.

    `quiet`: nothing was lost, and nobody said that anything would be.
    """

    fault: str
    probe: str
    direction: str
    measured: str
    predicted: str
    verdict: str
    right: bool | None
    quiet: bool
    svg: str
    terms: tuple[tuple[str, str, str], ...]
    predicted_terms: tuple[tuple[str, str, str], ...]
    from_s: float
    to_s: float


def bars(result: Result) -> list[OutageBar]:
    """One row for each fault or action that a probe was there for."""
    return [_bar(result, cost) for cost in costs(result)]


def _bar(result: Result, cost: FaultCost) -> OutageBar:
    predicted = _predicted(result.predicted, cost)
    outage = cost.outage
    lasted = 0.0 if outage is None else lasted_ms(outage, result.virtual_s)
    at = _moment(result, cost.fault)
    right = None
    if predicted is not None:
        low, high = predicted.outage_ms
        right = inside(outage, (low, high)) if outage is not None else low == 0
    margin = max(lasted / 1e3 * 0.15, 0.05)
    start = at if outage is None else min(at, outage.start_s)
    verdict = "not predicted" if right is None else "inside" if right else "OUTSIDE prediction"
    return OutageBar(
        fault=cost.fault,
        probe=cost.probe,
        direction=direction(cost.direction),
        measured="none" if outage is None else _measured(cost, outage, result.virtual_s),
        predicted="" if predicted is None else bounds(*predicted.outage_ms),
        verdict="not valid" if result.verdict == "invalid" else verdict,
        right=None if result.verdict == "invalid" else right,
        quiet=outage is None and right is not False,
        svg=_svg(cost, predicted, lasted),
        terms=tuple((_CLASSES.get(t.name, "whole"), *term_span(t, cost.stage)) for t in cost.terms),
        predicted_terms=() if predicted is None else tuple(_predicted_terms(predicted)),
        from_s=max(0.0, start - margin),
        to_s=min(result.virtual_s, start + lasted / 1e3 + margin),
    )


def _measured(cost: FaultCost, outage: Outage, end_s: float) -> str:
    words = outage_in_words(outage, end_s)
    return words if cost.periods == 1 else f"{words}, the longest of {cost.periods}"


def _predicted_terms(predicted: Predicted) -> Iterator[tuple[str, str, str]]:
    """Name, bounds and source of each. A term that shortens the outage has negative bounds, and is said as `minus`."""
    for term in predicted.terms:
        low, high = term.low_ms, term.high_ms
        if low is not None and high is not None and min(low, high) < 0 >= max(low, high):
            words = f"minus {bounds(*sorted((-low, -high)))}"
        elif low is not None and high is not None and min(low, high) < 0:
            words = " to ".join(duration(ms) for ms in sorted((low, high)))
        else:
            words = bounds(low, high)
        yield term.name, words, term.source


def _predicted(predicted: Sequence[Predicted], cost: FaultCost) -> Predicted | None:
    mine = (p for p in predicted if (p.fault, p.direction) == (cost.fault, cost.direction))
    return next((p for p in mine if p.probe in ("", cost.probe)), None)


def _moment(result: Result, name: str) -> float:
    done = {fault.fault: fault.injected_at_s for fault in result.faults}
    done |= {action.action: action.done_at_s for action in result.actions}
    return done[name]


def _svg(cost: FaultCost, predicted: Predicted | None, lasted: float) -> str:
    """What was measured, if anything was, and below it the window, if there is one to draw."""
    low, high = (None, None) if predicted is None else predicted.outage_ms
    longest = max(lasted, high or 0.0, low or 0.0, 1.0) * 1.04
    scale = WIDTH / longest
    body: list[str] = []
    y = _TOP
    if lasted:
        body += _measured_rects(cost, lasted, scale)
        y += _BAR + _GAP
    if low is not None and predicted is not None:
        end = WIDTH if high is None else high * scale
        title = element("title", escaped(f"predicted {bounds(*predicted.outage_ms)}"))
        width = max(end - low * scale, 2.0)
        body.append(element("rect", title, class_="window", x=low * scale, y=y, width=width, height=_WINDOW, rx=3))
        y += _WINDOW + _GAP
    if not body:
        return ""
    words = f"measured {duration(lasted)}"
    words += "" if predicted is None else f", predicted {bounds(*predicted.outage_ms)}"
    box = f"0 0 {WIDTH:g} {y:g}"
    return f'<svg class="bar" viewBox="{box}" role="img" aria-label="{escaped(words)}">{"".join(body)}</svg>'


def _measured_rects(cost: FaultCost, lasted: float, scale: float) -> Iterator[str]:
    """One for each term. What is taken off the sum is no rectangle: those before it end where the outage did."""
    terms = cost.terms or (MeasuredTerm(name="", ms=lasted),)
    x, end = 0.0, sum(term.ms for term in terms)
    for term in terms:
        ms = min(term.ms, end - x)
        if ms <= 0:
            continue
        what = f"{term_words(term.name, cost.stage)}: " if term.name else ""
        title = element("title", escaped(f"{what}{duration(term.ms)}"))
        kind = _CLASSES.get(term.name, "whole")
        width = max(ms * scale, 1.0)
        yield element("rect", title, class_=kind, x=x * scale, y=_TOP, width=width, height=_BAR)
        x += ms
