"""What every rule of the audit is, and what it finds."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from dxemu.audit.design import Design
from dxemu.errors import Mark
from dxemu.predict.windows import Window
from dxemu.topology.marks import KeyPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One weak spot.

    `problem` says what is weak, `outage` what it is predicted to cost (None: no outage comes of it, or none that the
    design alone decides), `remedy` what to do. `names` are the nodes, cables, virtual interfaces and locations that it
    is about, `path` where in the file it stands.
    """

    problem: str
    remedy: str
    path: KeyPath
    names: tuple[str, ...]
    outage: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding, with what its rule says of all of them. `rule` is AWS's (or the protocol's), `source` who says so."""

    code: str
    title: str
    rule: str
    source: str
    finding: Finding
    mark: Mark

    @property
    def severity(self) -> tuple[float, float]:
        """What is worse is greater: the longer outage; no outage comes last."""
        outage = self.finding.outage
        return (-1.0, -1.0) if outage is None else (outage.high_s, outage.low_s)

    @property
    def until_repair(self) -> bool:
        """Whether nothing but a repair ends the outage."""
        return math.isinf(self.severity[0])


class Rule(ABC):
    """One kind of weak spot. `title` is its name for people; `rule` and `source` are as in `Found`.

    `paragraph` is what `dxemu explain CODE` says of it, in lines of at most 100 characters; "": rule and source.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    rule: ClassVar[str]
    source: ClassVar[str]
    paragraph: ClassVar[str] = ""

    @abstractmethod
    def find(self, design: Design) -> Iterator[Finding]:
        """What is weak in `design`."""


def listed(names: Iterable[str], word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last
