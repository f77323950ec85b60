"""A result to JSON, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints  # Any: JSON has no types

from dxemu.measure.probes import Measurements, in_result
from dxemu.measure.result import SCHEMA, Result
from dxemu.probes.base import Measurement


def to_json(result: Result) -> dict[str, object]:
    """The result as plain JSON values. `schema` comes first."""
    found: dict[str, object] = {"schema": result.schema}
    for key, value in dataclasses.asdict(result).items():
        found |= value["by_key"] if key == "found" else {key: value}
    return found


def from_json(data: Mapping[str, object]) -> Result:
    """The result that `to_json` wrote. Keys that are not known are ignored: later versions may add some.

    Raises ValueError if it is not a `dxemu.result/1`, or a key is missing or has another type.
    """
    if data.get("schema") != SCHEMA:
        raise ValueError(f"this is a {data.get('schema')!r}, not a {SCHEMA!r}")
    kinds = {kind.key: kind for kind in in_result()}
    measured = {
        key: tuple(_measurements(kinds[key].measures, value, f"result.{key}"))
        for key, value in data.items()
        if key in kinds
    }
    result = _value(Result, {k: v for k, v in data.items() if k != "found"}, "result")
    assert isinstance(result, Result)  # what _value returns for a dataclass
    return dataclasses.replace(result, found=Measurements(measured))


def _measurements(kind: type[Measurement], data: object, where: str) -> Iterator[Measurement]:
    if not isinstance(data, list | tuple):
        raise ValueError(f"{where} should be a list, not {data!r}")  # noqa: TRY004 - a wrong file
    for number, one in enumerate(data):
        found = _value(kind, one, f"{where}[{number}]")
        assert isinstance(found, Measurement)  # as in `from_json`
        yield found


def _needed(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _value(kind: Any, data: object, where: str) -> object:  # Any: a type annotation is not a type
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(data, Mapping):
            raise ValueError(f"{where} should be an object, not {data!r}")
        hints = get_type_hints(kind)
        missing = [f.name for f in dataclasses.fields(kind) if f.name not in data and _needed(f)]
        if missing:
            raise ValueError(f"{where} lacks {', '.join(missing)}")
        return kind(**{k: _value(h, data[k], f"{where}.{k}") for k, h in hints.items() if k in data})
    if get_origin(kind) is UnionType:
        if data is None and NoneType in get_args(kind):
            return None
        return _value(next(k for k in get_args(kind) if k is not NoneType), data, where)
    if get_origin(kind) is tuple:
        if not isinstance(data, list | tuple):
            raise ValueError(f"{where} should be a list, not {data!r}")
        kinds = get_args(kind)
        each = [kinds[0]] * len(data) if kinds[-1] is Ellipsis else list(kinds)
        if len(each) != len(data):
            raise ValueError(f"{where} should have {len(each)} values, not {len(data)}")
        return tuple(_value(k, v, f"{where}[{i}]") for i, (k, v) in enumerate(zip(each, data, strict=True)))
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise ValueError(f"{where} should be {kind.__name__}, not {data!r}")
    return data
