"""The JSON schema of a change: a topology's, of which nothing has to be there, and `null` removes."""

from __future__ import annotations

from typing import Any  # JSON

from dxemu.topology.load import json_schema

_NEEDED = ("required", "minItems", "minProperties", "default")
_REFERENCE = "#/$defs/"
_PREFIX = "Change"
REMOVED: dict[str, Any] = {"type": "null", "description": "removes it"}


def definitions() -> dict[str, Any]:
    """What the schema of a scenario needs under `$defs`; `Change` is the whole."""
    schema = json_schema()
    inner = schema.pop("$defs")
    assert isinstance(inner, dict)
    return {_PREFIX: _loose(schema), **{f"{_PREFIX}{name}": _loose(found) for name, found in inner.items()}}


def reference() -> dict[str, Any]:
    """A change, where one may be written."""
    return {"$ref": _REFERENCE + _PREFIX}


def _loose(schema: Any) -> Any:  # Any: JSON
    if isinstance(schema, list):
        return [_loose(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _loose(value) for key, value in schema.items() if key not in _NEEDED}
    if "$ref" in found:
        found["$ref"] = found["$ref"].replace(_REFERENCE, _REFERENCE + _PREFIX)
    if isinstance(found.get("properties"), dict):
        found["properties"] = {key: _or_removed(value) for key, value in found["properties"].items()}
    if isinstance(found.get("additionalProperties"), dict):
        found["additionalProperties"] = _or_removed(found["additionalProperties"])
    if found.get("type") == "array" and "$ref" in found.get("items", {}):
        return {"anyOf": [found, {"type": "object", "additionalProperties": found["items"]}]}  # entries by number
    return found


def _or_removed(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, REMOVED]}
