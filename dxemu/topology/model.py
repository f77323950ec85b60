"""What the user wrote, as frozen values. Nothing here is computed: that is `dxemu.plan`'s work.

`Topology.marks` knows where in the file each value stands, by its path of keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dxemu.errors import Mark
from dxemu.units import Asn, BitsPerSecond, Seconds, VlanId

KeyPath = tuple[str | int, ...]


class Marks:
    """Where each value of a file stands, and each key if `keys` says so."""

    def __init__(
        self,
        file: str,
        marks: Mapping[KeyPath, Mark],
        lines: tuple[str, ...],
        keys: Mapping[KeyPath, Mark] | None = None,
    ) -> None:
        self.file = file
        self.lines = lines
        self._marks = marks
        self._keys = keys or {}

    def at(self, *path: str | int) -> Mark:
        """The mark of the value at `path`, or of the nearest enclosing value that is in the file."""
        while path:
            if path in self._marks:
                return self._marks[path]
            path = path[:-1]
        return Mark(self.file, 1, 1)

    def key_at(self, *path: str | int) -> Mark:
        """The mark of the last key of `path`; where it has none (a list's entry), that of the value."""
        return self._keys.get(path) or self.at(*path)

    def below(self, *path: str | int) -> Marks:
        """The marks of the part of the file that stands under `path`, by paths that start there."""
        size = len(path)
        return Marks(
            self.file,
            {p[size:]: mark for p, mark in self._marks.items() if p[:size] == path},
            self.lines,
            {p[size:]: mark for p, mark in self._keys.items() if p[:size] == path},
        )

    def replaced(self, path: KeyPath, other: Marks) -> Marks:
        """These marks, with everything at and below `path` as `other` has it: that value now comes from there."""
        size = len(path)
        return Marks(
            self.file,
            _grafted(self._marks, other._marks, path, size),
            self.lines,
            _grafted(self._keys, other._keys, path, size),
        )


def _grafted(
    tree: Mapping[KeyPath, Mark], graft: Mapping[KeyPath, Mark], path: KeyPath, size: int
) -> dict[KeyPath, Mark]:
    kept = {p: mark for p, mark in tree.items() if p[:size] != path}
    return kept | {p: mark for p, mark in graft.items() if p[:size] == path}


class VifType(StrEnum):
    """AWS `virtualInterfaceType`."""

    PRIVATE = "private"
    PUBLIC = "public"
    TRANSIT = "transit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine that sends and receives: in the data centre, or an instance in a VPC."""

    name: str
    address: IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCenter:
    """The customer's premises: networks that are announced to AWS, hosts in them, routers."""

    networks: tuple[IPv4Network, ...]
    hosts: tuple[Host, ...]
    routers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colocation:
    """The customer's side of the Direct Connect location.

    With `routers` empty the file said `colocation: circuit`: a carrier extends layer 2 from the AWS
    port to the data centre, and the data centre's own router speaks BGP to AWS.
    """

    location: str
    routers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """A carrier's circuit: between two of the customer's routers, or from one to a connection (layer 2 extension)."""

    name: str
    from_router: str
    to: str
    bandwidth: BitsPerSecond
    delay: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Everything on the customer's side."""

    asn: Asn
    data_center: DataCenter
    colocation: Colocation | None
    circuits: tuple[Circuit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A Direct Connect location: AWS devices (`awsLogicalDeviceId`) and the distance to the Region."""

    code: str
    devices: tuple[str, ...]
    delay_to_region: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """A VPC with its instances."""

    name: str
    cidr: IPv4Network
    instances: tuple[Host, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualPrivateGateway:
    """A VGW attached to one VPC. `route_propagation` is off by default at AWS."""

    name: str
    asn: Asn
    vpc: str
    route_propagation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """Everything on AWS's side that is not a connection or a virtual interface."""

    region: str
    locations: tuple[Location, ...]
    vpcs: tuple[Vpc, ...]
    virtual_private_gateways: tuple[VirtualPrivateGateway, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A dedicated connection: a port on an AWS device, cross-connected to a customer router's port."""

    name: str
    location: str
    device: str
    router: str
    bandwidth: BitsPerSecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Bfd:
    """Asynchronous BFD, `300 ms x 3`: both intervals and the multiplier (RFC 5880)."""

    interval: Seconds
    detect_mult: int

    def __str__(self) -> str:
        return f"{self.interval} x {self.detect_mult}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPolicy:
    """What the customer's router does with this virtual interface.

    `local_pref` is set on routes learnt from AWS; `communities` are sent to AWS with the customer's prefixes.
    """

    local_pref: int = 100
    communities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualInterface:
    """A virtual interface. Addresses and key are None where AWS would choose them."""

    name: str
    type: VifType
    connection: str
    vlan: VlanId
    gateway: str
    asn: Asn
    amazon_address: IPv4Interface | None
    customer_address: IPv4Interface | None
    auth_key: str | None = field(repr=False)
    bfd: Bfd | None
    hold_time: Seconds
    keepalive: Seconds
    mtu: int
    customer: CustomerPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """One complete design. `name` is the file's name without its ending. Mappings keep the file's order."""

    name: str
    story: str
    customer: Customer
    aws: Aws
    connections: tuple[Connection, ...]
    virtual_interfaces: tuple[VirtualInterface, ...]
    marks: Marks = field(repr=False, compare=False)
