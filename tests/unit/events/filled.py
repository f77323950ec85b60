"""Events of which a test says only what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.events.base import Event
from dxemu.events.codec import KINDS, decoded

BLANK: Mapping[str, object] = {
    "bool": False,
    "int": 0,
    "float": 0.0,
    "str": "",
    "tuple[str, ...]": [],
    "Mapping[str, object]": {},
}
AS_T = ("injected_at_s", "healed_at_s", "done_at_s")


def filled(said: Mapping[str, object]) -> Event:
    """An event with these values, as JSON has them. What is left out is nothing; a step was done when it is told."""
    kind = KINDS[str(said["event"])]
    blank = {
        name: None if "None" in type_ else BLANK[type_]
        for name, type_ in kind.types.items()
        if name not in kind.defaults and name not in said
    }
    done = {name: said["t"] for name in AS_T if name in blank}
    return decoded({"t": 0.0, **blank, **done, **said})
