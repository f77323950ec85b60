"""Route reflectors among the customer's routers."""

from __future__ import annotations

from dxemu.topology.check.cages import router_entries
from dxemu.topology.check.cages import routers as all_routers
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.sites import asn_of
from dxemu.topology.check.static_routes import neighbours
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import listed, quoted

PARAGRAPHS = {
    "DX-T129": """\
A route reflector passes on what it hears by iBGP: from a client to all its iBGP peers, from any
other peer to its clients (RFC 4456 section 6). A client is another router, of the same AS, at the
other end of a circuit, because iBGP is spoken over circuits; each is named once. `cluster_id` says
of which cluster a reflector is: two with the same one do not take each other's routes for it.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T129: clients that cannot be, a reflector without any, a cluster without a reflector."""
    joined = neighbours(file)
    for router, entry, path in router_entries(file):
        clients = entry.route_reflector_clients
        if not clients:
            _without_clients(clients, entry.cluster_id is not None, router, path, findings)
            continue
        for number, client in enumerate(clients):
            here = (*path, "route_reflector_clients", number)
            if client in clients[:number]:
                problem = f"'{client}' stands twice among the clients of '{router}'"
                findings.add(here, "DX-T129", problem, "Take one of them out.")
            else:
                _client(file, router, client, here, findings, sorted(joined.get(router, ())))


def _without_clients(
    clients: list[str] | None, has_cluster: bool, router: str, path: KeyPath, findings: Findings
) -> None:
    if clients is not None:
        problem = f"route reflector '{router}' has no clients, so that it reflects nothing"
        findings.add((*path, "route_reflector_clients"), "DX-T129", problem, "Name its clients, or take it out.")
    if has_cluster:
        problem = f"'{router}' is no route reflector, and only they have a cluster"
        findings.add((*path, "cluster_id"), "DX-T129", problem, "Name its `route_reflector_clients`, or take it out.")


def _client(file: TopologyFile, router: str, client: str, path: KeyPath, findings: Findings, joined: list[str]) -> None:
    """One client of `router`, to which circuits lead to those in `joined`."""
    if client not in all_routers(file):
        findings.unknown(path, "router", client, all_routers(file))
        return
    if client == router:
        others = f" Circuits lead from it to {listed(joined, 'and')}." if joined else ""
        problem, remedy = f"route reflector '{router}' cannot be its own client", f"Take it out.{others}"
    elif client not in joined:
        problem = f"no circuit joins route reflector '{router}' and {quoted(client)}: they have no iBGP session"
        remedy = f"Add a circuit {{from: {router}, to: {client}, ...}}, or let a router between them reflect."
    elif asn_of(file, client)[0] != asn_of(file, router)[0]:
        problem = f"'{client}' is of AS {asn_of(file, client)[0]}, '{router}' of AS {asn_of(file, router)[0]}"
        remedy = "eBGP passes routes on without a reflector. Take it out."
    else:
        return
    findings.add(path, "DX-T129", problem, remedy)
