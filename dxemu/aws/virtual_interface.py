"""The types of virtual interfaces."""

from __future__ import annotations

from enum import StrEnum


class VifType(StrEnum):
    """AWS `virtualInterfaceType`."""

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT = "transit"
