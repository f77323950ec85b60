"""What may be changed while a lab runs, by the path of what differs: which rule holds for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from dxemu.topology.differences import Difference, DifferenceKind
from dxemu.topology.marks import KeyPath

ANY = "*"
REST = "**"


class Interrupts(StrEnum):
    """What carries nothing for a while because of a change, for people."""

    NOTHING = "nothing"
    SESSION = "its BGP session, which is made anew"
    CLIENT = "the router's iBGP sessions with those that become clients, or are none any more"
    CLUSTER = "all iBGP sessions of the router"
    CONNECTION = "every virtual interface of the connection"
    ITSELF = "what is removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What becomes of a difference at a path like `pattern`: `*` is one key, `**` at the end any number of them.

    `of` are the kinds of difference that it is for. With `refused` it cannot be: that is why. `words` say what is done.
    `assumed` is what nobody publishes and dxemu takes for granted.
    """

    pattern: str
    of: tuple[DifferenceKind, ...] = (DifferenceKind.CHANGED,)
    interrupts: Interrupts = Interrupts.NOTHING
    words: str = ""
    refused: str = ""
    assumed: str = ""
    source: str = ""

    def fits(self, path: KeyPath, kind: DifferenceKind) -> bool:
        """Whether it is about this path and kind of difference."""
        return kind in self.of and _fits(self.pattern.split("."), path)


def _fits(pattern: Sequence[str], path: KeyPath) -> bool:
    if pattern[-1] == REST:
        pattern, path = pattern[:-1], path[: len(pattern) - 1]
    return len(pattern) == len(path) and all(one in (ANY, str(key)) for one, key in zip(pattern, path, strict=True))


def permission(table: Sequence[Permission], found: Difference) -> Permission:
    """The first row that is about a difference. Raises LookupError if there is none."""
    for row in table:
        if row.fits(found.path, found.kind):
            return row
    raise LookupError(found.name)
