"""Autonomous system numbers."""

from __future__ import annotations

from dxemu.units import Asn

PRIVATE_RANGES: tuple[tuple[Asn, Asn], ...] = (
    (Asn(64512), Asn(65534)),
    (Asn(4_200_000_000), Asn(4_294_967_294)),
)
"""First and last private ASN of the 2-byte and of the 4-byte range.

Source: Direct Connect User Guide, "BGP-specific settings", 2026; read 2026-11-23.
"""

DEFAULT_AMAZON_SIDE = Asn(64512)
"""`amazonSideAsn` of a virtual private gateway or Direct Connect gateway if none was asked for.

Source: Direct Connect API, CreateDirectConnectGateway (botocore 1.44.5); read 2026-11-23.
"""

PUBLIC_VIF_AMAZON_SIDE = Asn(7224)
"""AWS's ASN on public virtual interfaces.

Source: Direct Connect User Guide, "Virtual interfaces", 2023 archive; read 2026-11-23.
"""


def is_private(asn: int) -> bool:
    """Whether anybody may use `asn` without owning it. An Amazon-side ASN has to be private."""
    return any(first <= asn <= last for first, last in PRIVATE_RANGES)
