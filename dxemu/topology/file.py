"""The topology file, key by key. Words are AWS's own in snake_case; unknown keys are errors.

Shapes and types only: what AWS allows is checked in `dxemu.topology.check`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from dxemu.topology.fields import Address, BfdSetting, BitRate, Duration, Interface, Network, Switch, Wrong
from dxemu.topology.words import quoted
from dxemu.units import Seconds

MAX_32_BIT = 4_294_967_295


class Entry(BaseModel):
    """A mapping of the file. Strict: `"101"` is not a number, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def _empty_is_mapping(value: object) -> object:
    return {} if value is None else value


def _circuit_is_none(value: object) -> object:
    if value is None:
        raise Wrong("DX-F007", "'colocation' is empty", "Write circuit, or `location:` and `routers:` under it.")
    if isinstance(value, str) and value != "circuit":
        raise Wrong(
            "DX-F009",
            f"'colocation' cannot be {quoted(value)}",
            "Write circuit, or `location:` and `routers:` under it.",
        )
    return None if value == "circuit" else value


def _circuit_in_schema(schema: JsonDict) -> None:
    choices = schema.get("anyOf")
    if isinstance(choices, list):
        choices[1:] = [{"const": "circuit"}]


class RouterEntry(Entry):
    """A router of the customer's. It has no settings yet."""


Routers = dict[str, Annotated[RouterEntry, BeforeValidator(_empty_is_mapping)]]


class DataCenterEntry(Entry):
    """The customer's premises."""

    networks: list[Network] = Field(min_length=1, examples=["[10.0.0.0/16]"])
    hosts: dict[str, Address] = Field(default_factory=dict, examples=["{app: 10.0.1.10}"])
    routers: Routers = Field(min_length=1, examples=["{customer_router: {}}"])


class ColocationEntry(Entry):
    """The customer's cage at the Direct Connect location, with its own routers."""

    location: str = Field(examples=["EqDC2"])
    routers: Routers = Field(min_length=1, examples=["{colo_router: {}}"])


class CircuitEntry(Entry):
    """A carrier's circuit from a router to another router, or to a connection."""

    from_router: str = Field(alias="from", examples=["customer_router"])
    to: str = Field(examples=["colo_router"])
    bandwidth: BitRate = Field(examples=["10 Gbps"])
    delay: Duration = Field(examples=["3 ms"])


class CustomerEntry(Entry):
    """The customer's side. `colocation` is `circuit` where a carrier extends layer 2 to the data centre."""

    asn: int = Field(examples=["65000"])
    data_center: DataCenterEntry = Field(examples=["{networks: [10.0.0.0/16], routers: {customer_router: {}}}"])
    colocation: Annotated[ColocationEntry | None, BeforeValidator(_circuit_is_none)] = Field(
        examples=["circuit"], json_schema_extra=_circuit_in_schema
    )
    circuits: dict[str, CircuitEntry] = Field(default_factory=dict, examples=["{metro: {from: ..., to: ...}}"])


class LocationEntry(Entry):
    """A Direct Connect location and AWS's devices there."""

    devices: list[str] = Field(min_length=1, examples=["[dx_1, dx_2]"])
    delay_to_region: Duration = Field(default_factory=lambda: Seconds(0.001), examples=["1 ms"])


class VpcEntry(Entry):
    """A VPC."""

    cidr: Network = Field(examples=["172.31.0.0/16"])
    instances: dict[str, Address] = Field(default_factory=dict, examples=["{web: 172.31.1.10}"])


class VirtualPrivateGatewayEntry(Entry):
    """A virtual private gateway, attached to one VPC."""

    asn: int = Field(default=64512, examples=["64512"])
    vpc: str = Field(examples=["prod"])
    route_propagation: Switch = Field(default=False, examples=["on"])


class AwsEntry(Entry):
    """AWS's side."""

    region: str = Field(examples=["us-east-1"])
    locations: dict[str, LocationEntry] = Field(min_length=1, examples=["{EqDC2: {devices: [dx_1, dx_2]}}"])
    vpcs: dict[str, VpcEntry] = Field(min_length=1, examples=["{prod: {cidr: 172.31.0.0/16}}"])
    virtual_private_gateways: dict[str, VirtualPrivateGatewayEntry] = Field(
        min_length=1, examples=["{vgw: {vpc: prod, route_propagation: on}}"]
    )


class ConnectionEntry(Entry):
    """A dedicated connection."""

    location: str = Field(examples=["EqDC2"])
    device: str = Field(examples=["dx_1"])
    router: str = Field(examples=["colo_router"])
    bandwidth: BitRate = Field(examples=["10 Gbps"])


class PolicyEntry(Entry):
    """What the customer's router does with routes of this virtual interface."""

    local_pref: int = Field(default=100, ge=0, le=MAX_32_BIT, examples=["200"])
    communities: list[str] = Field(default_factory=list, examples=['["7224:7300"]'])


class VirtualInterfaceEntry(Entry):
    """A virtual interface with its BGP session."""

    type: Literal["private", "public", "transit"] = Field(examples=["private"])
    connection: str = Field(examples=["primary"])
    vlan: int = Field(examples=["101"])
    gateway: str = Field(examples=["vgw"])
    asn: int | None = Field(default=None, examples=["65000"])
    amazon_address: Interface | None = Field(default=None, examples=["169.254.10.1/30"])
    customer_address: Interface | None = Field(default=None, examples=["169.254.10.2/30"])
    auth_key: str | None = Field(default=None, examples=["rehearse-1"], repr=False)
    bfd: BfdSetting = Field(default=None, examples=["300 ms x 3"])
    hold_time: Duration = Field(default_factory=lambda: Seconds(90), examples=["90 s"])
    keepalive: Duration | None = Field(default=None, examples=["30 s"])
    mtu: int = Field(default=1500, examples=["1500"])
    customer: PolicyEntry = Field(default_factory=PolicyEntry, examples=["{local_pref: 200}"])


class TopologyFile(Entry):
    """A topology file."""

    story: str = Field(default="", examples=["Two dedicated connections at one location."])
    customer: CustomerEntry
    aws: AwsEntry
    connections: dict[str, ConnectionEntry] = Field(
        min_length=1, examples=["{primary: {location: EqDC2, device: dx_1, router: colo_router, bandwidth: 10 Gbps}}"]
    )
    virtual_interfaces: dict[str, VirtualInterfaceEntry] = Field(
        min_length=1, examples=["{primary: {type: private, connection: primary, vlan: 101, gateway: vgw}}"]
    )
