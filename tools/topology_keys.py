"""The keys of docs/topology-file.md, made of the reader: what it says of each mapping, and of each key.

`python -m tools.topology_keys` writes them anew; a test compares them with what is there.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from textwrap import TextWrapper
from types import UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from dxemu.topology.entry import Entry
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_policy import MAX_32_BIT
from dxemu.topology.words import listed

PAGE = Path("docs", "topology-file.md")
HEAD = "## Keys\n"
NAME = "NAME"
_LINES = TextWrapper(width=120, break_long_words=False, break_on_hyphens=False)


def page(text: str) -> str:
    """The page with its keys as the reader has them; what stands before them stays."""
    before, _, _ = text.partition(HEAD)
    return before + HEAD + "".join(f"\n{section}" for section in _sections())


def _sections() -> Iterator[str]:
    found: dict[type[Entry], list[str]] = {}
    for entry, path in _reached(TopologyFile, ""):
        for kind in _with_bases(entry):
            found.setdefault(kind, []).append(path)
    for kind, places in found.items():
        own = [_item(key, field) for key, field in kind.model_fields.items() if key in inspect.get_annotations(kind)]
        where = ", ".join(f"`{place}`" for place in dict.fromkeys(places) if place)
        about = [_filled(part) for part in inspect.cleandoc(kind.__doc__ or "").split("\n\n")]
        yield "\n\n".join([f"### {where or 'At the top'}", *about, "".join(own)])


def _with_bases(entry: type[Entry]) -> Iterator[type[Entry]]:
    """An entry, and before it what it has keys of."""
    for base in reversed(entry.__mro__):
        if issubclass(base, Entry) and base is not Entry:
            yield base


def _reached(annotation: object, path: str) -> Iterator[tuple[type[Entry], str]]:
    """Every mapping of a file with its path, in the file's order."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Entry):
        yield annotation, path
        for key, field in annotation.model_fields.items():
            yield from _reached(field.annotation, f"{path}.{field.alias or key}".lstrip("."))
    elif origin is dict:
        yield from _reached(inner[1], f"{path}.{NAME}")
    elif origin in (list, tuple):
        yield from _reached(inner[0], f"{path}.1")
    elif origin is Annotated:
        yield from _reached(inner[0], path)
    elif origin in (Union, UnionType):
        for one in inner:
            yield from _reached(one, path)


def _item(key: str, field: FieldInfo) -> str:
    word = f"`{field.alias or key}`" if field.is_required() else f"*`{field.alias or key}`*"
    default = _default(field)
    choices = _choices(field.annotation)
    about = [field.description or "", listed(choices) if choices else "", _limits(field)]
    words = "; ".join(part for part in about if part)
    return f"{_filled(f'- {word}' + (f' ({default})' if default else '') + (f': {words}' if words else ''), 2)}\n"


def _default(field: FieldInfo) -> str:
    """What is taken if the key is left out, as a file has it; empty where the key's words say so, or it is nothing."""
    if field.is_required():
        return ""
    value = field.get_default(call_default_factory=True)
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None or isinstance(value, dict | list | Entry):
        return ""
    return str(value.value if isinstance(value, Enum) else value)


def _choices(annotation: object) -> list[str]:
    return [str(one) for one in get_args(annotation)] if get_origin(annotation) is Literal else []


def _limits(field: FieldInfo) -> str:
    least = next((one.ge for one in field.metadata if hasattr(one, "ge")), None)
    most = next((one.le for one in field.metadata if hasattr(one, "le")), None)
    return "" if least is None or most is None or most >= MAX_32_BIT else f"{least} to {most}"


def _filled(text: str, indent: int = 0) -> str:
    _LINES.subsequent_indent = " " * indent
    return _LINES.fill(" ".join(text.split()))


def main() -> None:
    """Write the page under the current folder."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
