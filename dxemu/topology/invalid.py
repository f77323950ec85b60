"""What pydantic finds wrong with a file -> Problems: marked, in plain words, each with a remedy."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from dxemu.errors import Problem
from dxemu.topology.fields import Wrong
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.secrets import is_secret
from dxemu.topology.words import kind_of, listed, nearest, quoted, suggestion

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
}
_RANGE = {"greater_than_equal": "ge", "less_than_equal": "le"}

PARAGRAPHS = {
    "DX-F005": """\
The key is not one that dxemu knows at this place. It is an error, not a warning, because a misspelt
setting that is silently left out would make the rehearsal answer another question than the one that
was asked. The message names the nearest known key, or all of them.""",
    "DX-F006": """\
A key that has no default is missing. Keys with a default at AWS may be left out; this one has none.""",
    "DX-F007": """\
The value has the wrong type: text where a number belongs, a list where a mapping belongs, nothing
at all. YAML takes `101` for a number and `"101"` for text. On and off may be written on, off, true
or false.""",
    "DX-F009": """\
The value has the right type but cannot be meant: a word that is not one of those allowed, a
number out of range, or an address that is not one. Networks are written with their length and
without host bits (10.0.0.0/16), peer addresses with the length of their subnet (169.254.10.2/30),
hosts without one (10.0.1.10). IPv6 addresses and networks are put in quotes, because of their
colons.""",
    "DX-F010": """\
The list or mapping has too few entries or too many. At least one: a network without routers, or
without connections, has nothing to rehearse. At most two: AWS gives a VPN connection two tunnels,
each with an endpoint of its own. For more, add another VPN connection. Source: Site-to-Site VPN
User Guide, Tunnel options.""",
}


def problems_of(error: ValidationError, root: type[BaseModel], marks: Marks) -> list[Problem]:
    """One Problem for each mistake that `error` holds; `root` is the model that was validated."""
    details = error.errors(include_url=False)
    misspelt = {
        (*d["loc"][:-1], key)
        for d in details
        if d["type"] == "extra_forbidden" and (key := meant(tuple(d["loc"]), root)) is not None
    }
    return [_problem(d, root, marks) for d in details if not (d["type"] == "missing" and tuple(d["loc"]) in misspelt)]


def model_at(root: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    """The model of the mapping at `path`, or None if what stands there is no model."""
    here: object = root
    for key in path:
        here = _step(_bare(here), key)
    bare = _bare(here)
    return bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None


def field_at(root: type[BaseModel], path: KeyPath) -> FieldInfo | None:
    """The field of the value at `path`, or None if it is no field of a model (an entry under a free name)."""
    model = model_at(root, path[:-1])
    return None if model is None else fields_by_key(model).get(str(path[-1]))


def entries_at(root: type[BaseModel], path: KeyPath) -> int | None:
    """How many mappings the list at `path` may have; None if no list of mappings stands there."""
    field = field_at(root, path) if path else None
    here = _bare(field.annotation) if field is not None else None
    item = _bare(get_args(here)[0]) if get_origin(here) is list else None
    if field is None or not (isinstance(item, type) and issubclass(item, BaseModel)):
        return None
    return next((int(limit.max_length) for limit in field.metadata if hasattr(limit, "max_length")), None)


def fields_by_key(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """The fields of a model by the words that the file uses for them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _bare(annotation: object) -> object:
    """An annotation without Annotated and `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (UnionType, Union):
            annotation = next(a for a in get_args(annotation) if a is not type(None))
        else:
            return annotation


def _step(here: object, key: str | int) -> object:
    if isinstance(here, type) and issubclass(here, BaseModel):
        field = fields_by_key(here).get(str(key))
        return field.annotation if field is not None else None
    return get_args(here)[-1] if get_origin(here) in (dict, list) else None


def meant(path: KeyPath, root: type[BaseModel]) -> str | None:
    """The key that the unknown one at `path` was most likely meant to be."""
    model = model_at(root, path[:-1])
    known = list(fields_by_key(model)) if model is not None else []
    return known[0] if len(known) == 1 else nearest(str(path[-1]), known)


def _problem(detail: ErrorDetails, root: type[BaseModel], marks: Marks) -> Problem:
    path: KeyPath = tuple(detail["loc"])
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, root, marks)
    if kind == "missing":
        problem = f"'{path[-1]}' is missing{_inside(path[:-1])}"
        # At `path` itself there is a mark if a patch removed it, else that of the mapping around it.
        return Problem(marks.at(*path), "DX-F006", problem, _example(root, path, "Add", marks))
    context: Mapping[str, Any] = detail.get("ctx", {})  # Any: pydantic's own type of it
    wrong = context.get("error")
    if isinstance(wrong, Wrong):
        return Problem(marks.at(*path), wrong.code, wrong.problem, wrong.remedy)
    name = f"'{path[-1]}'" if path and isinstance(path[-1], str) else "this"
    value = detail["input"]
    if kind == "string_type" and is_secret(str(path[-1])):
        return Problem(marks.at(*path), "DX-F007", f"{name} is not text", "Put it in quotes, on one line.")
    if kind in _EXPECTED:
        problem = f"{name} is {kind_of(value)}, not {_EXPECTED[kind]}"
        return Problem(marks.at(*path), "DX-F007", problem, _type_remedy(kind, value, root, path, marks))
    if kind == "literal_error":
        field = field_at(root, path)
        known = [str(word) for word in get_args(_bare(field.annotation))] if field is not None else []
        return Problem(marks.at(*path), "DX-F009", f"{name} cannot be {quoted(value)}", suggestion(str(value), known))
    if kind == "too_long":
        most = context.get("max_length")
        return Problem(marks.at(*path), "DX-F010", f"{name} has more than {most} entries", f"Keep {most} of them.")
    if kind == "too_short":
        return Problem(marks.at(*path), "DX-F010", f"{name} has nothing in it", _example(root, path, "Add", marks))
    if kind in _RANGE:
        bound = f"{'at least' if kind == 'greater_than_equal' else 'at most'} {context[_RANGE[kind]]}"
        return Problem(marks.at(*path), "DX-F009", f"{name} is {value}; it must be {bound}", "Correct the number.")
    return Problem(marks.at(*path), "DX-F009", f"{name}: {detail['msg']}", _example(root, path, "Write", marks))


def _unknown_key(path: KeyPath, root: type[BaseModel], marks: Marks) -> Problem:
    model = model_at(root, path[:-1])
    known = list(fields_by_key(model)) if model is not None else []
    nothing = "Nothing can be set here in this version: write {}."
    remedy = suggestion(str(path[-1]), known, nothing)
    return Problem(marks.key_at(*path), "DX-F005", f"'{path[-1]}' is not known{_inside(path[:-1])}", remedy)


def _inside(path: KeyPath) -> str:
    names = [str(key) for key in path if isinstance(key, str)]
    return f" in {'.'.join(names)}" if names else ""


def _type_remedy(kind: str, value: object, root: type[BaseModel], path: KeyPath, marks: Marks) -> str:
    if kind == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
        return f'Put it in quotes: "{value}".'
    if kind == "int_type" and isinstance(value, str) and value.strip().isdigit():
        return f"Write it without quotes: {value.strip()}."
    return _example(root, path, "Write", marks)


def _example(root: type[BaseModel], path: KeyPath, verb: str, marks: Marks) -> str:
    """A remedy with an example, as in: Add for example `bandwidth: 10 Gbps`."""
    field, form = field_at(root, path), marks.at(*path).form
    if field is not None and field.examples:
        return f"{verb} for example `{form.at(path, field.examples[0])}`."
    model = model_at(root, path)
    if model is not None and model.model_fields:
        return f"{verb} `{path[-1]}:` with {listed(fields_by_key(model), 'and')} under it."
    known = field_at(root, path[:-1]) if path else None
    if known is not None and known.examples:
        return f"{verb} for example `{form.at(path[:-1], known.examples[0])}`."
    return f"{verb} it as in topologies/ and scenarios/."
