"""What your routers announce otherwise than follows from the rest of the design."""

from __future__ import annotations

from ipaddress import ip_network

from dxemu.topology.check.cages import router_entries
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.topology.model_routing import RouterAnnouncement
from dxemu.topology.words import quoted, suggestion
from dxemu.units import IPNetwork

LOCAL = True
PARAGRAPHS = {
    "DX-T125": """\
Under the `announcements` of a router stand networks, each once, with what the router does with
them: `originate` announces a network that nobody told it of, `let_out` lets one past every filter
of yours, `withhold` announces it no longer. `announce_prefixes` and `withdraw_prefixes` write them
into the design of a lab (`dxemu save` shows it).""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T125: what is no network, or stands there twice, and what no router does."""
    for router, entry, path in router_entries(file):
        seen: set[IPNetwork] = set()
        for prefix, how in entry.announcements.items():
            here: KeyPath = (*path, "announcements", prefix)
            if how not in list(RouterAnnouncement):
                remedy = suggestion(how, list(map(str, RouterAnnouncement)))
                findings.add(here, "DX-T125", f"a router does not {quoted(how)} a network", remedy)
            try:
                network = ip_network(prefix)
            except ValueError:
                remedy = "Write for example 10.64.0.0/24: originate."
                findings.add_name(here, "DX-T125", f"{quoted(prefix)} is not a network", remedy)
                continue
            if network in seen:
                problem = f"{network} stands twice under the announcements of '{router}'"
                findings.add_name(here, "DX-T125", problem, "Take the other out.")
            seen.add(network)
