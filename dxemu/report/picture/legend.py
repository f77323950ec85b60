"""The legend: whose a node is, what a line is, and which colour is which virtual interface."""

from __future__ import annotations

from collections.abc import Sequence

from dxemu.plan.model import Side
from dxemu.report.picture.colours import CABLE, CARD_FILL, CARD_FRAME, GATEWAY_FRAME, INK, MUTED, PIPE, VPC_FRAME
from dxemu.report.picture.parts import OUTSIDER_ROLE, Sketch
from dxemu.report.picture.sizes import DETAIL_SIZE
from dxemu.report.picture.svg import element, text
from dxemu.report.picture.text import text_width

ROW = 28.0
SAMPLE = 30.0
GAP = 26.0
_FRAMES = ((VPC_FRAME, "VPC"), (GATEWAY_FRAME, "Direct Connect gateway"))
_SIDES = {Side.CUSTOMER: "customer's", Side.CARRIER: "carrier's", Side.AWS: "AWS's"}


def draw_legend(sketch: Sketch, left: float, top: float, right: float) -> tuple[str, float]:
    """The legend as SVG, in as many rows as it needs between `left` and `right`, and where it ends."""
    sides = [side for side in _SIDES if any(card.side is side for card in sketch.cards)]
    own = dict(_SIDES)
    if any(card.role == OUTSIDER_ROLE for card in sketch.cards):
        own[Side.CARRIER] = "carriers' and others'"
    general = [(_card_sample(side), own[side]) for side in sides]
    general += [(_line_sample(CABLE, "", 2.2), "cable: bandwidth, one-way delay")]
    general += [(_pipe_sample(), "Direct Connect connection")]
    general += [
        (_frame_sample(colour), words) for colour, words in _FRAMES if colour in {f.colour for f in sketch.frames}
    ]
    parts, bottom = flow("Legend", general, left, top, right)
    for title, strands in (("Virtual interfaces", sketch.interfaces), ("VPN tunnels", sketch.tunnels)):
        entries = [(_line_sample(strand.colour, strand.dash, 3.2), words) for strand, words in strands]
        if entries:
            row, bottom = flow(title, entries, left, bottom, right)
            parts += row
    return parts, bottom


def flow(title: str, entries: Sequence[tuple[str, str]], left: float, top: float, right: float) -> tuple[str, float]:
    """Samples with words, one after the other, in rows behind a title."""
    indent = left + text_width("Virtual interfaces", DETAIL_SIZE, bold=True) + GAP
    y = top + ROW / 2
    parts = [text(title, left, y + 4, DETAIL_SIZE, INK, font_weight="bold")]
    x = indent
    for sample, words in entries:
        width = SAMPLE + 8 + text_width(words, DETAIL_SIZE)
        if x > indent and x + width > right:
            x, y = indent, y + ROW
        parts.append(element("g", sample, transform=f"translate({x:g} {y:g})"))
        parts.append(text(words, x + SAMPLE + 8, y + 4, DETAIL_SIZE, MUTED))
        x += round(width + GAP)
    return "".join(parts), y + ROW / 2


def _card_sample(side: Side) -> str:
    return element("rect", x=4, y=-7, width=SAMPLE - 8, height=14, rx=4, fill=CARD_FILL[side], stroke=CARD_FRAME[side])


def _line_sample(colour: str, dash: str, width: float) -> str:
    return element("path", d=f"M0 0H{SAMPLE:g}", stroke=colour, stroke_width=width, stroke_dasharray=dash)


def _frame_sample(colour: str) -> str:
    return element(
        "rect", x=4, y=-7, width=SAMPLE - 8, height=14, rx=4, fill="none", stroke=colour, stroke_dasharray="4 3"
    )


def _pipe_sample() -> str:
    return element("rect", y=-6, width=SAMPLE, height=12, fill=PIPE, stroke=CABLE)
