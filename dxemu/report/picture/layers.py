"""Which column each thing stands in, and the chain of every cable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from dxemu.plan.model import Role, Side
from dxemu.report.picture.grid import Chain, ColumnKind, Item, Layers
from dxemu.report.picture.ordering import ordered
from dxemu.report.picture.parts import BORDER_ROLE, OUTSIDER_ROLE, PRIVATE_ENDPOINT_ROLE, VPC_ROLE, Card, Link, Sketch
from dxemu.report.picture.sizes import cable_width, card_size, label_size, port_height

ROLE_ORDER: tuple[frozenset[str], ...] = (
    frozenset({Role.HOST}),
    frozenset({Role.SWITCH}),
    frozenset({Role.ROUTER, Role.INTERNET, OUTSIDER_ROLE}),
    frozenset({Role.CARRIER}),
    frozenset({Role.DX_DEVICE}),
    frozenset({BORDER_ROLE, Role.VPN_ENDPOINT}),
    frozenset({Role.GATEWAY}),
    frozenset({Role.VPC, Role.INSTANCE, VPC_ROLE, PRIVATE_ENDPOINT_ROLE}),
    frozenset({Role.SERVICE}),
)
"""From left to right within a place. A role that is not here stands with the routers."""

WITH_ROUTERS = next(index for index, roles in enumerate(ROLE_ORDER) if Role.ROUTER in roles)


def make_layers(sketch: Sketch) -> Layers:
    """Columns, chains and order."""
    rank_of = {place.name: place.rank for place in sketch.places}
    keys = sorted({_key(card, rank_of) for card in sketch.cards})
    column_of = {card.name: 2 * keys.index(_key(card, rank_of)) for card in sketch.cards}
    ports = _ports(sketch.links, column_of)
    cards = {card.name: _card_item(card, column_of[card.name], ports[card.name]) for card in sketch.cards}
    ranks = tuple(_rank_at(index, [rank for rank, _ in keys]) for index in range(2 * len(keys)))
    chains = tuple(_chain(link, cards, ranks, rank_of) for link in sketch.links)
    return Layers(columns=ordered(cards, chains, sketch, len(ranks)), ranks=ranks, chains=chains)


def _key(card: Card, rank_of: Mapping[str, int]) -> tuple[int, int]:
    found = next((index for index, roles in enumerate(ROLE_ORDER) if card.role in roles), WITH_ROUTERS)
    return rank_of[card.place], found


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
        name=card.name,
        kind=ColumnKind.CARD,
        column=column,
        width=width,
        height=height,
        place=card.place,
        frame=card.frame,
        head=card.role == Role.VPC,
        aside=card.side is Side.CARRIER and card.role in {Role.ROUTER, OUTSIDER_ROLE},
    )


def _chain(link: Link, cards: Mapping[str, Item], ranks: Sequence[int | None], rank_of: Mapping[str, int]) -> Chain:
    start, end = sorted((cards[link.a], cards[link.b]), key=lambda item: item.column)
    if start.column == end.column:
        place = start.place if ranks[start.column + 1] is not None else None
        return Chain(link=link, items=(start, _piece(link, start.column + 1, place, labelled=True), end))
    between = []
    gaps = [column for column in range(start.column + 1, end.column, 2) if ranks[column] is None]
    named = gaps[0] if gaps else end.column - 1
    for column in range(start.column + 1, end.column):
        near = [end, start] if column > (start.column + end.column) / 2 else [start, end]
        place = next((i.place for i in near if i.place and rank_of[i.place] == ranks[column]), None)
        between.append(_piece(link, column, place, labelled=column == named))
    return Chain(link=link, items=(start, *between, end))


def _piece(link: Link, column: int, place: str | None, *, labelled: bool) -> Item:
    width, height = label_size(link) if labelled else (0.0, cable_width(link))
    name = f"{link.a}:{link.b}:{link.name}:{column}"
    kind = ColumnKind.LABEL if labelled else ColumnKind.LANE
    frame = link.frame if labelled else None
    return Item(name=name, kind=kind, column=column, width=width, height=height, place=place, frame=frame)
