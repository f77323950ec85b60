"""The lanes of the time line as SVG. Each is as wide as the run is long, in seconds: to zoom is to show a part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.report.html.bins import Binned
from dxemu.report.html.lanes import Lane, Moment, Span
from dxemu.report.picture.svg import element, escaped
from dxemu.words import duration

HEIGHT = 20.0
"""Of a lane, in the unit of its drawing."""
_TOP, _BOTTOM = 3.0, 17.0
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """A lane as the template needs it: a name, a drawing, and the same in words."""

    group: str
    name: str
    svg: str
    words: str


def drawn(lane: Lane, end_s: float) -> DrawnLane:
    """A lane of states and moments."""
    body = [_span(span) for span in lane.spans] + [_moment(moment) for moment in lane.moments]
    words = [span.words for span in lane.spans] or [
        f"{moment.at_s:.3f} s {moment.words}" for moment in lane.moments[:5]
    ]
    more = f" and {lane.more} more" if lane.more else ""
    return DrawnLane(lane.group, lane.name, "".join(_lane(body, end_s)), "; ".join(words) + more)


def drawn_probe(name: str, found: Binned, end_s: float) -> DrawnLane:
    """One direction of a probe: how late its packets were, and when they were lost."""
    body = [
        *_delays(found),
        *_losses(found),
        *(_span(Span(a, b, f"lost from {a:.3f} s, for {duration((b - a) * 1e3)}", "lost")) for a, b in found.lost),
    ]
    lost = f"{len(found.lost) + found.more} loss periods" if found.lost else "nothing lost"
    words = f"{lost}, longest delay {duration(found.longest_s * 1e3)}"
    return DrawnLane("Probes", name, "".join(_lane(body, end_s)), words)


def _lane(body: Sequence[str], end_s: float) -> Iterator[str]:
    box = f"0 0 {_number(end_s)} {HEIGHT:g}"
    yield f'<svg class="lane" viewBox="{box}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    yield from body
    yield "</svg>"


def _span(span: Span) -> str:
    title = element("title", escaped(span.words))
    x, width = _number(span.start_s), _number(max(span.end_s - span.start_s, 0.0))
    rect = f'<rect class="{span.kind}" x="{x}" y="{_TOP:g}" width="{width}" height="{_BOTTOM - _TOP:g}">{title}</rect>'
    return rect + _line(span.start_s, f"{span.kind}-edge", title)  # to be seen however short it is


def _moment(moment: Moment) -> str:
    return _line(moment.at_s, "moment", element("title", escaped(f"{moment.at_s:.3f} s   {moment.words}")))


def _line(at_s: float, kind: str, title: str) -> str:
    x = _number(at_s)
    return (
        f'<path class="{kind}" d="M{x} {_TOP - 1:g}V{_BOTTOM + 1:g}" vector-effect="non-scaling-stroke">{title}</path>'
    )


def _delays(found: Binned) -> Iterator[str]:
    """The longest delay of each bin; the line breaks where nothing arrived."""
    scale = (_BOTTOM - _TOP - 2) / found.longest_s if found.longest_s else 0.0
    pieces, pen = [], "M"
    for one in found.bins:
        if one.longest_s is None:
            pen = "M"
            continue
        pieces.append(f"{pen}{_number(one.start_s)} {_BOTTOM - one.longest_s * scale:.1f}")
        pen = "L"
    if pieces:
        yield f'<path class="delay" d="{"".join(pieces)}" vector-effect="non-scaling-stroke"/>'


def _losses(found: Binned) -> Iterator[str]:
    """Where not every period of loss is drawn by itself: how much of each bin was lost."""
    if not found.more:
        return
    for one, following in zip(found.bins, found.bins[1:], strict=False):
        if one.lost:
            height = (_BOTTOM - _TOP) * one.lost / one.sent
            width = _number(following.start_s - one.start_s)
            y = f"{_BOTTOM - height:.1f}"
            yield f'<rect class="lost" x="{_number(one.start_s)}" y="{y}" width="{width}" height="{height:.1f}"/>'


def _number(seconds: float) -> str:
    return f"{round(seconds, _DIGITS):.{_DIGITS}f}".rstrip("0").rstrip(".")
