"""The topology file, key by key. Words are AWS's own in snake_case; unknown keys are errors.

Shapes and types only: what AWS allows is checked in `dxemu.topology.check`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dxemu.topology.entry import Entry, empty_is_mapping
from dxemu.topology.fields import (
    Address,
    AnyNetwork,
    BfdSetting,
    BitRate,
    Duration,
    GracefulRestartSetting,
    Interface,
    Network,
    Switch,
)
from dxemu.topology.file_aws import AwsEntry
from dxemu.topology.file_customer import CustomerEntry, OtherCustomerEntry
from dxemu.topology.file_policy import MAX_32_BIT, MOST_PREPENDS, Policies
from dxemu.topology.model_routing import GracefulRestartMode
from dxemu.units import MAX_ASN, MAX_VLAN_ID, Seconds


class ConnectionEntry(Entry):
    """A dedicated connection, or with `hosted` a partner's hosted connection."""

    location: str = Field(examples=["EqDC2"])
    device: str = Field(examples=["dx_1"])
    router: str = Field(examples=["colo_router"])
    bandwidth: BitRate = Field(examples=["10 Gbps"])
    lag: str | None = Field(default=None, examples=["lag_1"])
    hosted: Switch = Field(default=False, examples=["on"])
    interconnect: BitRate | None = Field(default=None, examples=["10 Gbps"])
    owner_account: str = Field(default="", examples=["network"])


class LagEntry(Entry):
    """A link aggregation group. Its members are the connections that name it."""

    minimum_links: int = Field(default=0, examples=["1"])
    lacp_timeout: Literal["long", "short"] = Field(default="long", examples=["short"])


class PolicyEntry(Entry):
    """What the customer's router does with this virtual interface."""

    enabled: Switch = Field(default=True, examples=["off"])
    local_pref: int = Field(default=100, ge=0, le=MAX_32_BIT, examples=["200"])
    communities: list[str] = Field(default_factory=list, examples=['["7224:7300"]'])
    send_communities: Switch = Field(default=True, examples=["off"])
    as_path_prepend: int = Field(default=0, ge=0, le=MOST_PREPENDS, examples=["2"])
    med: int | None = Field(default=None, ge=0, le=MAX_32_BIT, examples=["10"])
    announce: list[AnyNetwork] | None = Field(default=None, examples=["[10.0.0.0/16, 10.0.1.0/24]"])
    accept: list[AnyNetwork] | None = Field(default=None, examples=["[172.31.0.0/16]"])
    policies: Policies = Field(default_factory=dict, examples=["{10.4.0.0/16 le 24: {local_pref: 200}}"])
    allow_as_in: int = Field(default=0, ge=0, le=MOST_PREPENDS, examples=["1"])
    shape: BitRate | None = Field(default=None, examples=["500 Mbps"])
    nat: Address | None = Field(default=None, examples=["203.0.113.1"])


class VpnPolicyEntry(PolicyEntry):
    """What the customer's router does with a VPN: its routes wait behind those of Direct Connect if nothing is said."""

    local_pref: int = Field(default=50, ge=0, le=MAX_32_BIT, examples=["50"])


class CustomerEndEntry(PolicyEntry):
    """The customer's end of a virtual interface: what the router has, also where AWS has something else."""

    vlan: int | None = Field(default=None, ge=1, le=MAX_VLAN_ID, examples=["102"])
    asn: int | None = Field(default=None, ge=1, le=MAX_ASN, examples=["65001"])
    amazon_asn: int | None = Field(default=None, ge=1, le=MAX_ASN, examples=["7224"])
    address: Interface | None = Field(default=None, examples=["169.254.10.2/31"])
    amazon_address: Address | None = Field(default=None, examples=["169.254.10.5"])
    auth_key: str | None = Field(default=None, examples=["rehearse-2"], repr=False)
    signs: Switch = Field(default=True, examples=["off"])
    mtu: int | None = Field(default=None, examples=["9001"])
    ttl_security: Switch = Field(default=False, examples=["on"])


class EndEntry(Entry):
    """Whether one end of a BGP session is switched on."""

    enabled: Switch = Field(default=True, examples=["off"])


class VirtualInterfaceEntry(Entry):
    """A virtual interface with its BGP sessions. `connection` is a connection or a LAG."""

    type: Literal["private", "public", "transit"] = Field(examples=["private"])
    connection: str = Field(examples=["primary"])
    vlan: int = Field(examples=["101"])
    gateway: str | None = Field(default=None, examples=["vgw"])
    asn: int | None = Field(default=None, examples=["65000"])
    amazon_address: Interface | None = Field(default=None, examples=["169.254.10.1/30"])
    customer_address: Interface | None = Field(default=None, examples=["169.254.10.2/30"])
    ipv6: Switch = Field(default=False, examples=["on"])
    auth_key: str | None = Field(default=None, examples=["rehearse-1"], repr=False)
    bfd: BfdSetting = Field(default=None, examples=["300 ms x 3"])
    hold_time: Duration = Field(default_factory=lambda: Seconds(90), examples=["90 s"])
    keepalive: Duration | None = Field(default=None, examples=["30 s"])
    graceful_restart: GracefulRestartSetting = Field(default=GracefulRestartMode.OFF, examples=["on"])
    mtu: int = Field(default=1500, examples=["1500"])
    route_filter_prefixes: list[Network] = Field(default_factory=list, examples=["[203.0.113.0/24]"])
    prefix_pool_allocated_count_ipv4: int | None = Field(default=None, examples=["200"])
    prefix_pool_allocated_count_ipv6: int | None = Field(default=None, examples=["200"])
    owner_account: str = Field(default="", examples=["analytics"])
    confirmed: Switch = Field(default=True, examples=["off"])
    site_link: Switch = Field(default=False, examples=["on"])
    customer: CustomerEndEntry = Field(default_factory=CustomerEndEntry, examples=["{local_pref: 200}"])
    amazon: EndEntry = Field(default_factory=EndEntry, examples=["{enabled: off}"])


class TunnelCustomerEntry(EndEntry):
    """The customer's end of a tunnel: what the router has for it, in place of what it has for the VPN.

    Only one tunnel set up, or another key, are what drills are about.
    """

    configured: Switch = Field(default=True, examples=["off"])
    pre_shared_key: str | None = Field(default=None, examples=["Rehearse_3"], repr=False)
    local_pref: int | None = Field(default=None, ge=0, le=MAX_32_BIT, examples=["40"])
    communities: list[str] | None = Field(default=None, examples=['["65000:2"]'])
    as_path_prepend: int | None = Field(default=None, ge=0, le=MOST_PREPENDS, examples=["2"])
    med: int | None = Field(default=None, ge=0, le=MAX_32_BIT, examples=["200"])
    policies: Policies | None = Field(default=None, examples=["{10.4.0.0/16: {as_path_prepend: 1}}"])


class VpnTunnelEntry(Entry):
    """A tunnel of a VPN connection: what AWS would choose if it is left out."""

    inside_cidr: Network | None = Field(default=None, examples=["169.254.20.0/30"])
    outside_address: Address | None = Field(default=None, examples=["192.0.2.130"])
    pre_shared_key: str | None = Field(default=None, examples=["Rehearse_1"], repr=False)
    customer: TunnelCustomerEntry = Field(default_factory=TunnelCustomerEntry, examples=["{enabled: off}"])
    amazon: EndEntry = Field(default_factory=EndEntry, examples=["{enabled: off}"])


class VpnEntry(Entry):
    """A Site-to-Site VPN connection with its two tunnels."""

    gateway: str = Field(examples=["vgw"])
    router: str = Field(examples=["customer_router"])
    customer_address: Address = Field(examples=["198.51.100.2"])
    outside_ip_address_type: Literal["public", "private"] = Field(default="public", examples=["private"])
    routing: Literal["bgp", "static"] = Field(default="bgp", examples=["static"])
    static_routes: list[AnyNetwork] = Field(default_factory=list, examples=["[10.0.0.0/16]"])
    tunnels: list[Annotated[VpnTunnelEntry, BeforeValidator(empty_is_mapping)]] = Field(
        default_factory=list, max_length=2, examples=["[{inside_cidr: 169.254.20.0/30}]"]
    )
    phase1_lifetime: Duration = Field(default_factory=lambda: Seconds(28_800), examples=["28800 s"])
    phase2_lifetime: Duration = Field(default_factory=lambda: Seconds(3600), examples=["3600 s"])
    rekey_margin: Duration = Field(default_factory=lambda: Seconds(270), examples=["270 s"])
    dpd_timeout: Duration = Field(default_factory=lambda: Seconds(40), examples=["40 s"])
    startup_action: Literal["add", "start"] = Field(default="add", examples=["start"])
    customer: VpnPolicyEntry = Field(default_factory=VpnPolicyEntry, examples=["{local_pref: 50}"])


class TopologyFile(Entry):
    """A topology file."""

    story: str = Field(default="", examples=["Two dedicated connections at one location."])
    customer: CustomerEntry
    other_customers: dict[str, OtherCustomerEntry] = Field(
        default_factory=dict, examples=["{rival: {asn: 65100, location: EqDC2, device: dx_2, ...}}"]
    )
    aws: AwsEntry
    connections: dict[str, ConnectionEntry] = Field(
        min_length=1, examples=["{primary: {location: EqDC2, device: dx_1, router: colo_router, bandwidth: 10 Gbps}}"]
    )
    lags: dict[str, Annotated[LagEntry, BeforeValidator(empty_is_mapping)]] = Field(
        default_factory=dict, examples=["{lag_1: {minimum_links: 1}}"]
    )
    virtual_interfaces: dict[str, VirtualInterfaceEntry] = Field(
        min_length=1, examples=["{primary: {type: private, connection: primary, vlan: 101, gateway: vgw}}"]
    )
    vpns: dict[str, VpnEntry] = Field(
        default_factory=dict, examples=["{backup: {gateway: vgw, router: customer_router, customer_address: ...}}"]
    )
