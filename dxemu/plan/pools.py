"""Numbers from small pools: what a thing gets follows from a hash of its own key, not from what else there is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

_TRIES = 64
_SALT = "dxemu-13285"
"""Searched for: with it, in the designs that come with dxemu, the first of two devices has the lower router ID, and a
tie goes as people expect. It promises nothing of other designs, where chance decides such a tie, as with AWS.
"""


class Pool:
    """Gives each key a number from 0 to `size` - 1. Where two keys meet on one the later one moves on.

    `usable` says of a number whether it may be given out at all; `what` is what the pool holds, for its error.
    """

    def __init__(self, what: str, size: int, usable: Callable[[int], bool] = lambda _: True) -> None:
        self._what = what
        self._size = size
        self._usable = usable
        self._given: dict[int, str] = {}

    def take(self, key: str) -> int:
        """A number for `key`. Raises ValueError when none is left."""
        for attempt in range(_TRIES):
            number = hashed(f"{self._what}/{key}" + (f"#{attempt}" if attempt else "")) % self._size
            if self._free(number):
                break
        else:
            number = next((n for n in range(self._size) if self._free(n)), -1)
            if number < 0:
                raise ValueError(f"no {self._what} is left for '{key}': {len(self._given)} are given out")
        self._given[number] = key
        return number

    def _free(self, number: int) -> bool:
        return number not in self._given and self._usable(number)


def hashed(text: str) -> int:
    """A number that depends on `text` only, the same with every Python and on every machine."""
    return int.from_bytes(hashlib.sha256(f"{_SALT}/{text}".encode()).digest()[:8])
