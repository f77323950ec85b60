"""The topology file, key by key. Words are AWS's own in snake_case; unknown keys are errors.

Shapes and types only: what AWS allows is checked in `dxemu.topology.check`. What is said of a key here is on the page
of the topology file, too, and in its JSON schema.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dxemu.aws.lag import LacpMode
from dxemu.topology.entry import Entry, empty_is_mapping
from dxemu.topology.fields import BitRate, Duration, LacpSetting, Switch
from dxemu.topology.file_aws import AwsEntry
from dxemu.topology.file_customer import CustomerEntry, OtherCustomerEntry
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.topology.file_vpn import VpnEntry


class ConnectionEndEntry(Entry):
    """The customer's port of a connection, where it is set up otherwise than the rest of its router."""

    carrier_delay: Duration | None = Field(
        description="as a router's, for this port; the router's if it is left out", default=None, examples=["2 s"]
    )
    carrier_delay_up: Duration | None = Field(
        description="as a router's, for this port; the router's if it is left out", default=None, examples=["10 s"]
    )


class ConnectionEntry(Entry):
    """A dedicated connection, or with `hosted` a partner's hosted connection."""

    location: str = Field(description="the Direct Connect location", examples=["EqDC2"])
    device: str = Field(description="AWS's device there", examples=["dx_1"])
    router: str = Field(description="yours at its other end", examples=["colo_router"])
    bandwidth: BitRate = Field(
        description="1, 10, 100 or 400 Gbps; of a hosted one 50 Mbps to 25 Gbps", examples=["10 Gbps"]
    )
    lag: str | None = Field(description="that it is a member of", default=None, examples=["lag_1"])
    hosted: Switch = Field(description="a partner's hosted connection", default=False, examples=["on"])
    interconnect: BitRate | None = Field(
        description="the partner's port of a hosted one; the slowest that it fits into if it is left out",
        default=None,
        examples=["10 Gbps"],
    )
    owner_account: str = Field(description="if another account owns it", default="", examples=["network"])
    customer: ConnectionEndEntry = Field(
        description="what your port has", default_factory=ConnectionEndEntry, examples=["{carrier_delay: 2 s}"]
    )


class LagEndEntry(Entry):
    """The customer's end of a link aggregation group. AWS's end is active."""

    lacp: LacpSetting = Field(
        description="whether it speaks LACP by itself, answers, or does not: a static bundle never forms",
        default=LacpMode.ACTIVE,
        examples=["passive"],
    )


class LagEntry(Entry):
    """A link aggregation group. Its members are the connections that name it."""

    minimum_links: int = Field(
        description="with fewer members that work all of it goes down", default=0, examples=["1"]
    )
    lacp_timeout: Literal["long", "short"] = Field(
        description="of LACP: 90 s, or 3 s", default="long", examples=["short"]
    )
    customer: LagEndEntry = Field(
        description="what your router has", default_factory=LagEndEntry, examples=["{lacp: passive}"]
    )


class TopologyFile(Entry):
    """A topology file."""

    story: str = Field(
        description="what the design is, in a sentence",
        default="",
        examples=["Two dedicated connections at one location."],
    )
    customer: CustomerEntry = Field(description="your side")
    other_customers: dict[str, OtherCustomerEntry] = Field(
        description="by name, each with a public virtual interface of their own",
        default_factory=dict,
        examples=["{rival: {asn: 65100, location: EqDC2, device: dx_2, ...}}"],
    )
    aws: AwsEntry = Field(description="AWS's side")
    connections: dict[str, ConnectionEntry] = Field(
        description="by name",
        min_length=1,
        examples=["{primary: {location: EqDC2, device: dx_1, router: colo_router, bandwidth: 10 Gbps}}"],
    )
    lags: dict[str, Annotated[LagEntry, BeforeValidator(empty_is_mapping)]] = Field(
        description="link aggregation groups, by name", default_factory=dict, examples=["{lag_1: {minimum_links: 1}}"]
    )
    virtual_interfaces: dict[str, VirtualInterfaceEntry] = Field(
        description="by name",
        min_length=1,
        examples=["{primary: {type: private, connection: primary, vlan: 101, gateway: vgw}}"],
    )
    vpns: dict[str, VpnEntry] = Field(
        description="Site-to-Site VPN connections, by name",
        default_factory=dict,
        examples=["{backup: {gateway: vgw, router: customer_router, customer_address: ...}}"],
    )
