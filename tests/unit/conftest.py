"""The unit tests are to stay under 10 s: few examples each time, other ones every time."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unit", max_examples=40, deadline=None)
settings.load_profile("unit")
