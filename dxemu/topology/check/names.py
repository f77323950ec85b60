"""Names: AWS's characters and length, and no name twice where a user has to tell things apart by it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dxemu.topology.built_aws import BLACKHOLE
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.quotas import region_of
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted

MAX_LENGTH = 100
"""Of a virtual interface, by AWS.

Source: Direct Connect API, NewTransitVirtualInterface, virtualInterfaceName; read 2026-11-28.
"""

INTERNET = "internet"
LAN_SWITCH = "lan_switch"
MEANS_SOMETHING = {"public": "what is reached without a gateway", BLACKHOLE: "where a route ends that leads nowhere"}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}\Z")

PARAGRAPHS = {
    "DX-T001": """\
Names have 1 to 100 letters, digits, hyphens and underscores. AWS limits names of virtual interfaces
to 100 characters; dxemu also uses names on its command line, in file names and in reports, so
spaces and signs are left out.""",
    "DX-T002": """\
Two things have the same name. Routers, AWS devices, gateways, hosts, instances, services, other
customers and VPCs on a transit gateway share one set of names, because `dxemu exec NAME` and
probes find them by it. dxemu adds nodes to it: `internet`, `lan_switch`, `amazon_REGION`,
`NAME_host` of another customer, `NAME_endpoint_1` and `_2` of a VPN, `partner_NAME` and
`carrier_NAME` of a connection. Circuits, connections, LAGs and VPNs share another set, because
faults find them by it. Gateways differ from each other, and so do the attachments of transit
gateways; none is called `public` or `blackhole`. A virtual interface may have the name of its
connection.""",
}


def is_name(text: str) -> bool:
    """Whether `text` can be a name."""
    return _NAME.match(text) is not None


def nodes(file: TopologyFile) -> Iterator[tuple[str, str, KeyPath]]:
    """Name, what it is, and path of everything that becomes a node."""
    data_center = file.customer.data_center
    for name in data_center.hosts:
        yield name, "host", ("customer", "data_center", "hosts", name)
    for name in data_center.routers:
        yield name, "router", ("customer", "data_center", "routers", name)
    if file.customer.colocation is not None:
        for name in file.customer.colocation.routers:
            yield name, "router", ("customer", "colocation", "routers", name)
    for location_code, cage in file.customer.colocations.items():
        for name in cage.routers:
            yield name, "router", ("customer", "colocations", location_code, "routers", name)
        for name in cage.hosts:
            yield name, "host", ("customer", "colocations", location_code, "hosts", name)
    for code, location in file.aws.locations.items():
        for number, name in enumerate(location.devices):
            yield name, "device", ("aws", "locations", code, "devices", number)
    for vpc_name, vpc in file.aws.vpcs.items():
        for name in vpc.instances:
            yield name, "instance", ("aws", "vpcs", vpc_name, "instances", name)
    for name in file.aws.virtual_private_gateways:
        yield name, "gateway", ("aws", "virtual_private_gateways", name)
    for name, tgw in file.aws.transit_gateways.items():
        yield name, "gateway", ("aws", "transit_gateways", name)
        for vpc_name in dict.fromkeys(tgw.attachments):
            if vpc_name in file.aws.vpcs:
                yield vpc_name, "VPC", ("aws", "vpcs", vpc_name)
    for name in file.aws.public_services:
        yield name, "service", ("aws", "public_services", name)
    for name in file.aws.internet_hosts:
        yield name, "host", ("aws", "internet_hosts", name)
    for name in file.other_customers:
        yield name, "customer", ("other_customers", name)
    yield from _made(file)


def _made(file: TopologyFile) -> Iterator[tuple[str, str, KeyPath]]:
    """The nodes that dxemu adds and names itself."""
    for name in file.other_customers:
        yield f"{name}_host", "customer's host", ("other_customers", name)
    for name in file.vpns:
        for number in (1, 2):
            yield f"{name}_endpoint_{number}", "VPN endpoint", ("vpns", name)
    extended = {circuit.to for circuit in file.customer.circuits.values()}
    for name, connection in file.connections.items():
        if connection.hosted or name in extended:
            kind = "partner" if connection.hosted else "carrier"
            yield f"{kind}_{name}", f"{kind}'s switch", ("connections", name)
    if any(router.vrrp_priority is not None for router in file.customer.data_center.routers.values()):
        yield LAN_SWITCH, "data center's switch", ("customer", "data_center", "routers")
    internet = bool(file.customer.internet or file.aws.internet_hosts)
    if internet:
        yield INTERNET, "Internet", ("customer", "internet") if file.customer.internet else ("aws", "internet_hosts")
    regions = {s.region or file.aws.region for s in file.aws.public_services.values()}
    vpns = [vpn for vpn in file.vpns.values() if vpn.outside_ip_address_type == "public"]
    if internet or vpns:
        regions.add(file.aws.region)
    regions |= {region_of(file, vpn.gateway) for vpn in vpns}
    for region in sorted(regions):
        yield f"amazon_{region.replace('-', '_')}", f"public network of {region}", ("aws", "region")


def _lines(file: TopologyFile) -> Iterator[tuple[str, str, KeyPath]]:
    for name in file.customer.circuits:
        yield name, "circuit", ("customer", "circuits", name)
    for name in file.connections:
        yield name, "connection", ("connections", name)
    for name in file.lags:
        yield name, "LAG", ("lags", name)
    for name in file.vpns:
        yield name, "VPN", ("vpns", name)


def _others(file: TopologyFile) -> Iterator[tuple[str, str, KeyPath]]:
    for name in file.aws.locations:
        yield name, "location", ("aws", "locations", name)
    for name in file.aws.vpcs:
        yield name, "VPC", ("aws", "vpcs", name)
    for name in file.virtual_interfaces:
        yield name, "virtual interface", ("virtual_interfaces", name)
    for name in file.aws.direct_connect_gateways:
        yield name, "Direct Connect gateway", ("aws", "direct_connect_gateways", name)
    for name, tgw in file.aws.transit_gateways.items():
        for table in tgw.route_tables:
            yield table, "route table", ("aws", "transit_gateways", name, "route_tables", table)


def _regions(file: TopologyFile) -> Iterator[tuple[str, KeyPath]]:
    yield file.aws.region, ("aws", "region")
    for name in file.aws.region_delays:
        yield name, ("aws", "region_delays", name)
    for key in ("locations", "vpcs", "transit_gateways", "public_services"):
        for name, entry in getattr(file.aws, key).items():
            if entry.region is not None:
                yield entry.region, ("aws", key, name, "region")


def _gateways(file: TopologyFile) -> Iterator[tuple[str, str, KeyPath]]:
    """What the `gateway` of a virtual interface or VPN can mean."""
    for key in ("virtual_private_gateways", "transit_gateways", "direct_connect_gateways"):
        for name in getattr(file.aws, key):
            yield name, key[:-1].replace("_", " ").replace("direct connect", "Direct Connect"), ("aws", key, name)


def _attachments(file: TopologyFile) -> Iterator[tuple[str, str, KeyPath]]:
    """What the route tables of transit gateways name."""
    for name in file.aws.vpcs:
        yield name, "VPC", ("aws", "vpcs", name)
    for name in file.aws.direct_connect_gateways:
        yield name, "Direct Connect gateway", ("aws", "direct_connect_gateways", name)
    for name in file.vpns:
        yield name, "VPN", ("vpns", name)


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T001: characters and length. DX-T002: a name twice where one means something, or one that dxemu uses."""
    remedy = f"Use letters, digits, _ and -, at most {MAX_LENGTH} of them."
    for name, what, path in (*nodes(file), *_lines(file), *_others(file)):
        if not is_name(name):
            findings.add_name(path, "DX-T001", f"{quoted(name)} cannot be the name of a {what}", remedy)
    for name, circuit in file.customer.circuits.items():
        if circuit.carrier is not None and not is_name(circuit.carrier):
            problem = f"{quoted(circuit.carrier)} cannot be the name of a carrier"
            findings.add(("customer", "circuits", name, "carrier"), "DX-T001", problem, remedy)
    for region, path in _regions(file):
        if not is_name(region):
            findings.add_name(path, "DX-T001", f"{quoted(region)} cannot be the name of a Region", remedy)
    groups = [
        (nodes(file), "Faults and probes find things by name. Rename one of them."),
        (_lines(file), "Faults and probes find things by name. Rename one of them."),
        (_gateways(file), "Virtual interfaces and VPNs find gateways by name. Rename one of them."),
    ]
    if file.aws.transit_gateways:
        groups.append((_attachments(file), "Route tables find attachments by name. Rename one of them."))
    made = {(name, path) for name, _, path in _made(file)}
    reported: set[KeyPath] = set()
    for group, remedy in groups:
        seen: dict[str, tuple[str, KeyPath]] = {}
        for name, what, path in group:
            first, first_path = seen.setdefault(name, (what, path))
            if path in (first_path, *reported):
                continue
            reported.add(path)
            problem = f"{what} '{name}' has the name of the {first} at {findings.line(first_path, path)}"
            ours = "dxemu gives this name itself. Rename the other one."
            findings.add_name(path, "DX-T002", problem, ours if (name, path) in made else remedy)
    _words(file, reported, findings)


def _words(file: TopologyFile, reported: set[KeyPath], findings: Findings) -> None:
    for name, what, path in (*_gateways(file), *_attachments(file)):
        if name in MEANS_SOMETHING and path not in reported:
            reported.add(path)
            problem = f"a {what} cannot be called '{name}'"
            findings.add_name(path, "DX-T002", problem, f"The word means {MEANS_SOMETHING[name]}. Use another name.")
