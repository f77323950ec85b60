"""Many runs of one scenario, for a terminal and as JSON: how outages are spread, beside what was predicted."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterator, Sequence

from dxemu.measure.repeated import CostSpread, spreads
from dxemu.measure.result import Result
from dxemu.words import bounds, count, direction, duration

SCHEMA = "dxemu.repeat/1"
FILE = "repeat.json"
_BLOCKS = " ▏▎▍▌▋▊▉█"
_WIDTH = 32
_LABEL = 14


def to_json(results: Sequence[Result]) -> dict[str, object]:
    """The spreads, the verdicts and the seeds. What has no end is null."""
    return {
        "schema": SCHEMA,
        "scenario": results[0].scenario if results else "",
        "topology": results[0].topology if results else "",
        "seeds": [result.seed for result in results],
        "verdicts": dict(Counter(result.verdict for result in results)),
        "outages": [_finite(dataclasses.asdict(spread)) for spread in spreads(results)],
    }


def _finite(values: dict[str, object]) -> dict[str, object]:
    return {key: None if value == math.inf else value for key, value in values.items()}


def lines(results: Sequence[Result]) -> Iterator[str]:
    """What people read: a block for each fault, probe and direction, then the verdicts."""
    for spread in spreads(results):
        yield from _block(spread)
        yield ""
    verdicts = Counter(result.verdict for result in results)
    words = ", ".join(f"{verdicts[word]} {word}" for word in ("pass", "fail", "invalid") if verdicts[word])
    yield f"  {count(len(results), 'run')}: {words}"
    worst = [str(result.seed) for result in results if result.verdict != "pass"][:5]
    if worst:
        yield f"  not passed  with --seed {', '.join(worst)}"


def _block(spread: CostSpread) -> Iterator[str]:
    yield f"  {spread.fault}: {spread.probe} {direction(spread.direction)}"
    figures = (("least", spread.least_ms), ("median", spread.median_ms), ("p95", spread.p95_ms))
    words = ", ".join(f"{name} {_time(ms)}" for name, ms in figures)
    yield f"    {'measured':<{_LABEL}}{words}, worst {_time(spread.worst_ms)} (seed {spread.worst_seed})"
    if spread.predicted_ms is not None and spread.least is not None and spread.most is not None:
        inside = f"{spread.inside} of {spread.runs} inside"
        sure = f"{spread.least:.1%} to {spread.most:.1%} of all runs are, at 95 %"
        yield f"    {'predicted':<{_LABEL}}{bounds(*spread.predicted_ms)}: {inside}, {sure}"
    highest = max((bar.count for bar in spread.bars), default=0)
    for bar in spread.bars if len(spread.bars) > 1 else ():
        yield f"    {_time(bar.low_ms):>{_LABEL - 2}}  {_block_bar(bar.count / highest)} {bar.count}"


def _block_bar(part: float) -> str:
    eighths = round(part * _WIDTH * 8)
    return "█" * (eighths // 8) + _BLOCKS[eighths % 8].strip()


def _time(ms: float) -> str:
    return "no end" if math.isinf(ms) else "none" if ms == 0 else duration(ms)
