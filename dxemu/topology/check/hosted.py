"""Hosted connections and hosted virtual interfaces."""

from __future__ import annotations

from dxemu.aws.speeds import DEDICATED, HOSTED
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import members
from dxemu.topology.file import TopologyFile
from dxemu.topology.words import listed

PARAGRAPHS = {
    "DX-T035": """\
A hosted connection carries exactly one virtual interface, private, public or transit. Source:
Direct Connect User Guide, Direct Connect quotas.""",
    "DX-T036": """\
A hosted connection is a part of a partner's port, the interconnect. AWS has 50, 100, 200, 300,
400 and 500 Mbps and 1, 2, 5, 10 and 25 Gbps, and drops what exceeds them. The interconnect is a
dedicated port of 1, 10, 100 or 400 Gbps; left out, it is the slowest that the hosted connection
fits into. Hosted connections cannot be bundled. Source: Direct Connect User Guide, Hosted
connections.""",
    "DX-T050": """\
A hosted virtual interface is one on somebody else's connection. It stays `confirming` until the
account that it is for accepts it. One of the connection's own account is there at once. Source:
Direct Connect User Guide, Hosted virtual interfaces.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T035: two virtual interfaces on one. DX-T036: speed, interconnect, LAG. DX-T050: nothing to confirm."""
    for name, connection in file.connections.items():
        path = ("connections", name)
        if not connection.hosted:
            if connection.interconnect is not None:
                problem = f"connection '{name}' is dedicated and has no interconnect"
                findings.add((*path, "interconnect"), "DX-T036", problem, "Take it out, or write `hosted: on`.")
            continue
        if connection.bandwidth not in HOSTED:
            problem = f"a hosted connection cannot have {connection.bandwidth}"
            findings.add((*path, "bandwidth"), "DX-T036", problem, f"AWS has {listed(map(str, HOSTED))}.")
        if connection.interconnect is not None and connection.interconnect not in DEDICATED:
            problem = f"a partner's interconnect cannot have {connection.interconnect}"
            findings.add((*path, "interconnect"), "DX-T036", problem, f"AWS has {listed(map(str, DEDICATED))}.")
        elif connection.interconnect is not None and connection.bandwidth > connection.interconnect:
            problem = f"{connection.bandwidth} do not fit into an interconnect of {connection.interconnect}"
            findings.add((*path, "interconnect"), "DX-T036", problem, "The partner's port is at least as fast.")
        if connection.lag is not None:
            problem = f"hosted connection '{name}' cannot be in a LAG"
            findings.add((*path, "lag"), "DX-T036", problem, "AWS bundles dedicated connections only.")
    _virtual_interfaces(file, findings)


def _virtual_interfaces(file: TopologyFile, findings: Findings) -> None:
    first: dict[str, str] = {}
    for name, vif in file.virtual_interfaces.items():
        on = file.connections.get(vif.connection)
        if on is not None and on.hosted:
            if vif.connection in first:
                problem = (
                    f"hosted connection '{vif.connection}' already has virtual interface '{first[vif.connection]}'"
                )
                remedy = "A hosted connection carries one virtual interface. Order another hosted connection."
                findings.add(("virtual_interfaces", name, "connection"), "DX-T035", problem, remedy)
            first.setdefault(vif.connection, name)
        owner = next((port.owner_account for port in members(file, vif.connection).values()), "")
        if not vif.confirmed and vif.owner_account == owner:
            problem = f"'{name}' belongs to the owner of its connection: there is nothing to confirm"
            remedy = "Only a hosted virtual interface waits. Give it another `owner_account`, or leave out `confirmed`."
            findings.add(("virtual_interfaces", name, "confirmed"), "DX-T050", problem, remedy)
