"""The topology file's `customer` and `other_customers`, key by key."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic.config import JsonDict

from dxemu.topology.entry import Entry, empty_is_mapping
from dxemu.topology.fields import (
    Address,
    Addresses,
    AnyNetwork,
    BfdSetting,
    BitRate,
    Delay,
    Duration,
    Network,
    Wrong,
)
from dxemu.topology.file_policy import MAX_32_BIT, Policies
from dxemu.topology.model_routing import RouterAnnouncement
from dxemu.topology.words import quoted
from dxemu.units import BitsPerSecond, Seconds

DISCARD = "discard"
MOST_PATHS = 64
"""What routers take at most as their number of BGP paths that are used together."""


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
    """A router of the customer's. With `vrrp_priority` it shares the address that is the hosts' gateway."""

    vrrp_priority: int | None = Field(
        description="all routers of the data center then share the hosts' gateway address",
        default=None,
        ge=1,
        le=254,
        examples=["200"],
    )
    static_routes: dict[str, str] = Field(
        description="by network: a router at the other end of a circuit, or `discard`; they win over BGP's",
        default_factory=dict,
        examples=["{10.9.0.0/16: discard}"],
    )
    maximum_paths: int = Field(
        description="how many BGP routes are used together", default=1, ge=1, le=MOST_PATHS, examples=["2"]
    )
    route_reflector_clients: list[str] | None = Field(
        description="routers with circuits to this one, which reflects iBGP routes to and from them (RFC 4456)",
        default=None,
        examples=["[colo_router]"],
    )
    cluster_id: Address | None = Field(
        description="of the route reflector; its router ID if it is left out", default=None, examples=["10.0.0.1"]
    )
    carrier_delay: Duration = Field(
        description="how long it waits before it takes a port that lost light for down (Junos: `hold-time down`)",
        default_factory=lambda: Seconds(0),
        examples=["2 s"],
    )
    carrier_delay_up: Duration = Field(
        description="how long a port that was down has to have light before it is up (Junos: `hold-time up`)",
        default_factory=lambda: Seconds(0),
        examples=["10 s"],
    )
    announcements: dict[str, Annotated[str, WithJsonSchema({"enum": [*map(str, RouterAnnouncement)]})]] = Field(
        description="by network, beside what follows from the rest: `originate` announces what nobody told the router, "
        "`let_out` lets it past every filter of yours, `withhold` does not announce it",
        default_factory=dict,
        examples=["{10.64.0.0/24: originate, 10.0.0.0/16: withhold}"],
    )


Routers = dict[str, Annotated[RouterEntry, BeforeValidator(empty_is_mapping)]]


class DataCenterEntry(Entry):
    """The customer's premises."""

    networks: list[AnyNetwork] = Field(description="announced to AWS", min_length=1, examples=["[10.0.0.0/16]"])
    public_networks: list[AnyNetwork] = Field(
        description="announced on public virtual interfaces only", default_factory=list, examples=["[203.0.113.0/24]"]
    )
    hosts: dict[str, Addresses] = Field(
        description="by name: an address, or a list of an IPv4 and an IPv6 one",
        default_factory=dict,
        examples=["{app: 10.0.1.10}"],
    )
    routers: Routers = Field(
        description="by name; the hosts are on the first", min_length=1, examples=["{customer_router: {}}"]
    )
    vrrp_advertisement_interval: Duration = Field(
        description="how often the router that has the hosts' gateway address says so",
        default_factory=lambda: Seconds(1),
        examples=["1 s"],
    )


class ColocationEntry(Entry):
    """The customer's cage at a Direct Connect location, with its own routers."""

    location: str = Field(description="where it is", examples=["EqDC2"])
    routers: Routers = Field(description="by name", min_length=1, examples=["{colo_router: {}}"])


class ColocationsEntry(Entry):
    """One of several cages: its location is its name. With `networks` it is a site of its own, with hosts."""

    routers: Routers = Field(description="by name", min_length=1, examples=["{colo_router: {}}"])
    asn: int | None = Field(description="of its routers, if it is another one", default=None, examples=["65001"])
    networks: list[AnyNetwork] = Field(
        description="with them it is a site of its own, that needs no circuit to the data center",
        default_factory=list,
        examples=["[10.2.0.0/16]"],
    )
    hosts: dict[str, Addresses] = Field(
        description="by name, on its first router", default_factory=dict, examples=["{branch: 10.2.1.10}"]
    )


class CircuitEntry(Entry):
    """A carrier's circuit from a router to another router, or to a connection."""

    from_router: str = Field(description="a router", alias="from", examples=["customer_router"])
    to: str = Field(description="a router; without a cage the connection", examples=["colo_router"])
    bandwidth: BitRate = Field(description="of the circuit", examples=["10 Gbps"])
    delay: Delay = Field(description="one way", examples=["3 ms"])
    carrier: str | None = Field(
        description="a name; circuits of one carrier can fail together", default=None, examples=["north_telecom"]
    )
    bfd: BfdSetting = Field(description="of the session over it", default=None, examples=["300 ms x 3"])
    hold_time: Duration = Field(
        description="of the BGP session over it", default_factory=lambda: Seconds(90), examples=["30 s"]
    )
    keepalive: Duration | None = Field(
        description="a third of the hold time if it is left out", default=None, examples=["10 s"]
    )
    cost: int = Field(
        description="of the other end as a next hop (the IGP's): the nearest exit wins among equals",
        default=0,
        ge=0,
        le=MAX_32_BIT,
        examples=["10"],
    )
    policies: dict[str, Policies] = Field(
        description="by router: what it does with some prefixes on the session over the circuit",
        default_factory=dict,
        examples=["{colo_router: {172.31.0.0/16: {local_pref: 50}}}"],
    )


class InternetEntry(Entry):
    """A router's line to the Internet."""

    address: Address = Field(description="the router's, a public one", examples=["198.51.100.2"])
    bandwidth: BitRate = Field(
        description="of the line", default_factory=lambda: BitsPerSecond(10**9), examples=["1 Gbps"]
    )
    delay: Delay = Field(
        description="one way, as far as AWS's Region", default_factory=lambda: Seconds(0.01), examples=["10 ms"]
    )


class CustomerEntry(Entry):
    """The customer's side. `colocation` is `circuit` where a carrier extends layer 2 to the data centre."""

    asn: int = Field(description="of all routers", examples=["65000"])
    data_center: DataCenterEntry = Field(
        description="your premises", examples=["{networks: [10.0.0.0/16], routers: {customer_router: {}}}"]
    )
    colocation: Annotated[ColocationEntry | None, BeforeValidator(_circuit_is_none)] = Field(
        description="the only cage; or the word `circuit`, if no router of yours is at a location",
        default=None,
        examples=["circuit"],
        json_schema_extra=_circuit_in_schema,
    )
    colocations: dict[str, ColocationsEntry] = Field(
        description="several cages, by location",
        default_factory=dict,
        examples=["{EqDC2: {routers: {colo_router: {}}}}"],
    )
    circuits: dict[str, CircuitEntry] = Field(
        description="between data center and cages, by name",
        default_factory=dict,
        examples=["{metro: {from: ..., to: ...}}"],
    )
    internet: dict[str, InternetEntry] = Field(
        description="lines to the Internet, by router",
        default_factory=dict,
        examples=["{customer_router: {address: 198.51.100.2}}"],
    )


class OtherCustomerEntry(Entry):
    """Another customer of AWS's, with a public virtual interface and one host."""

    asn: int = Field(description="theirs", examples=["65100"])
    location: str = Field(description="where their virtual interface is", examples=["EqDC2"])
    device: str = Field(description="AWS's device there", examples=["dx_2"])
    network: Network = Field(description="what they announce", examples=["192.0.2.0/25"])
    host: Address = Field(description="a machine in it", examples=["192.0.2.10"])
