"""All subjects, by the word that a line under `expect` has for them: what the folder holds."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.registry import members
from dxemu.story import expectations
from dxemu.story.expectations.base import Subject


def subjects() -> Mapping[str, type[Subject]]:
    """Every subject by its word, which is its file's name."""
    return members(expectations, Subject)  # type: ignore[type-abstract]  # asked for as a base, never made
