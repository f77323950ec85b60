"""The MD5 key of a BGP session (RFC 2385). AWS always uses one and makes one up if none is given.

Source: Direct Connect API, BGPAuthKey (botocore 1.44.5); read 2026-11-23.
"""

from __future__ import annotations

MIN_LENGTH = 6
"""Fewest characters of a key. Source: Direct Connect API, BGPAuthKey (botocore 1.44.5); read 2026-11-23."""

MAX_LENGTH = 80
"""Most characters of a key. Source: as `MIN_LENGTH`."""


def length_is_valid(auth_key: str) -> bool:
    """Whether AWS would take `auth_key`: 6 to 80 characters. Spaces at its end count."""
    return MIN_LENGTH <= len(auth_key) <= MAX_LENGTH
