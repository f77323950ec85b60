"""What a fault does to a design: data, of a closed set. Who notices each, and when, is `dxemu.predict`'s to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dxemu.plan.model import BgpSession, Cable, Plan


@dataclass(frozen=True, slots=True)
class LinkDead:
    """No packet crosses a cable any more, in either direction. The light may be on."""

    cable: str


@dataclass(frozen=True, slots=True)
class PortDark:
    """The port of a node at the end of a cable has lost its light: the node knows at once."""

    node: str
    cable: str


@dataclass(frozen=True, slots=True)
class VlanDead:
    """No packet of a virtual interface's VLAN crosses any more; everything else on its connection does."""

    virtual_interface: str


@dataclass(frozen=True, slots=True)
class ProcessGone:
    """The routing process of a node is not there, while its kernel goes on forwarding."""

    node: str


@dataclass(frozen=True, slots=True)
class NodeGone:
    """A node without power: its cables carry nothing, and whoever is at their other ends loses light."""

    node: str


class Protocol(StrEnum):
    """A protocol by which routers find out that something is dead, or send what they protect."""

    BGP = "bgp"
    BFD = "bfd"
    IKE = "ike"
    ESP = "esp"
    LACP = "lacp"


@dataclass(frozen=True, slots=True)
class Unheard:
    """Packets of one protocol vanish in both directions, while everything else passes.

    `on` is a session for BGP and BFD, a tunnel for IKE and ESP, a connection that is a LAG's member for LACP.
    """

    protocol: Protocol
    on: str


@dataclass(frozen=True, slots=True)
class Worsened:
    """Packets cross a cable, but some are lost, late or changed by chance: what comes of it is not predicted."""

    cable: str


Effect = LinkDead | PortDark | VlanDead | ProcessGone | NodeGone | Unheard | Worsened


def cut(cable: Cable) -> tuple[Effect, ...]:
    """A cable without light: no packet over it, and both its ends know at once."""
    return (LinkDead(cable.name), PortDark(cable.a.node, cable.name), PortDark(cable.b.node, cable.name))


def silenced(cables: Iterable[str]) -> tuple[Effect, ...]:
    """No packet over `cables`, and nobody is told."""
    return tuple(LinkDead(cable) for cable in cables)


def cable_of(plan: Plan, what: str, name: str) -> Cable:
    """The cable that a `connection` (its cross connect, at AWS's port), `circuit` or `internet` (a router) means."""
    return plan.cable(f"internet_{name}" if what == "internet" else name)


def sessions_of(plan: Plan, what: str, name: str) -> tuple[BgpSession, ...]:
    """The sessions that a `virtual_interface` or `tunnel` means."""
    if what == "tunnel":
        return tuple(session for session in plan.sessions if session.tunnel == name)
    return tuple(plan.sessions_on(name))


def nodes_at(plan: Plan, location: str) -> tuple[str, ...]:
    """Everything that stands in a Direct Connect location."""
    return tuple(node.name for node in plan.nodes_at(location))


def node_of(plan: Plan, what: str, name: str) -> str:
    """The node that a `router`, `device` or `tunnel` (AWS's endpoint of it) means."""
    if what == "tunnel":
        return plan.tunnel(name).ends[1].node
    return name


def circuits_of(plan: Plan, carrier: str) -> tuple[str, ...]:
    """The cables of a carrier's circuits."""
    return tuple(cable.name for cable in plan.cables_of_carrier(carrier))
