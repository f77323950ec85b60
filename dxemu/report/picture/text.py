"""How wide a text will be, without a font at hand: an upper bound, so that no text runs into another."""

from __future__ import annotations

FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

_WIDTHS = {
    0.32: " ',.IJijl|",
    0.42: "!()-/:;[\\]frt·",
    0.53: '"*_`sz',
    0.62: "?FLPTYacekovxy",
    0.70: "$0123456789ABCEKRSVXZbdghnpqu{}–",
    0.82: "&DGHNOQUw",
    0.87: "#+<=>M^~",
}
"""Advance widths of DejaVu Sans in em, rounded up. It is the widest of the fonts in `FONTS`."""

_WIDEST = 1.0
_BOLD = 1.14


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of `text` in pixels at most, for a font of `size` pixels."""
    by_character = {character: width for width, characters in _WIDTHS.items() for character in characters}
    return sum(by_character.get(character, _WIDEST) for character in text) * size * (_BOLD if bold else 1)


def wrapped(text: str, size: float, limit: float, *, bold: bool = False) -> tuple[str, ...]:
    """`text` in lines of at most `limit` pixels. A single word may be wider."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)
