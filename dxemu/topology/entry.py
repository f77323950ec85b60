"""What every mapping of the files is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Entry(BaseModel):
    """A mapping of the file. Strict: `"101"` is not a number, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def empty_is_mapping(value: object) -> object:
    """`prod:` with nothing behind it means a mapping without keys."""
    return {} if value is None else value
