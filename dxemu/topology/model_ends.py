"""What the customer's router has configured of a virtual interface, where it is not what AWS has.

Half of the tickets about links that do not come up are about two ends that differ, each right by itself
(Direct Connect User Guide, "Troubleshooting"). AWS's end is the virtual interface's own keys; what stands under its
`customer` is in the router.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dxemu.units import Asn, VlanId

ANY_IPV4 = IPv4Network("0.0.0.0/0")


@dataclass(frozen=True, slots=True)
class Selectors:
    """Traffic selectors of a tunnel (RFC 7296 section 2.9): the networks on the customer's side, and on AWS's."""

    local: IPv4Network = ANY_IPV4
    remote: IPv4Network = ANY_IPV4

    def meet(self, other: Selectors) -> bool:
        """Whether any packet fits both, so that the narrower of them are agreed upon."""
        return self.local.overlaps(other.local) and self.remote.overlaps(other.remote)

    def __str__(self) -> str:
        return f"{self.local} to {self.remote}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEnd:
    """The customer's own settings where they differ from AWS's; None: as AWS has it.

    `vlan` is the tag of the sub-interface, `asn` the router's own AS and `amazon_asn` the one that it expects,
    `address` its own address and `amazon_address` the neighbor that it connects to, `mtu` that of its sub-interface.
    Without `lacp` its LAG is a static bundle. Without `signs` the router signs nothing. With `ttl_security` it takes
    only packets with a TTL of 255 (GTSM, RFC 5082), which AWS does not send.
    """

    vlan: VlanId | None = None
    asn: Asn | None = None
    amazon_asn: Asn | None = None
    address: IPv4Interface | None = None
    amazon_address: IPv4Address | None = None
    auth_key: str | None = field(default=None, repr=False)
    signs: bool = True
    mtu: int | None = None
    ttl_security: bool = False
    lacp: bool = True

    def fits(self, version: int = 4) -> bool:
        """Whether a session of that IP version comes up with them. The addresses are IPv4's only."""
        alike = (self.vlan, self.asn, self.amazon_asn, self.auth_key) == (None, None, None, None)
        addresses = version != 4 or (self.address, self.amazon_address) == (None, None)  # noqa: PLR2004
        return alike and addresses and self.signs and not self.ttl_security and self.lacp
