"""The topology file's `virtual_interfaces`, key by key."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dxemu.topology.entry import Entry
from dxemu.topology.fields import Address, BfdSetting, Duration, GracefulRestartSetting, Interface, Network, Switch
from dxemu.topology.file_policy import PolicyEntry
from dxemu.topology.model_routing import GracefulRestartMode
from dxemu.units import MAX_ASN, MAX_VLAN_ID, Seconds


class CustomerEndEntry(PolicyEntry):
    """The customer's end of a virtual interface: what is in the router where AWS has something else.

    Most of it keeps the session down: `check` warns, `run` shows what an engineer would see (expect it with `symptom`),
    `audit` says why. With another MTU the session comes up, and long packets are lost.
    """

    vlan: int | None = Field(description="of the sub-interface", default=None, ge=1, le=MAX_VLAN_ID, examples=["102"])
    asn: int | None = Field(description="its own AS", default=None, ge=1, le=MAX_ASN, examples=["65001"])
    amazon_asn: int | None = Field(
        description="the AS that it expects", default=None, ge=1, le=MAX_ASN, examples=["7224"]
    )
    address: Interface | None = Field(description="its own", default=None, examples=["169.254.10.2/31"])
    amazon_address: Address | None = Field(
        description="the neighbor that it connects to", default=None, examples=["169.254.10.5"]
    )
    auth_key: str | None = Field(description="of MD5", default=None, examples=["rehearse-2"], repr=False)
    signs: Switch = Field(description="off: no MD5 key at all", default=True, examples=["off"])
    mtu: int | None = Field(
        description="of the sub-interface; longer packets are lost where the smaller MTU is",
        default=None,
        examples=["9001"],
    )
    ttl_security: Switch = Field(description="only packets with a TTL of 255 (GTSM)", default=False, examples=["on"])


class EndEntry(Entry):
    """Whether one end of a BGP session is switched on."""

    enabled: Switch = Field(
        description="off: this end of the BGP sessions is shut down (AWS's: as its failover test does)",
        default=True,
        examples=["off"],
    )


class VirtualInterfaceEntry(Entry):
    """A virtual interface with its BGP sessions. `connection` is a connection or a LAG."""

    type: Literal["private", "public", "transit"] = Field(description="which of AWS's types", examples=["private"])
    connection: str = Field(description="or a LAG", examples=["primary"])
    vlan: int = Field(description="802.1Q", examples=["101"])
    gateway: str | None = Field(description="of a private or transit one", default=None, examples=["vgw"])
    asn: int | None = Field(description="the customer's if it is left out", default=None, examples=["65000"])
    amazon_address: Interface | None = Field(
        description="out of a /30 of 169.254.0.0/16 if it is left out", default=None, examples=["169.254.10.1/30"]
    )
    customer_address: Interface | None = Field(
        description="in the same subnet", default=None, examples=["169.254.10.2/30"]
    )
    ipv6: Switch = Field(description="an IPv6 session, too", default=False, examples=["on"])
    auth_key: str | None = Field(
        description="of MD5; made up if it is left out", default=None, examples=["rehearse-1"], repr=False
    )
    bfd: BfdSetting = Field(
        description="interval and multiplier; off if it is left out", default=None, examples=["300 ms x 3"]
    )
    hold_time: Duration = Field(description="of BGP", default_factory=lambda: Seconds(90), examples=["90 s"])
    keepalive: Duration | None = Field(
        description="a third of the hold time if it is left out", default=None, examples=["30 s"]
    )
    graceful_restart: GracefulRestartSetting = Field(
        description="of the customer's router; `until_bfd_down`: stale routes go when BFD does",
        default=GracefulRestartMode.OFF,
        examples=["on"],
    )
    mtu: int = Field(description="jumbo frames with 9001 or 8500", default=1500, examples=["1500"])
    route_filter_prefixes: list[Network] = Field(
        description="of a public one: what AWS has approved", default_factory=list, examples=["[203.0.113.0/24]"]
    )
    prefix_pool_allocated_count_ipv4: int | None = Field(
        description="up to 1000 from the connection's pool; 100 if it is left out", default=None, examples=["200"]
    )
    prefix_pool_allocated_count_ipv6: int | None = Field(description="as for IPv4", default=None, examples=["200"])
    owner_account: str = Field(description="whom a hosted one is for", default="", examples=["analytics"])
    confirmed: Switch = Field(description="off: a hosted one waits to be accepted", default=True, examples=["off"])
    site_link: Switch = Field(
        description="sites reach each other over AWS's backbone, on a Direct Connect gateway",
        default=False,
        examples=["on"],
    )
    customer: CustomerEndEntry = Field(
        description="what your router has", default_factory=CustomerEndEntry, examples=["{local_pref: 200}"]
    )
    amazon: EndEntry = Field(description="AWS's end", default_factory=EndEntry, examples=["{enabled: off}"])
