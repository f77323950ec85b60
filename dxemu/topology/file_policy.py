"""What the customer's router does with routes, key by key: of a session, and by filters such as `10.4.0.0/16 le 24`."""

from __future__ import annotations

from pydantic import Field

from dxemu.topology.entry import Entry
from dxemu.topology.fields import Address, AnyNetwork, BitRate, Switch

MAX_32_BIT = 4_294_967_295
MOST_PREPENDS = 10
LEAST_MSS, MOST_MSS = 64, 9176
"""What routers take: Junos begins at 64; a port's 9216 bytes leave 9176 for TCP."""


class PrefixPolicyEntry(Entry):
    """What is done with the prefixes that a filter matches.

    `10.4.0.0/16` is that prefix, `10.4.0.0/16 le 24` all in it up to a /24, `10.4.0.0/16 ge 20 le 24` those from /20 to
    /24.
    """

    accept: Switch = Field(description="off: not taken", default=True, examples=["off"])
    announce: Switch = Field(description="off: not announced", default=True, examples=["off"])
    local_pref: int | None = Field(description="of these routes", default=None, ge=0, le=MAX_32_BIT, examples=["200"])
    communities: list[str] | None = Field(description="sent with them", default=None, examples=['["7224:7100"]'])
    as_path_prepend: int | None = Field(
        description="so many more of your own ASN", default=None, ge=0, le=MOST_PREPENDS, examples=["2"]
    )
    med: int | None = Field(description="sent with them", default=None, ge=0, le=MAX_32_BIT, examples=["10"])


Policies = dict[str, PrefixPolicyEntry]


class PolicyEntry(Entry):
    """What the customer's router does with a virtual interface or VPN."""

    enabled: Switch = Field(description="off: its end of the BGP sessions is shut down", default=True, examples=["off"])
    local_pref: int = Field(description="of routes from AWS", default=100, ge=0, le=MAX_32_BIT, examples=["200"])
    communities: list[str] = Field(
        description="sent to AWS: numbers, or no-export, no-advertise, no-export-subconfed, no-peer",
        default_factory=list,
        examples=['["7224:7300"]'],
    )
    send_communities: Switch = Field(description="off: no route carries any", default=True, examples=["off"])
    as_path_prepend: int = Field(
        description="so many more of your own ASN, sent to AWS", default=0, ge=0, le=MOST_PREPENDS, examples=["2"]
    )
    med: int | None = Field(description="sent to AWS", default=None, ge=0, le=MAX_32_BIT, examples=["10"])
    announce: list[AnyNetwork] | None = Field(
        description="networks, parts or aggregates of them, `0.0.0.0/0`; all networks if it is left out",
        default=None,
        examples=["[10.0.0.0/16, 10.0.1.0/24]"],
    )
    accept: list[AnyNetwork] | None = Field(
        description="what lies in these networks; everything if it is left out",
        default=None,
        examples=["[172.31.0.0/16]"],
    )
    policies: Policies = Field(
        description="by filter, in place of all this; the first that matches decides",
        default_factory=dict,
        examples=["{10.4.0.0/16 le 24: {local_pref: 200}}"],
    )
    allow_as_in: int = Field(
        description="own ASN in the AS_PATH so often", default=0, ge=0, le=MOST_PREPENDS, examples=["1"]
    )
    tcp_mss: int | None = Field(
        description="TCP's segment size that is clamped to, in both directions (`ip tcp adjust-mss`, `tcp-mss`)",
        default=None,
        ge=LEAST_MSS,
        le=MOST_MSS,
        examples=["1360"],
    )
    shape: BitRate | None = Field(description="a rate that is not exceeded", default=None, examples=["500 Mbps"])
    nat: Address | None = Field(
        description="a public source address for private networks", default=None, examples=["203.0.113.1"]
    )


class VpnPolicyEntry(PolicyEntry):
    """What the customer's router does with a VPN: its routes wait behind those of Direct Connect if nothing is said."""

    local_pref: int = Field(
        description="a VPN waits behind Direct Connect", default=50, ge=0, le=MAX_32_BIT, examples=["50"]
    )
