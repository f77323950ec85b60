"""The JSON schema of scenario files, for editors: the file's keys, and the parameters of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any  # JSON

from dxemu.actions.menu import kinds as actions
from dxemu.faults.menu import kinds as faults
from dxemu.parameters import Need, Takes, parameters_of
from dxemu.probes.menu import kinds as probes
from dxemu.story.file import scenario_file
from dxemu.story.parameters import MOST

_NETWORK: Mapping[str, Any] = {"type": "string", "examples": ["10.64.0.0/24"]}
TYPES: Mapping[Takes, Mapping[str, Any]] = {
    Takes.NAME: {"type": "string"},
    Takes.NETWORK: _NETWORK,
    Takes.NETWORKS: {"anyOf": [_NETWORK, {"type": "array", "items": _NETWORK, "minItems": 1}]},
    Takes.COUNT: {"type": "integer", "minimum": 1, "maximum": MOST},
}


def json_schema() -> dict[str, Any]:
    """As a JSON value."""
    schema = scenario_file(probes()).model_json_schema()
    steps = schema["$defs"]["StepEntry"]["properties"]
    for key, kinds in (("fault", faults()), ("action", actions())):
        steps[key] = {"anyOf": [_of_kind(kind, made) for kind, made in kinds.items()], "default": None}
    return schema


def _of_kind(kind: str, made: Callable[..., object]) -> dict[str, Any]:
    known = parameters_of(made)
    properties = {p.key: {**TYPES[p.takes], **({"description": p.words} if p.words else {})} for p in known}
    needed: list[dict[str, Any]] = [
        {"oneOf": [{"required": [p.key]} for p in known if p.need is need]}
        for need in (Need.TARGET, Need.CHOICE)
        if any(p.need is need for p in known)
    ]
    parameters = {"type": "object", "properties": properties, "additionalProperties": False, "allOf": needed}
    return {"type": "object", "properties": {kind: parameters}, "required": [kind], "additionalProperties": False}
