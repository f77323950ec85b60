"""The types of virtual interfaces.

Source: Direct Connect API, VirtualInterface, virtualInterfaceType (botocore 1.44.5); read 2026-11-23.
"""

from __future__ import annotations

from enum import StrEnum


class VifType(StrEnum):
    """AWS `virtualInterfaceType`."""

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT = "transit"
