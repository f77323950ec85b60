"""The grid that a picture is laid out on: columns of cards with columns of labels between them.

A cable is a chain from card to card: through a label in each gap that it crosses, and through a free way in each
column of cards that it passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dxemu.report.picture.parts import Link


class ColumnKind(Enum):
    """What stands in a column."""

    CARD = "card"
    LABEL = "label"
    LANE = "lane"
    """A cable without its label: it was written in another gap, or the cable only passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in a column. `name` is unique; `place` is None between places; `frame` is set inside a frame.

    `head` is what comes first in its frame, `aside` what comes last in its place.
    """

    name: str
    kind: ColumnKind
    column: int
    width: float
    height: float
    place: str | None
    frame: str | None = None
    head: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A cable on its way from the card `items[0]` to the card `items[-1]`, from left to right.

    If both stand in one column, `items` has the two cards around one label: in the next column for a loop beside the
    cards, in their own for an upright between them.
    """

    link: Link
    items: tuple[Item, ...]

    @property
    def is_loop(self) -> bool:
        """Whether it comes back to the column where it began."""
        return self.items[0].column == self.items[-1].column != self.items[1].column

    @property
    def is_upright(self) -> bool:
        """Whether it runs down from a card to the one below it."""
        return self.items[0].column == self.items[-1].column == self.items[1].column


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """Columns from left to right, each from top to bottom. Even ones have cards; odd ones labels.

    `ranks` tells for each column the rank of the places in it, None between places.
    """

    columns: tuple[tuple[Item, ...], ...]
    ranks: tuple[int | None, ...]
    chains: tuple[Chain, ...]
