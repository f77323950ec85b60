"""Regions, colocations, lines to the Internet, and where other customers are."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.aws.distances import estimated_delay
from dxemu.topology.check.cages import routers
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted

PARAGRAPHS = {
    "DX-T052": """\
Delays between Regions are counted from `aws: region:`. Every other Region that the file names
stands under `region_delays` with its one-way delay. Two of those others are as far from each other
as over that one, or as their distance says if that is less (1.5 times the great circle in fibre),
unless `region_pair_delays` has them, each pair once.""",
    "DX-T053": """\
The customer's side of a Direct Connect location is `colocation: circuit` (a carrier extends layer
2 to the data center), one cage under `colocation:`, or several by location under `colocations:`.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown router, location or device. DX-T052: unknown Region. DX-T053: colocation."""
    known = [file.aws.region, *file.aws.region_delays]
    for path, region in _regions(file):
        if region is not None and region not in known:
            problem = f"nobody knows how far {quoted(region)} is"
            remedy = f"Known: {', '.join(known)}. Add it: {_delay(file.aws.region, region)}."
            findings.add(path, "DX-T052", problem, remedy)
    if file.aws.region in file.aws.region_delays:
        problem = f"delays are counted from {file.aws.region} itself"
        remedy = "Take it out, or name the others under `region_delays` with their delay from there."
        findings.add_name(("aws", "region_delays", file.aws.region), "DX-T052", problem, remedy)
    _pairs(file, findings)
    _colocation(file, findings)
    for router in file.customer.internet:
        if router not in routers(file):
            findings.unknown(("customer", "internet", router), "router", router, routers(file), at_key=True)
        if file.customer.internet[router].bandwidth <= 0:
            path = ("customer", "internet", router, "bandwidth")
            findings.add(path, "DX-F009", "a line of 0 bps carries nothing", "Write 1 Gbps.")
    for name, other in file.other_customers.items():
        location = file.aws.locations.get(other.location)
        if location is None:
            path = ("other_customers", name, "location")
            findings.unknown(path, "location", other.location, file.aws.locations)
        elif other.device not in location.devices:
            findings.unknown(("other_customers", name, "device"), "device", other.device, location.devices)


def _delay(here: str, there: str) -> str:
    """What to write of a Region: the delay that its distance comes to, where it is known."""
    found = estimated_delay(here, there)
    if found is None:
        return f"`region_delays: {{{there}: 30 ms}}`"
    return f"`region_delays: {{{there}: {found}}}` (by its distance; measure it if it matters)"


def _pairs(file: TopologyFile, findings: Findings) -> None:
    """Delays of two Regions that `region_delays` do not have."""
    seen: set[frozenset[str]] = set()
    for one, others in file.aws.region_pair_delays.items():
        for other in others:
            path: KeyPath = ("aws", "region_pair_delays", one, other)
            pair = frozenset({one, other})
            unknown = sorted(pair - set(file.aws.region_delays))
            if one == other or pair in seen:
                problem = f"the delay of {one} and {other} is there twice" if one != other else f"{one} is one Region"
                findings.add_name(path, "DX-T052", problem, "Name each pair of Regions once.")
            elif unknown:
                problem = f"{quoted(unknown[0])} is not under `region_delays`"
                remedy = f"Add it there, with its delay from {file.aws.region}."
                findings.add_name(path, "DX-T052", problem, remedy)
            seen.add(pair)


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
