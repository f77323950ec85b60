"""A topology as an SVG picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dxemu.plan.model import Plan, Role
from dxemu.report.picture.cables import draw_cable, words
from dxemu.report.picture.colours import (
    CARD_FILL,
    CARD_FRAME,
    CARD_INK,
    CARD_MUTED,
    FRAME,
    INK,
    MUTED,
    PAPER,
    PLACE_FILL,
)
from dxemu.report.picture.layout import MARGIN, PLACE_NAME_SIZE, Box, Layout, make_layout
from dxemu.report.picture.legend import draw_legend
from dxemu.report.picture.parts import Card
from dxemu.report.picture.shapes import cloud, icon
from dxemu.report.picture.sizes import DETAIL_ROW, DETAIL_SIZE, NAME_SIZE
from dxemu.report.picture.sketch import make_sketch
from dxemu.report.picture.svg import element, escaped, number, text
from dxemu.report.picture.text import FONTS, wrapped
from dxemu.report.picture.weak import Weak, badges, frames, halos
from dxemu.report.picture.weak import legend as weak_legend
from dxemu.topology.model import Topology

STORY_SIZE = 24.0
STORY_LINE = 31.0
TITLE_GAP = 22.0


Overlay = Callable[[Layout], Iterable[str]]
"""What somebody else draws on a picture, once it is known where everything is."""


def draw(
    topology: Topology,
    plan: Plan,
    weak: Weak | None = None,
    under: Overlay = lambda _: (),
    over: Overlay = lambda _: (),
) -> str:
    """The picture of `topology`, whose plan is `plan`, as an SVG document.

    The same topology always gives the same text. The picture has its own background, for light and dark pages.
    `weak` are the spots to mark. `under` is drawn below the cables, `over` on top of everything.
    """
    sketch = make_sketch(topology, plan)
    width = make_layout(sketch, 0).width
    story = wrapped(sketch.story or sketch.name, STORY_SIZE, width - 2 * MARGIN, bold=True)
    layout = make_layout(sketch, MARGIN + STORY_LINE * len(story) + 18 + TITLE_GAP)
    weak = weak or {}
    legend, bottom = draw_legend(sketch, MARGIN, layout.height + TITLE_GAP, width - MARGIN)
    marks, bottom = weak_legend(weak, MARGIN, bottom, width - MARGIN)
    height = bottom + MARGIN / 2
    body = [
        element("title", escaped(f"{sketch.name}: {sketch.story}" if sketch.story else sketch.name)),
        element(
            "rect", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=14, fill=PAPER, stroke=FRAME, stroke_width=1
        ),
        *_title(sketch.name, story),
        *_frames(layout),
        *frames(layout, weak),
        *halos(layout, weak),
        *under(layout),
        *(draw_cable(route) for route in layout.routes),
        *_place_titles(layout),
        *(_card(card, box) for card, box in layout.cards.values()),
        *words(layout.labels),
        *badges(layout, weak),
        *over(layout),
        legend + marks,
    ]
    return _document("\n".join(body), width, height)


def _document(body: str, width: float, height: float) -> str:
    size = f'width="{number(width)}" height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONTS}" role="img">\n{body}\n</svg>\n'


def _title(name: str, story: tuple[str, ...]) -> Iterator[str]:
    for index, line in enumerate(story):
        y = MARGIN + STORY_SIZE + STORY_LINE * index
        yield text(line, MARGIN, y, STORY_SIZE, INK, font_weight="bold")
    yield text(name, MARGIN, MARGIN + STORY_LINE * len(story) + 16, NAME_SIZE, MUTED)


def _frames(layout: Layout) -> Iterator[str]:
    """The places; VPCs and Direct Connect gateways."""
    for place, box in layout.places:
        yield _rounded(box, 12, fill=PLACE_FILL[place.side], stroke=FRAME, stroke_width=1.5)
    for frame, box in layout.frames:
        yield _rounded(box, 9, fill="none", stroke=frame.colour, stroke_width=1.5, stroke_dasharray="5 4")
        yield text(frame.title, box.left + 14, box.top + 20, DETAIL_SIZE, INK, font_weight="bold")
        yield text(frame.detail, box.right - 14, box.top + 20, DETAIL_SIZE, MUTED, text_anchor="end")


def _place_titles(layout: Layout) -> Iterator[str]:
    """Names of places. They stay readable where a cable between two places runs behind them."""
    for place, box in layout.places:
        halo = {"stroke": PLACE_FILL[place.side], "paint_order": "stroke"}
        x = box.left + 16
        yield text(place.name, x, box.top + 28, PLACE_NAME_SIZE, INK, font_weight="bold", stroke_width=5, **halo)
        yield text(place.detail, x, box.top + 47, DETAIL_SIZE, MUTED, stroke_width=5, **halo)


def _card(card: Card, box: Box) -> str:
    """A node: its shape, its name, and what matters of it."""
    middle = {"text_anchor": "middle"}
    centre = (box.left + box.right) / 2
    if not card.name or card.name.endswith("/"):
        return text(" ".join(card.details), centre, box.middle + 4, DETAIL_SIZE, MUTED, **middle)
    look: dict[str, str | float] = {"fill": CARD_FILL[card.side], "stroke": CARD_FRAME[card.side], "stroke_width": 1.5}
    up = (len(card.details) - 1) * DETAIL_ROW / 2
    body = [text(card.name, centre, box.middle + 17 - up, NAME_SIZE, CARD_INK[card.side], font_weight="bold", **middle)]
    if card.role == Role.INTERNET:
        body.insert(0, cloud(box.left, box.top, box.right - box.left, box.bottom - box.top, **look))
    else:
        body.insert(0, _rounded(box, 9, **look))
        body.append(icon(card.role, centre, box.middle - 19 - up, CARD_INK[card.side]))
    for index, detail in enumerate(card.details):
        y = box.middle + 34 - up + DETAIL_ROW * index
        body.append(text(detail, centre, y, DETAIL_SIZE, CARD_MUTED[card.side], **middle))
    return "".join(body)


def _rounded(box: Box, radius: float, **attributes: str | float) -> str:
    return element(
        "rect",
        x=box.left,
        y=box.top,
        width=box.right - box.left,
        height=box.bottom - box.top,
        rx=radius,
        **attributes,
    )
