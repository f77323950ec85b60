"""The customer's end of a virtual interface, where it differs from AWS's: what a router could not be told at all."""

from __future__ import annotations

from dxemu.aws.auth_key import MAX_LENGTH
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import bundle
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import CustomerEndEntry, VirtualInterfaceEntry
from dxemu.topology.marks import KeyPath

LEAST_MTU = 576
MOST_MTU = 9216
"""What routers take as the MTU of a sub-interface: an IPv4 host's smallest (RFC 791), and their ports' largest."""

PARAGRAPHS = {
    "DX-T122": """\
A setting of the customer's end that no router would take: a sub-interface with a VLAN that another
one of the port has already, its own address as the neighbor's, an MTU outside 576 to 9216 bytes, a
key that is empty, longer than 80 characters or not ASCII. What only differs from AWS's end is
allowed: that is what these settings are for.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T122: what no router could be told."""
    vlans: dict[tuple[str, int], str] = {}
    for name, vif in file.virtual_interfaces.items():
        path = ("virtual_interfaces", name, "customer")
        _vlan(file, vlans, name, findings)
        _addresses(path, vif, findings)
        _others(path, vif.customer, findings)


def _vlan(file: TopologyFile, vlans: dict[tuple[str, int], str], name: str, findings: Findings) -> None:
    vif = file.virtual_interfaces[name]
    tag = vif.vlan if vif.customer.vlan is None else vif.customer.vlan
    port = bundle(file, vif.connection)
    other = vlans.setdefault((port, tag), name)
    theirs = file.virtual_interfaces[other]
    if other == name or vif.vlan == theirs.vlan:  # the latter is DX-T014
        return
    at = name if vif.customer.vlan is not None else other
    problem = f"VLAN {tag} on '{port}' is the customer's end of both '{other}' and '{name}'"
    findings.add(
        ("virtual_interfaces", at, "customer", "vlan"), "DX-T122", problem, "A port has one sub-interface for a VLAN."
    )


def _addresses(path: KeyPath, vif: VirtualInterfaceEntry, findings: Findings) -> None:
    mine = vif.customer
    if vif.customer_address is None:
        for key, value in (("address", mine.address), ("amazon_address", mine.amazon_address)):
            if value is not None:
                problem = f"'customer.{key}' differs from what AWS has, but the file does not say what AWS has"
                remedy = "Add amazon_address and customer_address to the virtual interface."
                findings.add((*path, key), "DX-T122", problem, remedy)
        return
    if mine.address is None and mine.amazon_address is None:
        return
    address = mine.address or vif.customer_address
    amazon = mine.amazon_address or (None if vif.amazon_address is None else vif.amazon_address.ip)
    if address.ip == amazon:
        key = "amazon_address" if mine.amazon_address is not None else "address"
        problem = f"{address.ip} is the router's own address and its neighbor's"
        remedy = "Routers refuse that. To imitate ends that were swapped, give both address and amazon_address."
        findings.add((*path, key), "DX-T122", problem, remedy)


def _others(path: KeyPath, mine: CustomerEndEntry, findings: Findings) -> None:
    if mine.mtu is not None and not LEAST_MTU <= mine.mtu <= MOST_MTU:
        problem = f"a sub-interface cannot have an MTU of {mine.mtu}"
        findings.add((*path, "mtu"), "DX-T122", problem, f"Routers take {LEAST_MTU} to {MOST_MTU} bytes.")
    key = mine.auth_key
    if key is None:
        return
    if not mine.signs:
        problem = "there is a key, and `signs: off`"
        findings.add((*path, "signs"), "DX-T122", problem, "Leave one of them out.")
    elif not key or len(key) > MAX_LENGTH or not key.isascii() or not key.isprintable() or '"' in key:
        problem = f"the router's MD5 key has {len(key)} characters, or others than printable ASCII"
        findings.add((*path, "auth_key"), "DX-T122", problem, f"Routers take 1 to {MAX_LENGTH} letters, digits, signs.")
