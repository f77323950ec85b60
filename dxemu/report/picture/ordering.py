"""In which order things stand in their columns: few crossings, and what belongs together side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from dxemu.report.picture.grid import Chain, Item
from dxemu.report.picture.parts import Sketch

SWEEPS = 8


def ordered(
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
    for index in range(0, count, 2):
        columns[index] = _hubs_between(columns[index], neighbours)
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
    """The labels sorted by place, by frame, by the end in the fuller column, and by the other end."""

    def order(item: Item) -> tuple[float, float]:
        left, right = (position[end] for end in ends[item.name])
        return (right, left) if right_is_fuller else (left, right)

    def key(item: Item) -> tuple[int, tuple[float, float], str, tuple[float, float]]:
        together = [order(other) for other in column if item.frame and other.frame == item.frame] or [order(item)]
        firsts, lasts = zip(*together, strict=True)
        mean = (sum(firsts) / len(firsts), sum(lasts) / len(lasts))
        return _place_index(item, places), mean, item.frame or "", order(item)

    return sorted(column, key=key)


def _by_mean(
    column: Sequence[Item],
    neighbours: Mapping[str, list[Item]],
    position: Mapping[str, float],
    places: Sequence[str],
    beside: int,
) -> list[Item]:
    """The column sorted by place, by frame, and by the mean position of the neighbours in the column `beside`.

    What is connected to nothing but another card of its own column stands beside that one.
    """

    def own(item: Item) -> float:
        near = [other for other in neighbours[item.name] if other.column != item.column]
        found = [position[other.name] for other in near if other.column == beside]
        found = found or [position[other.name] for other in near]
        return sum(found) / len(found) if found else position[item.name]

    def key(item: Item) -> tuple[int, bool, float, float, bool, float, float, bool]:
        near = neighbours[item.name]
        hangs = bool(near) and all(other.column == item.column for other in near)
        holder = near[0] if hangs else item
        together = [other for other in column if other.frame == item.frame] if item.frame else [holder]
        held = [own(other) for other in together if any(n.column != other.column for n in neighbours[other.name])]
        at = sum(held) / len(held) if held else own(holder)
        first = min(position[other.name] for other in together)
        inside = (not item.head, own(holder), position[holder.name], hangs)
        return _place_index(item, places), item.aside, at, first, *inside

    return sorted(column, key=key)


def _hubs_between(column: Sequence[Item], neighbours: Mapping[str, list[Item]]) -> list[Item]:
    """The column with each card that has cables to several others of it moved between them."""
    ordered = list(column)
    for hub in column:
        own = {other.name for other in neighbours[hub.name] if other.column == hub.column}
        if len(own) > 1 and hub.frame is None:
            ordered.remove(hub)
            spokes = [index for index, item in enumerate(ordered) if item.name in own]
            ordered.insert(spokes[len(spokes) // 2], hub)
    return ordered


def _place_index(item: Item, places: Sequence[str]) -> int:
    """Places in the order of the sketch; what is in none comes last."""
    return len(places) if item.place is None else places.index(item.place)
