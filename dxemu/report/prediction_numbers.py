"""A prediction in the numbers of a result."""

from __future__ import annotations

import math

from dxemu.measure import result
from dxemu.predict.predict import Prediction, explain_in_words
from dxemu.predict.windows import Window


def in_numbers(p: Prediction) -> result.Predicted:
    """A prediction as a result has it."""
    terms = tuple(
        result.PredictedTerm(name=t.name, low_ms=_bound(t.low_s), high_ms=_bound(t.high_s), source=t.source)
        for t in p.outage.terms
    )
    return result.Predicted(
        fault=p.fault,
        direction=p.direction,
        detected_by=p.detected_by,
        node=p.node,
        detect_ms=_bounds(p.detect),
        outage_ms=_bounds(p.outage),
        terms=terms,
        why=explain_in_words(p),
        failback_outage_ms=_bounds(p.recovery.outage) if p.recovery else None,
        session_back_ms=_bounds(p.recovery.session_back) if p.recovery else None,
        probe=p.probe,
        sessions_back=_sessions_back(p),
    )


def _sessions_back(p: Prediction) -> tuple[tuple[str, result.Bounds], ...]:
    if p.recovery is None:
        return ()
    windows = {p.recovery.session: p.recovery.session_back, **p.recovery.others_back}
    return tuple((name, _bounds(window)) for name, window in windows.items())


def _bounds(window: Window) -> result.Bounds:
    return _bound(window.low_s), _bound(window.high_s)


def _bound(seconds: float) -> float | None:
    return None if math.isinf(seconds) else milliseconds(seconds)


def milliseconds(seconds: float) -> float:
    """As results have them: to the nanosecond."""
    return round(seconds * 1e3, 6)
