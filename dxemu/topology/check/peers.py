"""The two addresses of a virtual interface: both or none, in one small subnet, usable."""

from __future__ import annotations

from ipaddress import IPv4Interface

from dxemu.aws.addresses import PEER_PREFIX_LENGTHS, PUBLIC_PEER_PREFIX_LENGTHS
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile

POINT_TO_POINT = 31

PARAGRAPHS = {
    "DX-T015": """\
amazon_address and customer_address belong together: give both, or leave both out. Left out, AWS
picks a /30 of 169.254.0.0/16, its own address first.""",
    "DX-T016": """\
The two peers of a virtual interface are neighbours on one VLAN: both addresses are in the same
subnet and have the same length. AWS's BGP packets have a TTL of 1, so there is no way around over
another router. Source: Direct Connect User Guide, BGP-specific settings.""",
    "DX-T017": """\
A peer's address has to be one that a host can have in its subnet: not the network (all host bits
0), not the broadcast address (all 1), not the other end's. In a /31 both addresses are usable (RFC
3021). AWS takes /30 and /31; one page of its guide also has /29, but not for public ones.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T015: only one. DX-T016: not in one subnet. DX-T017: an address or length that AWS does not take."""
    for name, vif in file.virtual_interfaces.items():
        path = ("virtual_interfaces", name)
        amazon, customer = vif.amazon_address, vif.customer_address
        if (amazon is None) != (customer is None):
            given, missing = ("customer", "amazon") if amazon is None else ("amazon", "customer")
            problem = f"'{name}' has {given}_address but no {missing}_address"
            remedy = f"Add {missing}_address, or leave both out: AWS then takes a /30 of 169.254.0.0/16."
            findings.add((*path, f"{given}_address"), "DX-T015", problem, remedy)
        for key, address in (("amazon_address", amazon), ("customer_address", customer)):
            if address is not None:
                _usable((*path, key), address, findings, public=vif.type == "public")
        if amazon is None or customer is None:
            continue
        if amazon.network != customer.network:
            problem = f"{customer} and amazon_address {amazon} are not in one subnet"
            remedy = "Both ends of a virtual interface share one subnet and one length, /30 or /31."
            findings.add((*path, "customer_address"), "DX-T016", problem, f"{remedy}{_neighbour(amazon)}")
        elif amazon.ip == customer.ip:
            remedy = f"Each end has its own address.{_neighbour(amazon)}"
            findings.add((*path, "customer_address"), "DX-T017", f"both ends have the address {amazon.ip}", remedy)


def _usable(path: tuple[str, ...], address: IPv4Interface, findings: Findings, *, public: bool) -> None:
    network = address.network
    if network.prefixlen not in (PUBLIC_PEER_PREFIX_LENGTHS if public else PEER_PREFIX_LENGTHS):
        problem = f"{address} is in a /{network.prefixlen}"
        other = "" if public else " (its guide also names a /29)"
        findings.add(path, "DX-T017", problem, f"AWS takes a /30 or a /31{other}.")
    elif network.prefixlen < POINT_TO_POINT and address.ip in (network.network_address, network.broadcast_address):
        what = "network" if address.ip == network.network_address else "broadcast address"
        usable = [str(host) for host in network.hosts()]
        problem = f"{address} is the {what} of its subnet"
        findings.add(path, "DX-T017", problem, f"Usable in {network}: {', '.join(usable)}.")


def _neighbour(amazon: IPv4Interface) -> str:
    network = amazon.network
    if network.prefixlen not in PEER_PREFIX_LENGTHS:
        return ""
    free = next((host for host in network.hosts() if host != amazon.ip), None)
    return f" Beside {amazon.ip}, {free}/{network.prefixlen} is free."
