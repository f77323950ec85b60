"""AWS's numbers as they were read: each constant of `dxemu.aws` beside what its source says.

A number that moves here was read again: the date beside it in its module moves with it.
`python -m tests.unit.aws.test_numbers` writes the file anew.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path

from dxemu import aws
from dxemu.registry import modules

FILE = Path(__file__).parent / "golden" / "numbers.json"


def plain(value: object) -> object:
    """A value as JSON has it; None for what is no number, text or collection of them."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, str | bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, set | frozenset):
        return sorted(str(plain(one)) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return str(value) if type(value).__module__ == "ipaddress" else None


def numbers() -> Iterator[tuple[str, object]]:
    for name in modules(aws):
        module = importlib.import_module(f"{aws.__name__}.{name}")
        for key, value in sorted(vars(module).items()):
            own = key.isupper() and not key.startswith("_")
            if own and (found := plain(value)) is not None:
                yield f"{name}.{key}", found


def test_numbers_are_what_was_read() -> None:
    assert json.loads(json.dumps(dict(numbers()))) == json.loads(FILE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(dict(numbers()), indent=1, sort_keys=True) + "\n", encoding="utf-8")
