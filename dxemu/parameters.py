"""What a kind (a fault, an action, a probe, an expectation) is told: the fields of its frozen dataclass.

The reader of scenario files, the errors with the nearest name, the JSON schema and the tables of docs/scenario-file.md
are made of these fields. Nothing is read here: faults, actions and probes are imported inside the embedded kernel.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cache
from typing import Any, Protocol, runtime_checkable


class Takes(StrEnum):
    """What the value of a parameter is."""

    NAME = "name"
    """The name of an element of the topology, or of something else that the parameter's noun says."""
    NETWORK = "network"
    NETWORKS = "networks"
    """One network or a list of them."""
    COUNT = "count"
    """A whole number from 1 on."""
    WHOLE = "whole number"
    """A whole number from 0 on, or between the parameter's limits."""
    DURATION = "duration"
    """`Seconds`."""
    TIMES = "times"
    """One time or a list of them: a sorted tuple of `Seconds`."""
    MOMENT = "moment"
    """`start`, `end` or a time: a text or `Seconds`."""
    PACKET_RATE = "packet rate"
    BIT_RATE = "bit rate"
    PERCENT = "percent"
    """A part of the packets, 0 to 100."""
    WORD = "word"
    """One of the parameter's choices."""
    TRUE = "true"
    """Nothing but true: who does not want it leaves it out."""
    TRUTH = "truth"
    ADDRESS = "address"
    EVENTS = "events"
    """A list of events as they stand under `when`: a tuple."""
    LABELS = "labels"
    """What a capture counts frames under (`dxemu.events.frames`): one or a list, a tuple."""


class Need(Enum):
    """When a parameter is written."""

    TARGET = "exactly one of all targets"
    CHOICE = "exactly one of these as well"
    SAYS = "at least one of these"
    ALWAYS = "always"
    OPTIONAL = "if it is wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a kind: `key` in the file, `attribute` of the dataclass.

    `noun` is what a name names: a word of `dxemu.story.names`, `host or instance`, or what an expectation is about.
    `words` are for people. `choices` are those of a word, `least` and `most` the limits of a number. `default` is what
    it is if it is left out (None: nothing), `example` a value as it is written.
    """

    key: str
    attribute: str
    takes: Takes
    need: Need
    noun: str = ""
    words: str = ""
    choices: tuple[str | int, ...] = ()
    least: float | None = None
    most: float | None = None
    default: object = None
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """What cannot be, though each value can: at the value of `key` (`at_key`: at the key), or of the kind if it is "".

    `problem` says what is wrong, `remedy` what to write.
    """

    key: str
    problem: str
    remedy: str
    at_key: bool = False


@runtime_checkable
class Contradictory(Protocol):
    """A kind that looks at its values together."""

    def contradictions(self) -> Iterator[Contradiction]:
        """What cannot be, though each value can."""


def target_field(noun: str = "", words: str = "") -> Any:  # Any: dataclasses.field has the type of what is declared
    """A field for the name of what is struck, or worked on: a scenario gives exactly one of a kind's targets."""
    return parameter(Takes.NAME, need=Need.TARGET, noun=noun, words=words)


def network_field(*, need: Need = Need.OPTIONAL, words: str = "") -> Any:  # Any: as for `target_field`
    """A field for one network; None if it is left out."""
    return parameter(Takes.NETWORK, need=need, words=words)


def networks_field(*, need: Need = Need.OPTIONAL, words: str = "") -> Any:  # Any: as for `target_field`
    """A field for networks; none if it is left out."""
    return parameter(Takes.NETWORKS, need=need, default=(), words=words)


def count_field(words: str = "") -> Any:  # Any: as for `target_field`
    """A field for a whole number from 1 on; 1 if it is left out."""
    return parameter(Takes.COUNT, default=1, words=words)


def parameter(
    takes: Takes, *, need: Need = Need.OPTIONAL, default: object = None, **about: Any
) -> Any:  # Any: as for `target_field`
    """A field for what `takes` says; `about` it there is what `Parameter` has, and it is that of `Parameter` if not."""
    told = {"takes": takes, "need": need, "default": default, **about}
    if need is Need.ALWAYS:
        return dataclasses.field(metadata={"parameter": told})
    return dataclasses.field(default=default, metadata={"parameter": told})


def parameters_of(kind: Callable[..., object]) -> tuple[Parameter, ...]:
    """The parameters of a kind, as they stand in its file."""
    return _parameters_of(kind)


@cache
def _parameters_of(kind: Callable[..., object]) -> tuple[Parameter, ...]:
    found = []
    for declared in dataclasses.fields(kind):  # type: ignore[arg-type]  # kinds are dataclasses
        if "parameter" in declared.metadata:
            about = {"key": declared.name, **declared.metadata["parameter"]}
            noun = about.get("noun") or declared.name
            found.append(Parameter(**{**about, "noun": noun, "attribute": declared.name}))
    return tuple(found)


def lost_target(value: object, names: Mapping[str, Collection[str]]) -> str:
    """What a kind is about, if `names` (`dxemu.story.names`) do not have it: `connection 'spare'`; else empty."""
    targets = [p for p in parameters_of(type(value)) if p.need is Need.TARGET]
    given = [(p.key, str(name)) for p in targets if (name := getattr(value, p.attribute)) is not None]
    return next((f"{noun} '{name}'" for noun, name in given if noun in names and name not in names[noun]), "")


def target_of(value: object) -> tuple[str, str]:
    """Which target was given to a kind, and the name: `("connection", "primary")`."""
    known = [p for p in parameters_of(type(value)) if p.need is Need.TARGET]
    return next((p.key, str(given)) for p in known if (given := getattr(value, p.attribute)) is not None)
