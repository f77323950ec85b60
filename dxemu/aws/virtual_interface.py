"""The types of virtual interfaces. Source: Direct Connect API (botocore), VirtualInterface; read in November 2026."""

from __future__ import annotations

from enum import StrEnum


class VifType(StrEnum):
    """AWS `virtualInterfaceType`."""

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT = "transit"
