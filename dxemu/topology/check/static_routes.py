"""Static routes of the customer's routers."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from dxemu.topology.check.cages import router_entries, routers
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.networks import RESERVED, overlap
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_customer import DISCARD
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted, suggestion
from dxemu.units import IPNetwork

IPV6 = 6

PARAGRAPHS = {
    "DX-T100": """\
A static route of one of your routers leads over a circuit to the router at its other end, by that
router's name, or nowhere: `discard`. It wins over a BGP route to the same prefix, because its
administrative distance is lower (1, against 20 of eBGP and 200 of iBGP), and is there as long as
the circuit's port has light: a silent failure does not take it out. Routes to AWS over a virtual
interface are learnt by BGP.""",
    "DX-T101": """\
The prefix of a static route is a network, `10.9.0.0/16`, or the default route, `0.0.0.0/0`; a
router has one for each prefix. A network that is connected to the router wins over every other
route to it, and a router with a line to the Internet has its default route there.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T100: the next router of a static route. DX-T101: its prefix."""
    for router, entry, path in router_entries(file):
        seen: set[IPNetwork] = set()
        for prefix, to in entry.static_routes.items():
            here: KeyPath = (*path, "static_routes", prefix)
            _next_router(file, router, to, here, findings)
            try:
                network = ip_network(prefix)
            except ValueError:
                remedy = f"Write for example 10.9.0.0/16: {DISCARD}."
                findings.add_name(here, "DX-T101", f"{quoted(prefix)} is not a network", remedy)
                continue
            if network in seen:
                problem = f"'{router}' already has a static route to {network}"
                findings.add_name(here, "DX-T101", problem, "A routing table has one. Take the other out.")
            seen.add(network)
            _prefix(file, router, network, here, findings)
            if network.version == IPV6 and to != DISCARD and not _ipv6(file):
                problem = f"the customer's circuits have no IPv6, and {network} would lead over one"
                findings.add_name(here, "DX-T101", problem, "Give the data center an IPv6 network, or take it out.")


def _ipv6(file: TopologyFile) -> bool:
    return any(network.version == IPV6 for network in file.customer.data_center.networks)


def _next_router(file: TopologyFile, router: str, to: str, path: KeyPath, findings: Findings) -> None:
    joined = neighbours(file)
    if to == DISCARD or to in joined.get(router, ()):
        return
    if to == router:
        problem, remedy = f"'{router}' cannot be its own next router", f"Name another router, or write {DISCARD}."
    elif to not in routers(file):
        problem = f"there is no router {quoted(to)}"
        remedy = suggestion(to, [*routers(file), DISCARD])
    else:
        problem = f"no circuit joins '{router}' and '{to}'"
        remedy = suggestion("", [*joined.get(router, ()), DISCARD])
    findings.add(path, "DX-T100", problem, remedy)


def neighbours(file: TopologyFile) -> Mapping[str, set[str]]:
    """By router those at the other ends of its circuits."""
    joined: dict[str, set[str]] = {}
    known = routers(file)
    for circuit in file.customer.circuits.values():
        if circuit.from_router in known and circuit.to in known:
            joined.setdefault(circuit.from_router, set()).add(circuit.to)
            joined.setdefault(circuit.to, set()).add(circuit.from_router)
    return joined


def _prefix(file: TopologyFile, router: str, network: IPNetwork, path: KeyPath, findings: Findings) -> None:
    """What is connected wins over a static route with every router; the kernel would put one in the other's place."""
    data_center = file.customer.data_center
    with_hosts = any(entry.vrrp_priority is not None for entry in data_center.routers.values())
    on_lan = data_center.routers if with_hosts else list(data_center.routers)[:1]
    reserved = next(
        ((kept, why) for kept, why in RESERVED if network.prefixlen >= kept.prefixlen and overlap(network, kept)), None
    )
    if router in on_lan and network in (*data_center.networks, *data_center.public_networks):
        problem = f"{network} is connected to '{router}', which wins over a static route"
        findings.add_name(path, "DX-T101", problem, "Take it out.")
    elif not network.prefixlen and network.version != IPV6 and router in file.customer.internet:
        problem = f"the default route of '{router}' is its line to the Internet"
        findings.add_name(path, "DX-T101", problem, "Take one of them out.")
    elif reserved is not None:
        problem = f"{network} lies in {reserved[0]}, {reserved[1]}"
        findings.add_name(path, "DX-T101", problem, "Take it out.")
