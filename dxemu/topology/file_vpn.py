"""The topology file's `vpns`, key by key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dxemu.topology.entry import Entry, empty_is_mapping
from dxemu.topology.fields import Address, AnyNetwork, Duration, Network, Proposal, Switch
from dxemu.topology.file_interface import EndEntry
from dxemu.topology.file_policy import MAX_32_BIT, MOST_PREPENDS, Policies, VpnPolicyEntry
from dxemu.topology.model_ends import ANY_IPV4
from dxemu.units import Seconds


class TunnelCustomerEntry(EndEntry):
    """The customer's end of a tunnel: what the router has for it, in place of what it has for the VPN.

    Only one tunnel set up, another key, proposals or selectors that AWS refuses are what drills are about.
    """

    configured: Switch = Field(description="off: the router has no such tunnel", default=True, examples=["off"])
    pre_shared_key: str | None = Field(
        description="if the router's is another one", default=None, examples=["Rehearse_3"], repr=False
    )
    phase1_proposal: Proposal | None = Field(
        description="encryption, integrity, Diffie-Hellman group of the router's, if AWS takes none of them",
        default=None,
        examples=["3DES-SHA1-2"],
    )
    phase2_proposal: Proposal | None = Field(description="the same of phase 2", default=None, examples=["AES128-MD5-2"])
    phase1_lifetime: Duration | None = Field(
        description="the router's, if it is another one than AWS's", default=None, examples=["86400 s"]
    )
    phase2_lifetime: Duration | None = Field(description="the same of phase 2", default=None, examples=["1800 s"])
    dpd: Switch = Field(
        description="off: the router never asks whether AWS's end is there", default=True, examples=["off"]
    )
    dpd_timeout: Duration | None = Field(
        description="of the router's dead peer detection, if it is another one than AWS's",
        default=None,
        examples=["15 s"],
    )
    dpd_interval: Duration | None = Field(
        description="silence before it asks; 10 s, or a quarter of its timeout", default=None, examples=["5 s"]
    )
    local_ipv4_network_cidr: Network | None = Field(
        description="the router's traffic selector, if it is another one", default=None, examples=["10.1.0.0/16"]
    )
    remote_ipv4_network_cidr: Network | None = Field(
        description="the same of AWS's side", default=None, examples=["172.31.0.0/16"]
    )
    local_pref: int | None = Field(
        description="in place of the VPN's, as all below", default=None, ge=0, le=MAX_32_BIT, examples=["40"]
    )
    communities: list[str] | None = Field(description="sent to AWS", default=None, examples=['["65000:2"]'])
    as_path_prepend: int | None = Field(
        description="so many more of your own ASN", default=None, ge=0, le=MOST_PREPENDS, examples=["2"]
    )
    med: int | None = Field(description="sent to AWS", default=None, ge=0, le=MAX_32_BIT, examples=["200"])
    policies: Policies | None = Field(
        description="by filter", default=None, examples=["{10.4.0.0/16: {as_path_prepend: 1}}"]
    )


class VpnTunnelEntry(Entry):
    """A tunnel of a VPN connection: what AWS would choose if it is left out."""

    inside_cidr: Network | None = Field(
        description="a /30 of 169.254.0.0/16", default=None, examples=["169.254.20.0/30"]
    )
    outside_address: Address | None = Field(description="AWS's", default=None, examples=["192.0.2.130"])
    pre_shared_key: str | None = Field(description="of IKE", default=None, examples=["Rehearse_1"], repr=False)
    customer: TunnelCustomerEntry = Field(
        description="your end", default_factory=TunnelCustomerEntry, examples=["{enabled: off}"]
    )
    amazon: EndEntry = Field(description="AWS's end", default_factory=EndEntry, examples=["{enabled: off}"])


class VpnEntry(Entry):
    """A Site-to-Site VPN connection with its two tunnels."""

    gateway: str = Field(description="virtual private or transit", examples=["vgw"])
    router: str = Field(description="yours, where it ends", examples=["customer_router"])
    customer_address: Address = Field(
        description="outside, of that router; the address of a public virtual interface pins the tunnels to it",
        examples=["198.51.100.2"],
    )
    outside_ip_address_type: Literal["public", "private"] = Field(
        description="private: over a transit virtual interface", default="public", examples=["private"]
    )
    tunnel_bandwidth: Literal["standard", "large"] = Field(
        description="1.25 Gbps for each tunnel, or 5 Gbps, on a transit gateway only",
        default="standard",
        examples=["large"],
    )
    routing: Literal["bgp", "static"] = Field(
        description="how AWS learns your networks", default="bgp", examples=["static"]
    )
    static_routes: list[AnyNetwork] = Field(
        description="your networks, with static routing", default_factory=list, examples=["[10.0.0.0/16]"]
    )
    tunnels: list[Annotated[VpnTunnelEntry, BeforeValidator(empty_is_mapping)]] = Field(
        description="a list of two", default_factory=list, max_length=2, examples=["[{inside_cidr: 169.254.20.0/30}]"]
    )
    phase1_lifetime: Duration = Field(
        description="of IKE", default_factory=lambda: Seconds(28_800), examples=["28800 s"]
    )
    phase2_lifetime: Duration = Field(description="of ESP", default_factory=lambda: Seconds(3600), examples=["3600 s"])
    rekey_margin: Duration = Field(
        description="so long before its end a lifetime is renewed",
        default_factory=lambda: Seconds(270),
        examples=["270 s"],
    )
    dpd_timeout: Duration = Field(
        description="of dead peer detection", default_factory=lambda: Seconds(40), examples=["40 s"]
    )
    startup_action: Literal["add", "start"] = Field(
        description="start: AWS initiates, too", default="add", examples=["start"]
    )
    local_ipv4_network_cidr: Network = Field(
        description="your side's traffic selector at AWS; a narrower one for a drill only",
        default=ANY_IPV4,
        examples=["10.0.0.0/16"],
    )
    remote_ipv4_network_cidr: Network = Field(
        description="the same of AWS's side", default=ANY_IPV4, examples=["172.31.0.0/16"]
    )
    customer: VpnPolicyEntry = Field(
        description="what your router does with both tunnels",
        default_factory=VpnPolicyEntry,
        examples=["{local_pref: 50}"],
    )
