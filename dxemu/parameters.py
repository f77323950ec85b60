"""What a kind (a fault, an action) is told: the fields of its frozen dataclass, and what each of them takes.

The reader of scenario files, the errors with the nearest name, the JSON schema and the tables of docs/scenario-file.md
are made of these fields. Nothing is read here: faults are imported inside the embedded kernel.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any


class Takes(StrEnum):
    """What the value of a parameter is."""

    NAME = "name"
    """The name of an element of the topology."""
    NETWORK = "network"
    NETWORKS = "networks"
    """One network or a list of them."""
    COUNT = "count"
    """A whole number from 1 on."""


class Need(Enum):
    """When a parameter is written."""

    TARGET = "exactly one of all targets"
    CHOICE = "exactly one of these as well"
    OPTIONAL = "if it is wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a kind. `noun` is what a name names (a word of `dxemu.story.names`); `words` are for people."""

    key: str
    takes: Takes
    need: Need
    noun: str
    words: str


def target_field(noun: str = "", words: str = "") -> Any:  # Any: dataclasses.field has the type of what is declared
    """A field for the name of what is struck, or worked on: a scenario gives exactly one of a kind's targets."""
    return _field(Takes.NAME, Need.TARGET, None, noun, words)


def network_field(*, need: Need = Need.OPTIONAL, words: str = "") -> Any:  # Any: as for `target_field`
    """A field for one network; None if it is left out."""
    return _field(Takes.NETWORK, need, None, "", words)


def networks_field(*, need: Need = Need.OPTIONAL, words: str = "") -> Any:  # Any: as for `target_field`
    """A field for networks; none if it is left out."""
    return _field(Takes.NETWORKS, need, (), "", words)


def count_field(words: str = "") -> Any:  # Any: as for `target_field`
    """A field for a whole number from 1 on; 1 if it is left out."""
    return _field(Takes.COUNT, Need.OPTIONAL, 1, "", words)


def _field(takes: Takes, need: Need, default: object, noun: str, words: str) -> Any:  # Any: as for `target_field`
    return dataclasses.field(default=default, metadata={"parameter": (takes, need, noun, words)})


def parameters_of(kind: Callable[..., object]) -> tuple[Parameter, ...]:
    """The parameters of a kind, as they stand in its file."""
    found = []
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]  # kinds are dataclasses
        if "parameter" in field.metadata:
            takes, need, noun, words = field.metadata["parameter"]
            found.append(Parameter(key=field.name, takes=takes, need=need, noun=noun or field.name, words=words))
    return tuple(found)


def target_of(value: object) -> tuple[str, str]:
    """Which target was given to a kind, and the name: `("connection", "primary")`."""
    keys = [p.key for p in parameters_of(type(value)) if p.need is Need.TARGET]
    return next((key, str(given)) for key in keys if (given := getattr(value, key)) is not None)
