"""The data center's redundant gateway: which routers share the hosts' gateway address (VRRP, RFC 5798)."""

from __future__ import annotations

import math

from dxemu.topology.check.findings import Findings
from dxemu.topology.check.sites import reached_from
from dxemu.topology.file import TopologyFile
from dxemu.units import Seconds

SHORTEST_INTERVAL, LONGEST_INTERVAL = Seconds(0.01), Seconds(40.95)
"""The field has 12 bits and counts hundredths of a second (RFC 5798 section 5.2.7)."""

HUNDREDTHS = 100

PARAGRAPHS = {
    "DX-T051": """\
Routers that share the hosts' gateway address agree by priority who has it (VRRP, RFC 5798): all
routers of the data center take part, at least two, each with another priority from 1 to 254. They
advertise every 10 ms to 40.95 s. Without VRRP the hosts are on the first router, and circuits
have to lead from there to the others.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T051: some routers take part and others do not, equal priorities, a gateway shared with nobody, or nobody's.

    Without VRRP the hosts hang on the first router, and the others are reached over circuits or not at all.
    """
    path = ("customer", "data_center", "routers")
    priorities = {name: entry.vrrp_priority for name, entry in file.customer.data_center.routers.items()}
    given = [p for p in priorities.values() if p is not None]
    _interval(file, given, findings)
    if not given:
        _without(file, findings)
        return
    for name, priority in priorities.items():
        if priority is None:
            remedy = "Give each of them a vrrp_priority from 1 to 254; the highest has the address."
            problem = f"router '{name}' is not among those that share the hosts' gateway"
            findings.add_name((*path, name), "DX-T051", problem, remedy)
        elif given.count(priority) > 1 and name != next(n for n, p in priorities.items() if p == priority):
            problem = f"router '{name}' has the same priority {priority} as another one"
            findings.add((*path, name, "vrrp_priority"), "DX-T051", problem, "Priorities decide who is master.")
    if len(given) == 1 and len(priorities) == 1:
        problem = "one router cannot share an address with nobody"
        name = next(iter(priorities))
        findings.add((*path, name, "vrrp_priority"), "DX-T051", problem, "Add a second router, or take it out.")


def _without(file: TopologyFile, findings: Findings) -> None:
    data_center = file.customer.data_center
    first, *others = data_center.routers
    if not data_center.hosts or any(c.from_router == c.to for c in file.customer.circuits.values()):
        return  # A circuit that leads nowhere is reported; what it was meant to join is not known.
    reached = reached_from(file, {first})
    for name in others:
        if name not in reached:
            problem = f"the hosts are on router '{first}', and nothing leads from there to '{name}'"
            remedy = "Give both a vrrp_priority, so that they share the hosts' gateway, or join them by a circuit."
            findings.add_name(("customer", "data_center", "routers", name), "DX-T051", problem, remedy)


def _interval(file: TopologyFile, given: list[int], findings: Findings) -> None:
    data_center = file.customer.data_center
    path, interval = ("customer", "data_center", "vrrp_advertisement_interval"), data_center.vrrp_advertisement_interval
    whole = math.isclose(interval * HUNDREDTHS, round(interval * HUNDREDTHS))
    if not (SHORTEST_INTERVAL <= interval <= LONGEST_INTERVAL and whole):
        problem = f"routers cannot advertise every {interval}"
        remedy = f"VRRP takes {SHORTEST_INTERVAL} to {LONGEST_INTERVAL} in steps of 10 ms."
        findings.add(path, "DX-T051", problem, remedy)
    elif "vrrp_advertisement_interval" in data_center.model_fields_set and not given:
        problem = "there is an interval of VRRP, and no router has a vrrp_priority"
        findings.add(path, "DX-T051", problem, "Give the routers one each, or take the interval out.")
