"""What the customer's routers do on virtual interfaces and VPNs: shaping and NAT."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import members
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.topology.file_policy import PolicyEntry
from dxemu.topology.marks import KeyPath
from dxemu.units import BitsPerSecond

PARAGRAPHS = {
    "DX-T054": """\
Settings of the customer's router that cannot have an effect: a shaper faster than the connection,
or NAT where AWS would not send the answers, or to a host's own address. Both are settings of
virtual interfaces, not of VPNs.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T054: shaping and NAT that cannot have an effect."""
    for name, vif in file.virtual_interfaces.items():
        path: KeyPath = ("virtual_interfaces", name, "customer")
        _shape(file, vif, path, findings)
        _nat(file, name, vif, findings)
    for name, vpn in file.vpns.items():
        _of_vpn(vpn.customer, ("vpns", name, "customer"), findings)


def _shape(file: TopologyFile, vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    shape, ports = vif.customer.shape, members(file, vif.connection)
    if shape is None or not ports:
        return
    speed = BitsPerSecond(sum(port.bandwidth for port in ports.values()))
    if shape <= 0:
        findings.add((*path, "shape"), "DX-F009", f"shaping to {shape} lets nothing through", f"Write {speed}.")
    elif shape > speed:
        kind = "LAG" if vif.connection in file.lags else "connection"
        problem = f"shaping to {shape} does nothing on a {kind} of {speed}"
        findings.add((*path, "shape"), "DX-T054", problem, f"Shape to {speed} or less.")


def _nat(file: TopologyFile, name: str, vif: VirtualInterfaceEntry, findings: Findings) -> None:
    nat, path = vif.customer.nat, ("virtual_interfaces", name, "customer", "nat")
    if nat is None:
        return
    if vif.type != "public":
        problem = f"NAT is for public virtual interfaces, '{name}' is {vif.type}"
        findings.add(path, "DX-T054", problem, "Take it out: VPCs reach private addresses.")
    elif not any(nat in prefix for prefix in vif.route_filter_prefixes):
        problem = f"answers to {nat} do not come back: it is in none of the route filter prefixes"
        findings.add(path, "DX-T054", problem, "Use an address of a prefix that AWS approved.")
    else:
        hosts = file.customer.data_center.hosts.items()
        owner = next((host for host, addresses in hosts if nat in addresses), None)
        if owner is not None:
            problem = f"{nat} is the address of host '{owner}', which would get the others' answers"
            findings.add(path, "DX-T054", problem, "Use an address that no host has.")


def _of_vpn(policy: PolicyEntry, path: KeyPath, findings: Findings) -> None:
    for key, value in (("shape", policy.shape), ("nat", policy.nat)):
        if value is not None:
            problem = f"`{key}` has no effect in a VPN connection"
            remedy = "dxemu shapes and translates on virtual interfaces. Take it out."
            findings.add((*path, key), "DX-T054", problem, remedy)
