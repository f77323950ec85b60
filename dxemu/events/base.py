"""What an event is."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import get_annotations
from math import nan
from typing import ClassVar, Never, dataclass_transform


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Recorded:
    """What `dataclass(frozen=True, kw_only=True)` makes of a class, for its subclasses, checked by mypy like that.

    `dataclass` writes and compiles source for each class, which takes 1.5 ms on the machine that the limits are made
    for, and twice that inside the embedded kernel: for 30 kinds that is a tenth of what a lab's process imports in.
    """

    types: ClassVar[Mapping[str, str]] = {}
    """Each field's type, as it is written, by name and in order."""
    defaults: ClassVar[Mapping[str, object]] = {}
    """The fields that may be left out."""

    def __init_subclass__(cls) -> None:
        own = {name: kind for name, kind in get_annotations(cls).items() if "ClassVar" not in kind}
        types, defaults = {**cls.types, **own}, {name: cls.__dict__[name] for name in own if name in cls.__dict__}
        for other in cls.__bases__[1:]:  # what it has, too: behind its own
            if issubclass(other, Recorded):
                types |= other.types
                defaults |= other.defaults
        cls.types, cls.defaults = types, {**cls.defaults, **defaults}

    def __init__(self, **values: object) -> None:
        given = {**self.defaults, **values}
        if given.keys() != self.types.keys():
            wrong = ", ".join(sorted(given.keys() ^ self.types.keys()))
            raise TypeError(f"{type(self).__name__} has or lacks the fields {wrong}")
        self.__dict__.update(given)

    def __setattr__(self, name: str, value: object) -> Never:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *map(self.__dict__.get, self.types)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={self.__dict__[name]!r}' for name in self.types)})"


class Event(Recorded):
    """Something that happened.

    `t` is in seconds since the run's start, and negative before it. It is not a number until the journal has told the
    event: who hears of it inside the lab hears of it now.
    """

    word: ClassVar[str]
    """What the timeline calls its kind."""

    t: float = nan


class NodeEvent(Event):
    """What a node says."""

    node: str


class ProbeEvent(Event):
    """What a probe found."""

    probe: str
