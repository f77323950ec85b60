"""All subjects, by the word that a line under `expect` has for them: what the folder and others hold."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import plugins
from dxemu.story import expectations
from dxemu.story.expectations.base import Subject


def subjects() -> Mapping[str, type[Subject]]:
    """Every subject by its word, which is its file's name."""
    return plugins.kinds(expectations, Subject, "dxemu.expectations")  # type: ignore[type-abstract]  # asked for as a base, never made
