"""What a line says that begins with what it is about: one under `expect`, or the event under `when`."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Contradiction


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(ABC):
    """A frozen dataclass, whose fields are its parameters (`dxemu.parameters`).

    `of` is what `name` is the name of: `fault`, `session`, `tunnel`, `node`, `probe` (one that measures outages),
    `sending probe` (one between two ends), or a probe of one kind or of several (`http probe or dns probe`). `words`
    are for people; `example` is a whole line. `exclusive`: only one of the parameters that say something (`Need.SAYS`)
    at once.
    """

    of: ClassVar[str]
    words: ClassVar[str]
    example: ClassVar[str]
    exclusive: ClassVar[bool] = False

    name: str

    @property
    def about_route(self) -> tuple[str, str] | None:
        """The node and the prefix of the route that it is about, if it is about one."""
        return None

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """What cannot be true or means nothing; `said` are the parameters that are written and say something."""
        del said
        return iter(())
