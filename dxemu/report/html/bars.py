"""A measured outage as a bar of its terms, beside the window that was predicted, on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.measure.result import Predicted, Result
from dxemu.measure.terms import FaultCost, MeasuredTerm, costs
from dxemu.report.picture.svg import element, escaped
from dxemu.report.stage_notes import NOTICED_BY
from dxemu.story.outage_verdict import inside, lasted_ms, outage_in_words
from dxemu.words import bounds, direction, duration

WIDTH, HEIGHT = 600.0, 44.0
_BAR, _WINDOW = (4.0, 18.0), (26.0, 14.0)
_CLASSES = {"notice": "term-1", "withdraw": "term-2", "install": "term-3", "first packet": "term-4"}
_WORDS = {
    "withdraw": "withdrawing",
    "install": "installing",
    "first packet": "until the first packet",
    "nobody noticed": "nobody noticed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageBar:
    """One row: the outage of one fault, probe and direction. `from_s` and `to_s` are what its button zooms to."""

    fault: str
    probe: str
    direction: str
    measured: str
    predicted: str
    verdict: str
    right: bool | None
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
        measured="none" if outage is None else outage_in_words(outage, result.virtual_s),
        predicted="" if predicted is None else bounds(*predicted.outage_ms),
        verdict="not valid" if result.verdict == "invalid" else verdict,
        right=None if result.verdict == "invalid" else right,
        svg=_svg(cost, predicted, lasted),
        terms=tuple((_CLASSES.get(t.name, "term-1"), _name(cost, t), duration(t.ms)) for t in cost.terms),
        predicted_terms=() if predicted is None else tuple(_predicted_terms(predicted)),
        from_s=max(0.0, start - margin),
        to_s=min(result.virtual_s, start + lasted / 1e3 + margin),
    )


def _predicted_terms(predicted: Predicted) -> Iterator[tuple[str, str, str]]:
    """Name, bounds and source of each. A term that shortens the outage has negative bounds."""
    for term in predicted.terms:
        low, high = term.low_ms, term.high_ms
        if low is not None and high is not None and min(low, high) < 0:
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


def _name(cost: FaultCost, term: MeasuredTerm) -> str:
    if term.name == "notice" and cost.stage is not None:
        return f"{NOTICED_BY.get(cost.stage.detected_by, cost.stage.detected_by)} noticing"
    return _WORDS.get(term.name, term.name)


def _svg(cost: FaultCost, predicted: Predicted | None, lasted: float) -> str:
    low, high = (None, None) if predicted is None else predicted.outage_ms
    longest = max(lasted, high or 0.0, low or 0.0, 1.0) * 1.04
    scale = WIDTH / longest
    body = []
    x = 0.0
    for term in cost.terms or ([MeasuredTerm(name="notice", ms=lasted)] if lasted else []):
        width = max(term.ms * scale, 1.0)
        title = element("title", escaped(f"{_name(cost, term)}: {duration(term.ms)}"))
        kind = _CLASSES.get(term.name, "term-1")
        body.append(element("rect", title, class_=kind, x=x, y=_BAR[0], width=width, height=_BAR[1]))
        x += term.ms * scale
    if low is not None and predicted is not None:
        end = WIDTH if high is None else high * scale
        title = element("title", escaped(f"predicted {bounds(*predicted.outage_ms)}"))
        width = max(end - low * scale, 2.0)
        body.append(
            element("rect", title, class_="window", x=low * scale, y=_WINDOW[0], width=width, height=_WINDOW[1], rx=3)
        )
    box = f"0 0 {WIDTH:g} {HEIGHT:g}"
    words = f"measured {duration(lasted)}"
    words += "" if predicted is None else f", predicted {bounds(*predicted.outage_ms)}"
    return f'<svg class="bar" viewBox="{box}" role="img" aria-label="{escaped(words)}">{"".join(body)}</svg>'
