"""One element whose failure leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design
from dxemu.audit.elements import Outcome, fatal_alone, in_one_version
from dxemu.audit.graph import elements_of, is_joined
from dxemu.topology.marks import KeyPath

REMEDIES = {
    "location": "Add a connection in a second location.",
    "campus": "Add a connection in a location of another campus.",
    "carrier": "Rent a circuit from a second carrier.",
    "router": "Add a second router with its own connection; for the hosts' router with VRRP.",
    "device": "Add a connection on another AWS device, best in a second location.",
    "connection": "Add a second connection on another AWS device, with a virtual interface to the same gateway.",
    "virtual_interface": "Add a virtual interface to the same gateway on a second connection.",
    "circuit": "Add a second circuit, from another carrier.",
    "internet": "Add a Direct Connect connection, or a VPN over a second line.",
    "tunnel": "Configure both tunnels of the VPN connection.",
}


OF_ONE_VERSION = {
    4: "Give IPv4 a second way, too: another virtual interface to the same gateway, or a VPN.",
    6: "Give IPv6 a second way, too: another virtual interface to the same gateway with `ipv6: on`. A VPN carries IPv4 "
    "only.",
}
"""Where the other IP version survives."""


class SinglePointOfFailure(Rule):
    """What fails alone and is an outage until somebody repairs it."""

    code: ClassVar[str] = "DX-A001"
    title: ClassVar[str] = "single point of failure"
    rule: ClassVar[str] = (
        "High resiliency is one connection in each of two locations; maximum resiliency is two in each, on different "
        "devices. One connection, or one location, has no target above 95 %"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Resiliency Toolkit; Direct Connect SLA"
    paragraph: ClassVar[str] = """\
A single point of failure: when this one element fails, nothing is left until somebody repairs it.
The audit takes every router, AWS device, connection, virtual interface, circuit, carrier, line to
the Internet, tunnel endpoint, location and campus away in turn and predicts what routing does then.
Where cables are left that no route uses, it says so: then the design needs a session, not a cable.
AWS's resiliency models are one connection in each of two locations (99.9 %) and two in each of two
locations on different devices (99.99 %); a single connection has 95 %. Source: Direct Connect User
Guide, Resiliency Toolkit; Direct Connect SLA."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each element, whatever ways it can fail in."""
        alone = fatal_alone(design.topology, design.outcomes)
        for element, outcomes in elements_of(design).items():
            fatal = [outcome for outcome in outcomes if outcome in alone]
            if fatal:
                failure = fatal[0].failures[0]
                version = fatal[0].only_version
                yield Finding(
                    problem=f"{element}{in_one_version(version)}: {_why(design, fatal[0])}",
                    outage=fatal[0].outage,
                    remedy=REMEDIES[failure.mode.kind] if version is None else OF_ONE_VERSION[version],
                    names=(failure.name,),
                    path=place_of(design, failure.mode.kind, failure.name),
                )


def _why(design: Design, outcome: Outcome) -> str:
    """Whether it is the cables or the routes that are missing."""
    (failure,) = outcome.failures
    pairs = {p.probe: p for p in design.pairs}
    worst = outcome.worst
    assert worst is not None  # it is an outage
    pair = pairs[worst.probe]
    if failure.mode.kind == "virtual_interface":
        return f"no other virtual interface leads from {pair.near} to {pair.far}"
    if is_joined(design.plan, failure.impact.cables, pair.near, pair.far):
        return f"cables from {pair.near} to {pair.far} are left, but no route leads over them"
    return f"no way from {pair.near} to {pair.far} is left"


def place_of(design: Design, kind: str, name: str) -> KeyPath:
    """Where in the file an element stands."""
    customer = design.topology.customer
    if kind == "router" and name in customer.data_center.routers:
        return ("customer", "data_center", "routers", name)
    if kind == "router":
        several = next(cage.location for cage in customer.colocations if name in cage.routers)
        path: KeyPath = ("customer", "colocations", several, "routers", name)
        at = design.topology.marks.at(*path)
        fallback: KeyPath = ("customer", "colocation", "routers", name)
        return path if at != design.topology.marks.at("customer") else fallback
    if kind == "carrier":
        circuit = next(c.name for c in customer.circuits if c.carrier == name)
        return ("customer", "circuits", circuit, "carrier")
    if kind == "device":
        connections = [c for c in design.topology.connections if name in (c.device, f"{c.device}_{c.location}")]
        return ("connections", connections[0].name, "device") if connections else ("aws", "locations")
    if kind == "campus":
        building = next(at.code for at in design.topology.aws.locations if at.campus == name)
        return ("aws", "locations", building, "campus")
    places: dict[str, KeyPath] = {
        "connection": ("connections", name),
        "virtual_interface": ("virtual_interfaces", name),
        "circuit": ("customer", "circuits", name),
        "internet": ("customer", "internet", name),
        "location": ("aws", "locations", name),
        "tunnel": ("vpns", name.rpartition("_tunnel_")[0]),
    }
    return places[kind]
