"""Public addresses: those of the customer's prefixes, of services, other customers and of the Internet's lines."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.check.networks import public
from dxemu.topology.check.public import is_public
from dxemu.topology.file import TopologyFile

PARAGRAPHS = {
    "DX-T056": """\
The Internet and AWS's public side route public addresses only: not those of RFC 1918, shared
(100.64.0.0/10), link-local, loopback, benchmark, multicast or reserved ones (RFC 6890). For
examples there are 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 (RFC 5737).""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T056: an address that the Internet does not route. DX-T009: one that its line keeps."""
    for what, network, path in public(file):
        if not is_public(network):
            remedy = "Use a public one; 192.0.2.0/24, 198.51.100.0/24 and 203.0.113.0/24 are for examples (RFC 5737)."
            findings.add(path, "DX-T056", f"{what} is not public", remedy)
    lines = {("customer", "internet", router, "address"): e.address for router, e in file.customer.internet.items()}
    hosts = {("aws", "internet_hosts", name): address for name, address in file.aws.internet_hosts.items()}
    around = {path: network for _, network, path in public(file)}
    for path, address in (lines | hosts).items():
        network = around[path]
        if address in (network.network_address, network.broadcast_address):
            problem = f"{address} is the first or last address of {network}, which dxemu gives to this line"
            findings.add(path, "DX-T009", problem, f"Use for example {network.network_address + 2}.")
