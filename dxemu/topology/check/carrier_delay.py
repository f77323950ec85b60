"""How long the customer's routers wait for light that is gone."""

from __future__ import annotations

from dxemu.topology.check.cages import router_entries
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.units import Seconds

LOCAL = True
LONGEST = Seconds(60)

PARAGRAPHS = {
    "DX-T127": """\
A router with a carrier delay takes a port that has lost its light for down only if the light stays
away for so long: a carrier that switches over within 50 ms ends no session then. Until it is over
packets go into the dark, so a real cut costs the delay, or BFD's time if that is shorter. Routers
call it `carrier-delay` (Cisco IOS: up to 60 s) or `hold-time down` (Junos). With `carrier_delay_up`
(`carrier-delay up`, `hold-time up`) a port that was down carries nothing until it has had light for
so long: one that flaps stays away, and a heal costs that much more. Both can be said for one port,
under `customer` of its connection. AWS publishes none of its own: its devices act at once here.""",
    "DX-T142": """\
The members of a link aggregation group wait alike for light that goes, in steps of 100 ms, as their
bundle has the carrier delay. A delay of light that comes is none of theirs: LACP has to agree on a
member before it carries anything, and a bundle here does not wait beyond that.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T127: a carrier delay that no router takes. DX-T142: one that a LAG's member cannot have by itself."""
    for router, entry, path in router_entries(file):
        for key in ("carrier_delay", "carrier_delay_up"):
            _not_longer(getattr(entry, key), router, (*path, key), findings)
    first: dict[str, tuple[str, Seconds | None]] = {}
    for name, connection in file.connections.items():
        mine, path = connection.customer, ("connections", name, "customer")
        for key in ("carrier_delay", "carrier_delay_up"):
            _not_longer(getattr(mine, key), connection.router, (*path, key), findings)
        if connection.lag is None:
            continue
        if mine.carrier_delay_up is not None:
            problem = f"'{name}' is a member of LAG '{connection.lag}', which LACP takes in"
            findings.add((*path, "carrier_delay_up"), "DX-T142", problem, "Take it out.")
        other, delay = first.setdefault(connection.lag, (name, mine.carrier_delay))
        if mine.carrier_delay != delay:
            problem = f"'{name}' waits otherwise than '{other}', and both are in LAG '{connection.lag}'"
            findings.add((*path, "carrier_delay"), "DX-T142", problem, "Give all members one `carrier_delay`.")


def _not_longer(delay: Seconds | None, router: str, path: KeyPath, findings: Findings) -> None:
    if delay is not None and delay > LONGEST:
        problem = f"a carrier delay of {delay} is longer than '{router}' can be told to wait"
        findings.add(path, "DX-T127", problem, f"Routers take 0 s to {LONGEST}.")
