"""How the audit has the same work done on many things: one after the other, unless who asks for it knows better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Spread(Protocol):
    """Does `work` on each of `items`; gives the results in their order. `what` names the items for people."""

    def __call__(self, work: Callable[[Item], Result], items: Sequence[Item], what: str) -> Iterable[Result]:
        """`work` depends on nothing but its item, so that any process may do it."""


def one_by_one(work: Callable[[Item], Result], items: Sequence[Item], what: str) -> Iterable[Result]:  # noqa: ARG001
    """In this process, without a word."""
    return map(work, items)
