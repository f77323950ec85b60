"""Cables between two cards of which one stands directly below the other: upright, with the label between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dxemu.report.picture.grid import Chain, Item, Layers


def stand_up(layers: Layers) -> Layers:
    """`layers` with the first cable between two neighbours of one place upright. Others stay loops beside them."""
    columns = [list(column) for column in layers.columns]
    chains: list[Chain] = []
    for chain in layers.chains:
        ends = _next_to_each_other(chain, columns) if chain.is_loop else None
        if ends is None:
            chains.append(chain)
            continue
        label = chain.items[1]
        upper, lower = ends
        upright = replace(label, column=upper.column, place=upper.place, frame=upper.frame)
        columns[label.column].remove(label)
        columns[upper.column].insert(columns[upper.column].index(lower), upright)
        chains.append(Chain(link=chain.link, items=(upper, upright, lower)))
    return replace(layers, columns=tuple(tuple(column) for column in columns), chains=tuple(chains))


def _next_to_each_other(chain: Chain, columns: Sequence[Sequence[Item]]) -> tuple[Item, Item] | None:
    """The cards of a loop, the upper one first, if they are neighbours in one place and one frame."""
    column = columns[chain.items[0].column]
    position: Mapping[str, int] = {item.name: index for index, item in enumerate(column)}
    upper, lower = sorted((chain.items[0], chain.items[-1]), key=lambda item: position[item.name])
    beside = position[lower.name] - position[upper.name] == 1
    return (upper, lower) if beside and (upper.place, upper.frame) == (lower.place, lower.frame) else None
