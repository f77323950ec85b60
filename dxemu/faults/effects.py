"""What a fault does to a design: data, of a closed set. Who notices each, and when, is `dxemu.predict`'s to say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dxemu.plan.model import BgpSession, Cable, Plan


@dataclass(frozen=True, slots=True)
class _OfCable:
    cable: str


@dataclass(frozen=True, slots=True)
class _OfNode:
    node: str


class LinkDead(_OfCable):
    """No packet crosses a cable any more, in either direction. The light may be on."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class PortDark:
    """The port of a node at the end of a cable has lost its light: the node knows at once."""

    node: str
    cable: str


@dataclass(frozen=True, slots=True)
class VlanDead:
    """No packet of a virtual interface's VLAN crosses any more; everything else on its connection does."""

    virtual_interface: str


class ProcessGone(_OfNode):
    """The routing process of a node is not there, while its kernel goes on forwarding."""

    __slots__ = ()


class NodeGone(_OfNode):
    """A node without power: its cables carry nothing, and whoever is at their other ends loses light."""

    __slots__ = ()


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


class Worsened(_OfCable):
    """Packets cross a cable, but some are lost, late or changed by chance: what comes of it is not predicted."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """One end, at `node`, closes a session with a NOTIFICATION, and takes no connection. The cable carries packets.

    With `reset` an operator clears the other end, too, when that is over.
    """

    session: str
    node: str
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Drained:
    """AWS announces nothing on a session any more, and takes nothing, while the session stays up."""

    session: str


class ControlFrozen(_OfNode):
    """The routing programs of a node stand still: they say and hear nothing, while its kernel goes on forwarding."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Misled:
    """What a router says leads packets elsewhere: what comes of it is seen in the lab, and not predicted."""

    router: str


@dataclass(frozen=True, slots=True)
class KeysKept:
    """A tunnel gets no new keys. It carries packets until the lifetime of those that it has is over."""

    tunnel: str


Effect = (
    LinkDead
    | PortDark
    | VlanDead
    | ProcessGone
    | NodeGone
    | Unheard
    | SessionClosed
    | Drained
    | ControlFrozen
    | Worsened
    | Misled
    | KeysKept
)


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


def aws_end(session: BgpSession) -> str:
    """The node of AWS's end of a session."""
    return session.ends[1].node


def of_one_asn(plan: Plan, router: str) -> frozenset[str]:
    """A router and all that hear what it knows by iBGP."""
    found, wanted = {router}, [router]
    while wanted:
        here = wanted.pop()
        for session in plan.sessions_of(here):
            far = [end.speaker for end in session.ends if not session.external and end.speaker not in found]
            found.update(far)
            wanted += far
    return frozenset(found)


def nodes_at(plan: Plan, location: str) -> tuple[str, ...]:
    """Everything that stands in a Direct Connect location."""
    return tuple(node.name for node in plan.nodes_at(location))


def nodes_on(plan: Plan, campus: str) -> tuple[str, ...]:
    """Everything that stands in the buildings of a campus."""
    return tuple(node.name for node in plan.nodes if node.campus == campus)


def node_of(plan: Plan, what: str, name: str) -> str:
    """The node that a `router`, `device` or `tunnel` (AWS's endpoint of it) means."""
    if what == "tunnel":
        return plan.tunnel(name).ends[1].node
    return name


def circuits_of(plan: Plan, carrier: str) -> tuple[str, ...]:
    """The cables of a carrier's circuits."""
    return tuple(cable.name for cable in plan.cables_of_carrier(carrier))
