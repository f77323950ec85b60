"""When Python looks for garbage that refers to itself."""

from __future__ import annotations

import gc

ALLOCATIONS = 50_000


def look_rarely() -> None:
    """Look after 50,000 new objects, not 700: routes come by the ten thousand and stay, and are looked at in vain.

    Of the time of a route update that is half, and more the larger the table is.
    """
    gc.set_threshold(ALLOCATIONS)
