"""The JSON schema of scenario files, for editors: the file's keys, and the parameters of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any  # JSON

from dxemu.actions.menu import kinds as actions
from dxemu.faults.menu import kinds as faults
from dxemu.parameters import Need, Parameter, Takes, parameters_of
from dxemu.probes.menu import kinds as probes
from dxemu.story.any_of import ANY_OF
from dxemu.story.awaited.menu import kinds as events
from dxemu.story.change_schema import definitions, reference
from dxemu.story.changes import BACK
from dxemu.story.expectations.menu import subjects
from dxemu.story.file import ScenarioFile
from dxemu.story.line import Line
from dxemu.story.parameters import MOST

_NETWORK: Mapping[str, Any] = {"type": "string", "examples": ["10.64.0.0/24"]}
_TIME: Mapping[str, Any] = {"type": "string", "examples": ["30 s"]}
PARAMETER: Mapping[str, Any] = {"type": "string", "pattern": r"^\$[A-Za-z_{]", "description": "a parameter"}
TYPES: Mapping[Takes, Mapping[str, Any]] = {
    Takes.NAME: {"type": "string"},
    Takes.NETWORK: _NETWORK,
    Takes.NETWORKS: {"anyOf": [_NETWORK, {"type": "array", "items": _NETWORK, "minItems": 1}]},
    Takes.DURATION: _TIME,
    Takes.MOMENT: {"type": "string", "examples": ["end", "30 s"]},
    Takes.TIMES: {"anyOf": [_TIME, {"type": "array", "items": _TIME, "minItems": 1}]},
    Takes.PACKET_RATE: {"type": "string", "examples": ["100/s"]},
    Takes.BIT_RATE: {"type": "string", "examples": ["940 Mbps"]},
    Takes.PERCENT: {"type": "string", "examples": ["30 %"]},
    Takes.TRUE: {"const": True},
    Takes.TRUTH: {"type": "boolean"},
    Takes.WHOLE: {"type": "integer", "minimum": 0},
    Takes.ADDRESS: {"type": "string", "examples": ["203.0.113.1"]},
    Takes.LABELS: {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    Takes.COUNT: {"type": "integer", "minimum": 1, "maximum": MOST},
}


def json_schema() -> dict[str, Any]:
    """As a JSON value."""
    schema = ScenarioFile.model_json_schema()
    steps = schema["$defs"]["StepEntry"]["properties"]
    for key, kinds in (("fault", faults()), ("action", actions())):
        schema["$defs"][key] = {"anyOf": [_of_deed(kind, made) for kind, made in kinds.items()]}
        steps[key] = {"anyOf": _one_of({"$ref": f"#/$defs/{key}"}), "default": None}
    steps |= {key: {**_event(), "default": None} for key in ("when", "stop_when")}
    schema["properties"]["probes"]["additionalProperties"] = {
        "anyOf": [_of_kind(word, made) for kind, made in probes().items() for word in (kind, made.former) if word]
    }
    schema["properties"]["expect"]["items"] = {"anyOf": [_of_line(*one) for one in subjects().items()]}
    schema["$defs"] |= definitions()
    schema["properties"]["change"] = reference()
    back = {
        "type": "object",
        "properties": {BACK: {"type": "string"}},
        "required": [BACK],
        "additionalProperties": False,
    }
    steps["change"] = {"anyOf": [{"const": BACK}, back, reference()], "default": None}
    for key in ("probes", "steps", "expect", "end", "change"):
        schema["properties"][key] = _or_parameter(_open(schema["properties"][key]))
    schema["$defs"] = {name: _open(found) for name, found in schema["$defs"].items()}
    return schema


def _open(schema: Any) -> Any:  # Any: JSON
    """The same, with a parameter (`$name`) wherever a value may stand that is no text."""
    if isinstance(schema, list):
        return [_open(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _open(value) for key, value in schema.items()}
    for key in ("items", "additionalProperties"):
        if isinstance(found.get(key), dict):
            found[key] = _or_parameter(found[key])
    if isinstance(found.get("properties"), dict):
        found["properties"] = {key: _or_parameter(value) for key, value in found["properties"].items()}
    return found


def _or_parameter(schema: dict[str, Any]) -> dict[str, Any]:
    if not _refuses_text(schema):
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], PARAMETER]}
    return {"anyOf": [schema, PARAMETER], **({"default": schema["default"]} if "default" in schema else {})}


def _refuses_text(schema: dict[str, Any]) -> bool:
    """Whether a text that is a parameter's name would be wrong there, where a single value may stand."""
    if schema == PARAMETER:
        return False
    if "anyOf" in schema:
        return PARAMETER not in schema["anyOf"] and any(map(_refuses_text, schema["anyOf"]))
    return "enum" in schema or "pattern" in schema or schema.get("type") in ("integer", "number", "boolean")


def _of_line(word: str, subject: type[Line]) -> dict[str, Any]:
    known = parameters_of(subject)
    says = [{"required": [p.key]} for p in known if p.need is Need.SAYS]
    return {
        "type": "object",
        "description": subject.words,
        "properties": {word: {"type": "string"}, **_properties(known)},
        "required": [word, *(p.key for p in known if p.need is Need.ALWAYS)],
        "additionalProperties": False,
        **({"anyOf": says} if says else {}),
    }


def _properties(known: Sequence[Parameter]) -> dict[str, Any]:
    return {p.key: {**_type(p), **({"description": p.words} if p.words else {})} for p in known}


def _event() -> dict[str, Any]:
    return {"anyOf": [_of_line(*one) for one in events().items()]}


def _type(parameter: Parameter) -> Mapping[str, Any]:
    if parameter.takes is Takes.EVENTS:
        return {"type": "array", "items": _event(), "minItems": 2}
    if parameter.takes is Takes.WORD:
        return {"enum": list(parameter.choices)}
    limits = {"minimum": parameter.least, "maximum": parameter.most} if parameter.takes is Takes.WHOLE else {}
    return {**TYPES[parameter.takes], **{key: limit for key, limit in limits.items() if limit is not None}}


def _of_deed(kind: str, made: Callable[..., object]) -> dict[str, Any]:
    """A fault or an action, each of whose values can be drawn."""
    found = _of_kind(kind, made)
    values = found["properties"][kind]["properties"]
    found["properties"][kind]["properties"] = {key: {"anyOf": _one_of(value)} for key, value in values.items()}
    return found


def _one_of(value: Mapping[str, Any]) -> list[Any]:
    """What it is, or a parameter, or one that is drawn of several."""
    choice = [value, PARAMETER]
    several = {"type": "array", "items": {"anyOf": choice}, "minItems": 2}
    drawn = {"properties": {ANY_OF: {"anyOf": [several, PARAMETER]}}, "required": [ANY_OF]}
    return [*choice, {"type": "object", **drawn, "additionalProperties": False}]


def _of_kind(kind: str, made: Callable[..., object]) -> dict[str, Any]:
    known = parameters_of(made)
    needed: list[dict[str, Any]] = [
        {"oneOf": [{"required": [p.key]} for p in known if p.need is need]}
        for need in (Need.TARGET, Need.CHOICE)
        if any(p.need is need for p in known)
    ]
    parameters = {
        "type": "object",
        "properties": _properties(known),
        "required": [p.key for p in known if p.need is Need.ALWAYS],
        "additionalProperties": False,
        "allOf": needed,
    }
    return {"type": "object", "properties": {kind: parameters}, "required": [kind], "additionalProperties": False}
