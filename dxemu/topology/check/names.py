"""Names: AWS's characters and length, and no name twice where a user has to tell things apart by it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted

MAX_LENGTH = 100
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}\Z")


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


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T001: characters and length. DX-T002: a name twice among nodes, or among circuits and connections."""
    for name, what, path in (*nodes(file), *_lines(file), *_others(file)):
        if not is_name(name):
            problem = f"{quoted(name)} cannot be the name of a {what}"
            remedy = f"Use letters, digits, _ and -, at most {MAX_LENGTH} of them."
            findings.add_name(path, "DX-T001", problem, remedy)
    for group in (nodes(file), _lines(file)):
        seen: dict[str, tuple[str, KeyPath]] = {}
        for name, what, path in group:
            if name not in seen:
                seen[name] = what, path
                continue
            first, first_path = seen[name]
            problem = f"{what} '{name}' has the name of the {first} at {findings.line(first_path, path)}"
            findings.add_name(path, "DX-T002", problem, "Faults and probes find things by name. Rename one of them.")
