"""Circuits: their ends exist, and every connection can be reached from the data center."""

from __future__ import annotations

from dxemu.topology.check.cages import cages, or_circuit, unknown
from dxemu.topology.check.cages import routers as all_routers
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.sites import reached_from
from dxemu.topology.file import TopologyFile

PARAGRAPHS = {
    "DX-T025": """\
Every connection has to be reachable from the data center over exactly the circuits that exist. With
`colocation: circuit` each connection has one circuit of its own, from the router that it names.
With routers in the colocation, each of them is joined to the data center by at least one circuit,
directly or over another router; in a colocation with networks of its own, to its first router.""",
    "DX-T026": """\
A circuit joins two of the customer's routers, or, with `colocation: circuit`, the data center's
router and the connection that names this router. This one has ends that do not fit together.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: an end is unknown. DX-T025: something has no circuit, or two. DX-T026: it joins the wrong things."""
    if unknown(file):
        return
    _ends(file, findings)
    if not cages(file):
        _to_connections(file, findings)
    else:
        _to_routers(file, findings)
    for name, circuit in file.customer.circuits.items():
        if circuit.bandwidth <= 0:
            path = ("customer", "circuits", name, "bandwidth")
            findings.add(path, "DX-F009", f"a circuit of {circuit.bandwidth} carries nothing", "Write 10 Gbps.")


def _ends(file: TopologyFile, findings: Findings) -> None:
    routers = all_routers(file)
    for name, circuit in file.customer.circuits.items():
        path = ("customer", "circuits", name)
        if circuit.from_router not in routers:
            findings.unknown((*path, "from"), "router", circuit.from_router, routers)
        if circuit.to in file.lags and circuit.to not in routers and circuit.to not in file.connections:
            problem = f"circuit '{name}' goes to LAG '{circuit.to}', which has a cable for each of its members"
            remedy = "Add a circuit to each connection that is a member of it."
            findings.add((*path, "to"), "DX-T026", problem, remedy)
        elif circuit.to not in routers and circuit.to not in file.connections:
            findings.unknown((*path, "to"), "router or connection", circuit.to, [*routers, *file.connections])
        if circuit.to == circuit.from_router:
            problem = f"circuit '{name}' begins and ends at '{circuit.to}'"
            findings.add((*path, "to"), "DX-T026", problem, "A circuit has two different ends.")


def _to_connections(file: TopologyFile, findings: Findings) -> None:
    """`colocation: circuit`: one circuit for each connection, from the router that the connection names."""
    circuit_of: dict[str, str] = {}
    for name, circuit in file.customer.circuits.items():
        path = ("customer", "circuits", name)
        connection = file.connections.get(circuit.to)
        if connection is None:
            continue
        if circuit.to in circuit_of:
            problem = f"connection '{circuit.to}' has two circuits, '{circuit_of[circuit.to]}' and '{name}'"
            findings.add((*path, "to"), "DX-T025", problem, "A port has one cable. Keep one circuit for it.")
        elif connection.router != circuit.from_router and circuit.from_router in file.customer.data_center.routers:
            problem = f"circuit '{name}' is from '{circuit.from_router}', connection '{circuit.to}' names router"
            remedy = "The circuit ends at the router that speaks BGP on the connection. Make both the same."
            findings.add((*path, "from"), "DX-T026", f"{problem} '{connection.router}'", remedy)
        circuit_of[circuit.to] = name
    for name, connection in file.connections.items():
        if name not in circuit_of:
            problem = f"no circuit leads to connection '{name}', and there is no router at its location"
            remedy = (
                f"Add a circuit {{from: {connection.router}, to: {name}, ...}}, or describe the colocation's routers."
            )
            findings.add(("connections", name), "DX-T025", problem, remedy)


def _to_routers(file: TopologyFile, findings: Findings) -> None:
    """With routers in the colocation: circuits join routers, and each router is joined to a site's first one."""
    for name, circuit in file.customer.circuits.items():
        if circuit.to in file.connections and circuit.to not in all_routers(file):
            problem = (
                f"circuit '{name}' goes to connection '{circuit.to}', which the colocation's router is plugged into"
            )
            remedy = f"End it at a router of the colocation{or_circuit(file)}."
            findings.add(("customer", "circuits", name, "to"), "DX-T026", problem, remedy)
    routers = set(all_routers(file))
    if not all({circuit.from_router, circuit.to} <= routers for circuit in file.customer.circuits.values()):
        return  # A circuit that leads nowhere is reported; what it was meant to join is not known.
    own_sites = [cage for cage in file.customer.colocations.values() if cage.networks]
    first = {next(iter(cage.routers)) for cage in own_sites}
    joined = reached_from(file, {*file.customer.data_center.routers, *first})
    for location, (here, path) in cages(file).items():
        cage = file.customer.colocations.get(location)
        for router in here:
            if router not in joined:
                own = cage is not None and bool(cage.networks)
                whose = f"the hosts at {location}" if own else "the data center"
                near = here[0] if own else next(iter(file.customer.data_center.routers))
                problem = f"no circuit joins router '{router}' to {whose}"
                remedy = f"Add a circuit {{from: {near}, to: {router}, ...}}."
                findings.add((*path, router), "DX-T025", problem, remedy)
