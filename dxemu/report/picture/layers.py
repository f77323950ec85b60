"""Which column each thing stands in, and in which order from top to bottom.

The picture has columns of cards with columns of labels between them. A cable is a chain from card to card: through a
label in each gap that it crosses, and through a free way in each column of cards that it passes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from dxemu.plan.model import Role
from dxemu.report.picture.sizes import cable_width, card_size, label_size, port_height
from dxemu.report.picture.sketch import VPC_ROLE, Card, Link, Sketch

ROLE_ORDER = (
    Role.HOST,
    Role.SWITCH,
    Role.ROUTER,
    Role.CARRIER,
    Role.INTERNET,
    Role.DX_DEVICE,
    Role.VPN_ENDPOINT,
    Role.GATEWAY,
    Role.VPC,
    Role.INSTANCE,
    Role.SERVICE,
)
"""From left to right within a place. A role that is not here stands with the routers."""

SWEEPS = 8


class Kind(Enum):
    """What stands in a column."""

    CARD = "card"
    LABEL = "label"
    LANE = "lane"
    """A cable without its label: it was written in another gap, or the cable only passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in a column. `name` is unique; `place` is None between places; `vpc` is set inside a VPC."""

    name: str
    kind: Kind
    column: int
    width: float
    height: float
    place: str | None
    vpc: str | None = None


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


def make_layers(sketch: Sketch) -> Layers:
    """Columns, chains and order."""
    rank_of = {place.name: place.rank for place in sketch.places}
    keys = sorted({_key(card, rank_of) for card in sketch.cards})
    column_of = {card.name: 2 * keys.index(_key(card, rank_of)) for card in sketch.cards}
    ports = _ports(sketch.links, column_of)
    cards = {card.name: _card_item(card, column_of[card.name], ports[card.name]) for card in sketch.cards}
    ranks = tuple(_rank_at(index, [rank for rank, _ in keys]) for index in range(2 * len(keys)))
    chains = tuple(_chain(link, cards, ranks, rank_of) for link in sketch.links)
    return Layers(columns=_ordered(cards, chains, sketch, len(ranks)), ranks=ranks, chains=chains)


def _key(card: Card, rank_of: Mapping[str, int]) -> tuple[int, int]:
    role = Role.INSTANCE if card.role == VPC_ROLE else card.role
    known = [str(known) for known in ROLE_ORDER]
    return rank_of[card.place], known.index(role) if role in known else known.index(Role.ROUTER)


def _rank_at(column: int, card_ranks: Sequence[int]) -> int | None:
    """The rank of a column of cards; of one of labels if both its neighbours have the same."""
    left, right = card_ranks[column // 2], card_ranks[min((column + 1) // 2, len(card_ranks) - 1)]
    return left if left == right else None


def _ports(links: Sequence[Link], column_of: Mapping[str, int]) -> Mapping[str, float]:
    """For each card the pixels that its cables need on the fuller side."""
    sides: defaultdict[tuple[str, str], float] = defaultdict(float)
    for link in links:
        for end, other in ((link.a, link.b), (link.b, link.a)):
            side = "left" if column_of[other] < column_of[end] else "right"
            sides[end, side] += port_height(link)
    return {name: max(sides[name, "left"], sides[name, "right"]) for name in column_of}


def _card_item(card: Card, column: int, ports: float) -> Item:
    width, height = card_size(card, ports)
    return Item(
        name=card.name, kind=Kind.CARD, column=column, width=width, height=height, place=card.place, vpc=card.vpc
    )


def _chain(link: Link, cards: Mapping[str, Item], ranks: Sequence[int | None], rank_of: Mapping[str, int]) -> Chain:
    start, end = sorted((cards[link.a], cards[link.b]), key=lambda item: item.column)
    if start.column == end.column:
        place = start.place if ranks[start.column + 1] is not None else None
        return Chain(link=link, items=(start, _piece(link, start.column + 1, place, labelled=True), end))
    between = []
    for column in range(start.column + 1, end.column):
        near = [end, start] if column > (start.column + end.column) / 2 else [start, end]
        place = next((i.place for i in near if i.place and rank_of[i.place] == ranks[column]), None)
        between.append(_piece(link, column, place, labelled=column == end.column - 1))
    return Chain(link=link, items=(start, *between, end))


def _piece(link: Link, column: int, place: str | None, *, labelled: bool) -> Item:
    width, height = label_size(link) if labelled else (0.0, cable_width(link))
    name = f"{link.a}:{link.b}:{link.name}:{column}"
    kind = Kind.LABEL if labelled else Kind.LANE
    return Item(name=name, kind=kind, column=column, width=width, height=height, place=place)


def _ordered(
    cards: Mapping[str, Item], chains: Sequence[Chain], sketch: Sketch, count: int
) -> tuple[tuple[Item, ...], ...]:
    """Every column in an order with few crossings, the things of one place together.

    Cards and ways are moved to the mean position of what they are connected to, column by column, to and fro. Labels
    then follow the cards at their ends.
    """
    columns: list[list[Item]] = [[] for _ in range(count)]
    for item in dict.fromkeys([*cards.values(), *(item for chain in chains for item in chain.items)]):
        columns[item.column].append(item)
    neighbours = _neighbours(chains, step=2)
    places = [place.name for place in sketch.places]
    position: dict[str, float] = {}
    _number(columns, position)
    for sweep in range(SWEEPS):
        cards_only = range(0, count, 2)
        for index in cards_only if sweep % 2 == 0 else reversed(cards_only):
            beside = index - 2 if sweep % 2 == 0 else index + 2
            columns[index] = _by_mean(columns[index], neighbours, position, places, beside)
            _number(columns, position)
    for index in range(1, count, 2):
        right_is_fuller = len(columns[index - 1]) <= len(columns[min(index + 1, count - 1)])
        columns[index] = _by_ends(columns[index], _ends_of_labels(chains, index), position, places, right_is_fuller)
    return tuple(tuple(column) for column in columns)


def _number(columns: Sequence[Sequence[Item]], position: dict[str, float]) -> None:
    """Note each item's position in its column, 0 to 1."""
    for column in columns:
        for index, item in enumerate(column):
            position[item.name] = (index + 0.5) / len(column)


def _neighbours(chains: Sequence[Chain], step: int) -> Mapping[str, list[Item]]:
    """What each item is connected to, `step` further along the chain."""
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for chain in chains:
        for left, right in zip(chain.items, chain.items[step:], strict=False):
            found[left.name].append(right)
            found[right.name].append(left)
    return found


def _ends_of_labels(chains: Sequence[Chain], column: int) -> Mapping[str, tuple[str, str]]:
    """For each label of a column the cards or ways to its left and right."""
    return {
        item.name: (before.name, after.name)
        for chain in chains
        for before, item, after in zip(chain.items, chain.items[1:], chain.items[2:], strict=False)
        if item.column == column
    }


def _by_ends(
    column: Sequence[Item],
    ends: Mapping[str, tuple[str, str]],
    position: Mapping[str, float],
    places: Sequence[str],
    right_is_fuller: bool,
) -> list[Item]:
    """The labels sorted by place, by the end in the fuller column, and by the other end."""

    def key(item: Item) -> tuple[int, float, float]:
        left, right = (position[end] for end in ends[item.name])
        return (_place_index(item, places), *((right, left) if right_is_fuller else (left, right)))

    return sorted(column, key=key)


def _by_mean(
    column: Sequence[Item],
    neighbours: Mapping[str, list[Item]],
    position: Mapping[str, float],
    places: Sequence[str],
    beside: int,
) -> list[Item]:
    """The column sorted by place, by VPC, and by the mean position of the neighbours in the column `beside`."""

    def mean(items: Iterator[Item]) -> float:
        found = [position[n.name] for item in items for n in neighbours[item.name] if n.column == beside]
        return sum(found) / len(found) if found else -1.0

    def key(item: Item) -> tuple[int, float, str, float]:
        together = (other for other in column if item.vpc and other.vpc == item.vpc)
        own = mean(iter([item]))
        own = own if own >= 0 else position[item.name]
        return _place_index(item, places), mean(together) if item.vpc else own, item.vpc or "", own

    return sorted(column, key=key)


def _place_index(item: Item, places: Sequence[str]) -> int:
    """Places in the order of the sketch; what is in none comes last."""
    return len(places) if item.place is None else places.index(item.place)
