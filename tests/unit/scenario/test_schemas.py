"""What an editor says of the shipped files by `dxemu schema`: nothing. And of a mistake: something.

Of JSON Schema as much as our schemas use; a word that is not known here fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any  # JSON

import pytest

from dxemu.story.schema import json_schema as scenario_schema
from dxemu.topology import yaml
from dxemu.topology.load import json_schema as topology_schema

ROOT = Path(__file__).parents[3]
SCENARIOS = sorted((ROOT / "scenarios").rglob("*.yaml"))
TOPOLOGIES = sorted((ROOT / "topologies").rglob("*.yaml"))
TYPES: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
TOLD = {"title", "description", "default", "examples", "$defs", "$schema", "deprecated", "discriminator", "format"}


@cache
def schema_of(which: str) -> dict[str, Any]:
    return topology_schema() if which == "topology" else scenario_schema()


def wrong(value: Any, schema: Any, whole: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """What does not fit, with the path of keys to it."""
    if isinstance(schema, bool):
        if not schema:
            yield f"{where}: nothing may stand here"
        return
    for word, said in schema.items():
        if word in TOLD:
            continue
        yield from _by_word(word, said, value, schema, whole, where)


def _by_word(word: str, said: Any, value: Any, schema: Any, whole: Mapping[str, Any], where: str) -> Iterator[str]:
    def fits(one: Any) -> bool:
        return not list(wrong(value, one, whole, where))

    number = isinstance(value, int | float) and not isinstance(value, bool)
    match word:
        case "$ref":
            yield from wrong(value, whole["$defs"][said.rpartition("/")[2]], whole, where)
        case "type":
            if not any(TYPES[one](value) for one in ([said] if isinstance(said, str) else said)):
                yield f"{where}: {value!r} is no {said}"
        case "enum" | "const":
            if value not in (said if word == "enum" else [said]):
                yield f"{where}: {value!r} is not {said}"
        case "anyOf" | "oneOf":
            found = sum(map(fits, said))
            if not found or (word == "oneOf" and found > 1):
                yield f"{where}: {value!r} fits {found} of {word}"
        case "allOf":
            for one in said:
                yield from wrong(value, one, whole, where)
        case "properties" | "additionalProperties" | "required" | "minProperties":
            yield from _of_object(word, said, value, schema, whole, where) if isinstance(value, dict) else ()
        case "items" | "minItems" | "maxItems":
            if isinstance(value, list) and word == "items":
                for number_, one in enumerate(value):
                    yield from wrong(one, said, whole, f"{where}[{number_}]")
            elif isinstance(value, list) and (len(value) < said if word == "minItems" else len(value) > said):
                yield f"{where}: {len(value)} of them"
        case "minimum" | "maximum":
            if number and (value < said if word == "minimum" else value > said):
                yield f"{where}: {value} is beyond {said}"
        case "pattern":
            if isinstance(value, str) and not re.search(said, value):
                yield f"{where}: {value!r} is not like {said}"
        case _:
            raise AssertionError(f"{word} is not known here")


def _of_object(word: str, said: Any, value: Any, schema: Any, whole: Mapping[str, Any], where: str) -> Iterator[str]:
    known = schema.get("properties", {})
    match word:
        case "properties":
            for key, one in said.items():
                if key in value:
                    yield from wrong(value[key], one, whole, f"{where}.{key}")
        case "additionalProperties":
            for key in value.keys() - known.keys():
                yield from wrong(value[key], said, whole, f"{where}.{key}")
        case "required":
            yield from (f"{where} has no {key}" for key in said if key not in value)
        case "minProperties":
            if len(value) < said:
                yield f"{where} is empty"


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_an_editor_has_nothing_against_a_shipped_scenario(path: Path) -> None:
    schema = schema_of("scenario")
    assert list(wrong(yaml.read(path).value, schema, schema)) == []


@pytest.mark.parametrize("path", TOPOLOGIES, ids=lambda path: path.stem)
def test_an_editor_has_nothing_against_a_shipped_topology(path: Path) -> None:
    schema = schema_of("topology")
    assert list(wrong(yaml.read(path).value, schema, schema)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cable_silent: {connection", "cable_silnt: {connection"),
        ("cable_silent: {connection", "cable_silent: {conection"),
        ("connection: primary", "connection: {any_of: [primary]}"),
        ("{cable_silent: {connection: primary}}", "{any_of: [{cable_silnt: {connection: primary}}, $other]}"),
        ("by: bfd", "by: bdf"),
        ("never: down", "never: dwn"),
        ("steps:", "stepps:"),
        ("outage: app, at_most: 1 s", "outage: app, at_least_: 1 s"),
        ("udp: {from: app", "udp: {form: app"),
    ],
)
def test_an_editor_sees_a_mistake(old: str, new: str) -> None:
    text = (ROOT / "scenarios/cut_primary_silently.yaml").read_text(encoding="utf-8")
    assert old in text
    schema = schema_of("scenario")
    assert list(wrong(yaml.parse(text.replace(old, new), "story.yaml").value, schema, schema))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at: 5 s", "at: $when"),
        ("{cable_silent: {connection: primary}}", "{cable_silent: {connection: $which}}"),
        ("{cable_silent: {connection: primary}}", "$fault"),
        ("{cable_silent: {connection: primary}}", "{cable_silent: {connection: {any_of: [primary, backup]}}}"),
        ("{cable_silent: {connection: primary}}", "{any_of: [{cable_silent: {connection: primary}}, $fault]}"),
        ("rate: 1000/s", "rate: $often"),
        ("at_most: 1 s", "at_most: $most"),
        ("by: bfd", "by: $by"),
        ("end: 15 s", "end: $end"),
        ("    fault:", "    repeat: $times\n    every: $every\n    fault:"),
    ],
)
def test_an_editor_takes_a_parameter_wherever_the_reader_does(old: str, new: str) -> None:
    text = (ROOT / "scenarios/cut_primary_silently.yaml").read_text(encoding="utf-8")
    assert old in text
    schema = schema_of("scenario")
    assert list(wrong(yaml.parse(text.replace(old, new), "story.yaml").value, schema, schema)) == []
