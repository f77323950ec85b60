"""The probes of a scenario file, key by key: an entry for each kind that there is, made of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal  # Any: types that are made while the program runs

from pydantic import Field, PlainValidator, WithJsonSchema, create_model

from dxemu.parameters import Need, Parameter, Takes, parameters_of
from dxemu.probes.base import Probe
from dxemu.topology.entry import Entry
from dxemu.topology.fields import AnyNetwork, BitRate, Duration, PacketRate, Wrong, read_duration
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds


def _moments(value: object) -> tuple[Seconds, ...]:
    """A time or a list of them, in order."""
    values = value if isinstance(value, list) else [value]
    if not values:
        raise Wrong("DX-F010", "there is no time in the list", "Write for example [2 s, 20 s].")
    return tuple(sorted(dict.fromkeys(read_duration(item) for item in values)))


Moments = Annotated[
    tuple[Seconds, ...],
    PlainValidator(_moments),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "examples": ["2 s"]},
                {"type": "array", "items": {"type": "string"}, "examples": [["2 s", "20 s"]]},
            ]
        }
    ),
]

TYPES: Mapping[Takes, Any] = {
    Takes.NAME: str,
    Takes.NETWORK: AnyNetwork,
    Takes.COUNT: Annotated[int, Field(ge=1)],
    Takes.WHOLE: int,
    Takes.DURATION: Duration,
    Takes.TIMES: Moments,
    Takes.PACKET_RATE: PacketRate,
    Takes.BIT_RATE: BitRate,
    Takes.TRUTH: bool,
}
"""What a parameter of a probe can take. A word is one of its choices."""


class ProbeEntry(Entry):
    """A probe: its kind, and what it needs."""

    def kinds(self) -> dict[str, Entry]:
        """What is written, by kind. A probe should have one."""
        return {kind: entry for kind in type(self).model_fields if (entry := getattr(self, kind)) is not None}


def probe_entry(kinds: Mapping[str, type[Probe]]) -> type[ProbeEntry]:
    """The entry that knows these kinds."""
    fields: dict[str, Any] = {
        kind: (_entry(kind, made) | None, Field(default=None, examples=[made.example])) for kind, made in kinds.items()
    }
    return create_model("ProbeEntry", __base__=ProbeEntry, __doc__=ProbeEntry.__doc__, **fields)


def _entry(kind: str, made: type[Probe]) -> Any:  # Any: a type that is made while the program runs
    fields: dict[str, Any] = {p.attribute: (_type(p), _about(p)) for p in parameters_of(made)}
    return create_model(f"{kind}_probe", __base__=Entry, __doc__=made.__doc__, **fields)


def _type(parameter: Parameter) -> Any:  # Any: as above
    found: Any = TYPES[parameter.takes] if parameter.takes is not Takes.WORD else Literal[parameter.choices]
    optional = parameter.need is not Need.ALWAYS and parameter.default is None
    return found | None if optional else found


def _about(parameter: Parameter) -> Any:  # Any: pydantic's FieldInfo has the type of what is declared
    about: dict[str, Any] = {"alias": parameter.key, "examples": [parameter.example]}
    if parameter.words:
        about["description"] = parameter.words
    if isinstance(parameter.default, Seconds | PacketsPerSecond | BitsPerSecond):  # a quantity, which is no JSON
        about["default_factory"] = partial(_same, parameter.default)
    elif parameter.need is not Need.ALWAYS:
        about["default"] = parameter.default
    if parameter.takes is Takes.WHOLE:
        about |= {"ge": parameter.least, "le": parameter.most}
    return Field(**about)


def _same(value: object) -> object:
    return value
