"""`result.json`: written whole or not at all, read back with its keys checked."""

from __future__ import annotations

import json
from pathlib import Path

from dxemu.files import write_whole
from dxemu.measure.result import Result
from dxemu.measure.result_codec import from_json, to_json


def write(result: Result, path: Path) -> None:
    """Replaces `path`. Raises OSError if its folder cannot be written."""
    write_whole(path, json.dumps(to_json(result), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read(path: Path) -> Result:
    """Raises OSError if it cannot be read, ValueError if it is no result of a version that is known."""
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ValueError(f"{path} is not a result")  # noqa: TRY004 - a wrong file
    return from_json(data)


def schema_of(path: Path) -> str:
    """What the file says that it is; "" if it says nothing, or cannot be read as JSON."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return ""
    return str(data.get("schema", "")) if isinstance(data, dict) else ""
