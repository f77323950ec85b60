"""How long the customer's routers wait for light that is gone."""

from __future__ import annotations

from dxemu.topology.check.cages import router_entries
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.units import Seconds

LOCAL = True
LONGEST = Seconds(60)

PARAGRAPHS = {
    "DX-T127": """\
A router with a carrier delay takes a port that has lost its light for down only if the light stays
away for so long: a carrier that switches over within 50 ms ends no session then. Until it is over
packets go into the dark, so a real cut costs the delay, or BFD's time if that is shorter. Routers
call it `carrier-delay` (Cisco IOS: up to 60 s) or `hold-time down` (Junos). AWS publishes none of
its own: its devices act at once here. The members of a link aggregation group wait in steps of
100 ms.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T127: a carrier delay that no router takes."""
    for router, entry, path in router_entries(file):
        if entry.carrier_delay > LONGEST:
            problem = f"a carrier delay of {entry.carrier_delay} is longer than '{router}' can be told to wait"
            findings.add((*path, "carrier_delay"), "DX-T127", problem, f"Routers take 0 s to {LONGEST}.")
