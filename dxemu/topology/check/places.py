"""Regions, colocations, lines to the Internet, other customers, and the data center's redundant gateway."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.topology.check.cages import routers
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted, suggestion


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown router, location or device. DX-T051: VRRP. DX-T052: unknown Region. DX-T053: colocation."""
    known = [file.aws.region, *file.aws.region_delays]
    for path, region in _regions(file):
        if region is not None and region not in known:
            problem = f"nobody knows how far {quoted(region)} is"
            remedy = f"Known: {', '.join(known)}. Add it: `region_delays: {{{region}: 30 ms}}`."
            findings.add(path, "DX-T052", problem, remedy)
    _colocation(file, findings)
    for router in file.customer.internet:
        if router not in routers(file):
            remedy = suggestion(router, routers(file))
            problem = f"there is no router {quoted(router)}"
            findings.add_name(("customer", "internet", router), "DX-T003", problem, remedy)
    for name, other in file.other_customers.items():
        location = file.aws.locations.get(other.location)
        if location is None:
            problem, remedy = (
                f"there is no location {quoted(other.location)}",
                suggestion(other.location, file.aws.locations),
            )
            findings.add(("other_customers", name, "location"), "DX-T003", problem, remedy)
        elif other.device not in location.devices:
            problem = f"there is no device {quoted(other.device)}"
            remedy = suggestion(other.device, location.devices)
            findings.add(("other_customers", name, "device"), "DX-T003", problem, remedy)
    _vrrp(file, findings)


def _regions(file: TopologyFile) -> Iterator[tuple[KeyPath, str | None]]:
    for code, location in file.aws.locations.items():
        yield ("aws", "locations", code, "region"), location.region
    for name, vpc in file.aws.vpcs.items():
        yield ("aws", "vpcs", name, "region"), vpc.region
    for name, tgw in file.aws.transit_gateways.items():
        yield ("aws", "transit_gateways", name, "region"), tgw.region
    for name, service in file.aws.public_services.items():
        yield ("aws", "public_services", name, "region"), service.region


def _colocation(file: TopologyFile, findings: Findings) -> None:
    customer = file.customer
    if "colocation" not in customer.model_fields_set and not customer.colocations:
        remedy = "Write `colocation: circuit`, or `location:` and `routers:` under it."
        findings.add_name(("customer",), "DX-T053", "'colocation' is missing in customer", remedy)
    elif "colocation" in customer.model_fields_set and customer.colocations:
        problem = "there are both `colocation` and `colocations`"
        remedy = "Put the one cage under `colocations`, too, by its location."
        findings.add_name(("customer", "colocations"), "DX-T053", problem, remedy)


def _vrrp(file: TopologyFile, findings: Findings) -> None:
    path = ("customer", "data_center", "routers")
    entries = file.customer.data_center.routers
    priorities = {name: entry.vrrp_priority for name, entry in entries.items()}
    given = [p for p in priorities.values() if p is not None]
    if not given:
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
