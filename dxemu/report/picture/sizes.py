"""How much room each thing needs, in pixels."""

from __future__ import annotations

from dxemu.plan.model import Role
from dxemu.report.picture.parts import Card, Link
from dxemu.report.picture.text import text_width

NAME_SIZE = 15.0
DETAIL_SIZE = 13.0

ICON = 30.0
CARD_PAD = 10.0
CARD_HEIGHT = 88.0
DETAIL_ROW = 16.0
CLOUD_SIDE = 70.0
CLOUD_TOP = 30.0

STRAND_PITCH = 6.0
"""Between two virtual interfaces on one cable."""

PORT_GAP = 6.0
TITLE_ROW = 24.0
STRAND_ROW = 25.0
LABEL_PAD = 10.0
WORDS_OFF = 6.0
"""From a cable to the words above and below it."""


def card_size(card: Card, ports: float) -> tuple[float, float]:
    """Width and height of a card whose cables need `ports` pixels on the fuller side."""
    words = max(_name_width(card.name), *(text_width(detail, DETAIL_SIZE) for detail in card.details))
    height = max(CARD_HEIGHT + DETAIL_ROW * (len(card.details) - 1), ports + 2 * PORT_GAP)
    if card.role == Role.INTERNET:
        return round(max(ICON, words) + CLOUD_SIDE), height + CLOUD_TOP
    return round(max(ICON, words) + 2 * CARD_PAD), height


def port_height(link: Link) -> float:
    """What a cable needs at a card's side."""
    return cable_width(link) + PORT_GAP


def cable_width(link: Link) -> float:
    """How thick a cable is away from its label."""
    return max(1, len(link.strands)) * STRAND_PITCH + (4 if link.strands else 0)


def label_size(link: Link) -> tuple[float, float]:
    """Width and height of a cable where its label is.

    The names of virtual interfaces each have a row; otherwise the cable's name is above it and its numbers below.
    """
    name, detail = _name_width(link.name, DETAIL_SIZE), text_width(link.detail, DETAIL_SIZE)
    if link.labelled:
        rows = [
            text_width(strand.label, DETAIL_SIZE, bold=bool(strand.detail))
            + (LABEL_PAD + text_width(strand.detail, DETAIL_SIZE) if strand.detail else 0)
            for strand in link.strands
        ]
        width = max(name + LABEL_PAD + detail, *rows)
        return round(width + 2 * LABEL_PAD), TITLE_ROW + STRAND_ROW * len(rows) + 6
    return round(max(name, detail) + 2 * LABEL_PAD), cable_width(link) + 2 * (DETAIL_SIZE + WORDS_OFF)


def _name_width(name: str, size: float = NAME_SIZE) -> float:
    return text_width(name, size, bold=True)
