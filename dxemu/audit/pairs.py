"""Two elements that may each fail alone, but not at the same moment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from dxemu.audit.design import Design
from dxemu.audit.elements import Failure, together
from dxemu.audit.graph import elements_of, is_part


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOutcome:
    """Any of `first` together with any of `second` is an outage until repair; elements for people."""

    first: tuple[Failure, ...]
    second: tuple[Failure, ...]


def fatal_pairs(design: Design) -> tuple[PairOutcome, ...]:
    """All of them, those with the same partners together.

    An element that is a single point of failure is in none, nor is a pair of which one is a part of the other.
    """
    candidates, apart = _survived(design), apart_from_each_other(design)
    partners: dict[str, set[str]] = {failure.element: set() for failure in candidates}
    fatal = design.spread(
        lambda pair: design.is_fatal(together(design.world, pair, design.pairs)), apart, "pairs of failures"
    )
    for (one, other), ends_it in zip(apart, fatal, strict=True):
        if ends_it:
            partners[one.element].add(other.element)
            partners[other.element].add(one.element)
    by_name = {failure.element: failure for failure in candidates}
    alike: dict[frozenset[str], list[str]] = {}
    for element, others in partners.items():
        if others:
            alike.setdefault(frozenset(others), []).append(element)
    groups = {element: tuple(group) for group in alike.values() for element in group}
    found: dict[frozenset[tuple[str, ...]], tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for common, group in alike.items():
        for partner in sorted(common, key=list(by_name).index):
            found.setdefault(frozenset((tuple(group), groups[partner])), (tuple(group), groups[partner]))
    return tuple(
        PairOutcome(first=tuple(by_name[name] for name in first), second=tuple(by_name[name] for name in second))
        for first, second in found.values()
    )


def apart_from_each_other(design: Design) -> list[tuple[Failure, Failure]]:
    """All pairs of elements that may fail alone, in the way that costs most; none is a part of the other."""
    return [
        pair
        for pair in combinations(_survived(design), 2)
        if not (is_part(design, *pair) or is_part(design, *pair[::-1]))
    ]


def _survived(design: Design) -> list[Failure]:
    """Each element that may fail alone, in the way that costs most."""
    found = []
    for outcomes in elements_of(design).values():
        if not any(design.is_fatal(outcome) for outcome in outcomes):
            worst = max(outcomes, key=lambda outcome: (outcome.outage.high_s, outcome.outage.low_s))
            found.append(worst.failures[0])
    return found
