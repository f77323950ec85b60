"""Nodes, ports and cables of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dxemu.units import BitsPerSecond, Seconds


class Role(StrEnum):
    """What a node is."""

    HOST = "host"
    SWITCH = "switch"
    ROUTER = "router"
    CARRIER = "carrier"
    INTERNET = "internet"
    DX_DEVICE = "dx_device"
    VPN_ENDPOINT = "vpn_endpoint"
    GATEWAY = "gateway"
    VPC = "vpc"
    INSTANCE = "instance"
    SERVICE = "service"


class Side(StrEnum):
    """Who owns a node. Directions are named by it: `to_aws` is from CUSTOMER to AWS."""

    CUSTOMER = "customer"
    CARRIER = "carrier"
    AWS = "aws"


class CableRole(StrEnum):
    """What a cable is."""

    LAN = "lan"
    CIRCUIT = "circuit"
    CROSS_CONNECT = "cross_connect"
    BACKBONE = "backbone"
    VPC = "vpc"
    INTERNET = "internet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One network namespace. `place` is a label for people: `data center`, `EqDC2`, `us-east-1`, and `campus` its."""

    name: str
    role: Role
    side: Side
    place: str
    campus: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierDelay:
    """A port that loses light is taken for down once it was dark for `down`; it is up once it had light for `up`."""

    down: Seconds = Seconds(0)  # noqa: RUF009 - a number
    up: Seconds = Seconds(0)  # noqa: RUF009 - a number

    def __str__(self) -> str:
        return " and ".join(filter(None, (f"{self.down}" if self.down else "", f"{self.up} up" if self.up else "")))


AT_ONCE = CarrierDelay()


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One end of a cable. `name` is the interface's name (15 characters at most); `mac` is computed from names."""

    node: str
    name: str
    mac: str
    carrier_delay: CarrierDelay = AT_ONCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Cable:
    """A veth pair with netem at both ends: `bandwidth` and one-way `delay` in each direction.

    `connection` names the Direct Connect connection that runs over it, if any; `carrier` who a circuit is rented from.
    """

    name: str
    role: CableRole
    a: Port
    b: Port
    bandwidth: BitsPerSecond
    delay: Seconds
    mtu: int
    connection: str | None = None
    carrier: str | None = None

    def port_at(self, node: str, name: str) -> Port:
        """The one of its ends that is called so on a node."""
        return next(port for port in (self.a, self.b) if (port.node, port.name) == (node, name))
