"""Connections stand where they say: a known location, a device and a router that are there."""

from __future__ import annotations

from dxemu.topology.check.cages import cages, or_circuit, unknown
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import ConnectionEntry, TopologyFile
from dxemu.topology.words import listed

PARAGRAPHS = {
    "DX-T011": """\
A connection is a port on an AWS device, and each device stands at one Direct Connect location. The
device that this connection names is at another one. Two devices at one location survive the loss of
a device; two locations survive the loss of a building.""",
    "DX-T012": """\
The cross connect of a connection joins an AWS device and a customer's router in the same building.
The router that this connection names is elsewhere. If a carrier extends layer 2 to the data center
instead, write `colocation: circuit` and describe a circuit from the data center's router to the
connection.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: an unknown name. DX-T011: the device is elsewhere. DX-T012: the router is elsewhere."""
    cage = file.customer.colocation
    if cage is not None and cage.location not in file.aws.locations:
        findings.unknown(("customer", "colocation", "location"), "location", cage.location, file.aws.locations)
    for location in file.customer.colocations:
        if location not in file.aws.locations:
            path = ("customer", "colocations", location)
            findings.unknown(path, "location", location, file.aws.locations, at_key=True)
    for name, connection in file.connections.items():
        if connection.location not in file.aws.locations:
            path = ("connections", name, "location")
            findings.unknown(path, "location", connection.location, file.aws.locations)
        _device(file, name, connection, findings)
        if not unknown(file):
            _router(file, name, connection, findings)


def _device(file: TopologyFile, name: str, connection: ConnectionEntry, findings: Findings) -> None:
    path = ("connections", name, "device")
    here = file.aws.locations.get(connection.location)
    if here is not None and connection.device in here.devices:
        return
    elsewhere = [code for code, location in file.aws.locations.items() if connection.device in location.devices]
    if not elsewhere:
        locations = file.aws.locations.values() if here is None else [here]
        known = [device for location in locations for device in location.devices]
        findings.unknown(path, "device", connection.device, known)
    elif here is not None:
        problem = f"device '{connection.device}' is at {elsewhere[0]}, connection '{name}' is at {connection.location}"
        remedy = (
            f"A connection is a port on a device of its location. At {connection.location}: {listed(here.devices)}."
        )
        findings.add(path, "DX-T011", problem, remedy)


def _router(file: TopologyFile, name: str, connection: ConnectionEntry, findings: Findings) -> None:
    path = ("connections", name, "router")
    found = cages(file)
    in_data_center = file.customer.data_center.routers
    candidates = list(in_data_center) if not found else [router for here, _ in found.values() for router in here]
    if connection.router not in candidates:
        if connection.router not in in_data_center:
            findings.unknown(path, "router", connection.router, candidates)
        elif found:
            problem = f"router '{connection.router}' is in the data center, connection '{name}' ends in the colocation"
            other = or_circuit(file)
            circuit = f" and a circuit to '{name}'" if other else ""
            remedy = f"Use {listed(candidates)}{other}{circuit}."
            findings.add(path, "DX-T012", problem, remedy)
        return
    at = next((location for location, (here, _) in found.items() if connection.router in here), connection.location)
    if at != connection.location and {at, connection.location} <= set(file.aws.locations):
        problem = f"router '{connection.router}' is at {at}, connection '{name}' is at {connection.location}"
        remedy = "A cross connect does not leave the building. Use a router and a device at one location."
        findings.add(path, "DX-T012", problem, remedy)
