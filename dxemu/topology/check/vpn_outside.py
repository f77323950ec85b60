"""Outside addresses of VPN tunnels: of the right kind, somebody's, and with a way between them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from dxemu.aws.addresses import VPN_ENDPOINTS
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.public import is_private, is_public
from dxemu.topology.check.sites import networks_behind
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_aws import TransitGatewayEntry
from dxemu.topology.file_vpn import VpnEntry
from dxemu.topology.marks import KeyPath
from dxemu.units import IPNetwork

PARAGRAPHS = {
    "DX-T048": """\
The tunnels run between the customer's outside address and AWS's. A public one is the router's
address on the Internet, or one that it announces on a public virtual interface; AWS's are in
192.0.2.128/25 here. A private one (private IP VPN) is announced on a transit virtual interface,
and AWS's come from a CIDR block of the transit gateway that must be among the allowed prefixes.
All of them are public or all private, and no two ends share one. Source: Site-to-Site VPN User
Guide, Private IP VPN with Direct Connect.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T048: the tunnels' own packets have no way, or an address is of the wrong kind or used twice."""
    holder: dict[IPv4Address, str] = {}
    used: dict[IPv4Address, str] = {}
    for name, vpn in file.vpns.items():
        path: KeyPath = ("vpns", name)
        if vpn.outside_ip_address_type == "public":
            _public(file, vpn, path, findings)
        elif vpn.gateway in (*file.aws.virtual_private_gateways, *file.aws.transit_gateways):
            _private(file, vpn, path, findings)
        if holder.setdefault(vpn.customer_address, vpn.router) != vpn.router:
            problem = f"{vpn.customer_address} is the outside address of router '{holder[vpn.customer_address]}', too"
            findings.add((*path, "customer_address"), "DX-T048", problem, "Each router has its own.")
        _endpoints(file, name, vpn, used, findings)


def _public(file: TopologyFile, vpn: VpnEntry, path: KeyPath, findings: Findings) -> None:
    address, data_center = vpn.customer_address, file.customer.data_center
    here = (*path, "customer_address")
    line = file.customer.internet.get(vpn.router)
    if not is_public(IPv4Network(address)):
        problem = f"{address} is not public, and the tunnels of '{path[-1]}' run between public addresses"
        remedy = "Use a public one, or `outside_ip_address_type: private` over a transit virtual interface."
        findings.add(here, "DX-T048", problem, remedy)
    elif not _inside(address, data_center.public_networks):
        if line is None or line.address != address:
            problem = f"router '{vpn.router}' does not have the public address {address}"
            remedy = "Use its address under `internet`, or one of the public_networks of a public virtual interface."
            findings.add(here, "DX-T048", problem, remedy)
    elif not any(_inside(address, vif.route_filter_prefixes) for vif in file.virtual_interfaces.values()):
        problem = f"no public virtual interface announces {address}, so AWS's endpoints could not answer"
        remedy = "Put its network among the route_filter_prefixes of one, or use the router's address under `internet`."
        findings.add(here, "DX-T048", problem, remedy)


def _private(file: TopologyFile, vpn: VpnEntry, path: KeyPath, findings: Findings) -> None:
    address = vpn.customer_address
    tgw = file.aws.transit_gateways.get(vpn.gateway)
    if tgw is None:
        problem = f"a private IP VPN cannot end at the virtual private gateway '{vpn.gateway}'"
        findings.add((*path, "gateway"), "DX-T048", problem, "It needs a transit gateway with cidr_blocks.")
        return
    if not is_private(IPv4Network(address)):
        problem = f"{address} is public, and '{path[-1]}' is a private IP VPN"
        remedy = "Use an address of the data center's private networks, or `outside_ip_address_type: public`."
        findings.add((*path, "customer_address"), "DX-T048", problem, remedy)
    elif not _inside(address, networks_behind(file, vpn.router)):
        problem = f"{address} is in no network that the data center announces"
        remedy = "AWS's endpoints could not answer. Use one that is."
        findings.add((*path, "customer_address"), "DX-T048", problem, remedy)
    if not tgw.cidr_blocks:
        problem = f"transit gateway '{vpn.gateway}' has no addresses for the tunnels' outside"
        remedy = "Add `cidr_blocks:` to it, for example [10.255.0.0/24]."
        findings.add((*path, "gateway"), "DX-T048", problem, remedy)
    elif not is_private(tgw.cidr_blocks[0]):
        block = tgw.cidr_blocks[0]
        problem = f"{block} of '{vpn.gateway}' is public, and '{path[-1]}' is a private IP VPN"
        remedy = "The tunnels' outside addresses come from it: use one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16."
        findings.add(("aws", "transit_gateways", vpn.gateway, "cidr_blocks", 0), "DX-T048", problem, remedy)
    _underlay(file, vpn, tgw, path, findings)


def _underlay(file: TopologyFile, vpn: VpnEntry, tgw: TransitGatewayEntry, path: KeyPath, findings: Findings) -> None:
    """A transit virtual interface to a Direct Connect gateway that announces the transit gateway's block."""
    in_front = {n: g for n, g in file.aws.direct_connect_gateways.items() if vpn.gateway in g.associations}
    if not any(vif.gateway in in_front for vif in file.virtual_interfaces.values()):
        problem = f"no virtual interface leads to '{vpn.gateway}', and the tunnels of '{path[-1]}' would run over it"
        remedy = f"Add a transit virtual interface and a Direct Connect gateway associated with '{vpn.gateway}'."
        findings.add((*path, "gateway"), "DX-T048", problem, remedy)
    for name, dxgw in in_front.items():
        allowed = dxgw.associations[vpn.gateway].allowed_prefixes or []
        for block in filter(is_private, tgw.cidr_blocks):
            if not any(isinstance(p, IPv4Network) and block.subnet_of(p) for p in allowed):
                problem = f"the customer does not learn the way to {block}: it is not among the allowed prefixes"
                remedy = f"Add {block} to the allowed prefixes of '{vpn.gateway}'."
                where = ("aws", "direct_connect_gateways", name, "associations", vpn.gateway)
                findings.add_name(where, "DX-T048", problem, remedy)


def _endpoints(file: TopologyFile, name: str, vpn: VpnEntry, used: dict[IPv4Address, str], findings: Findings) -> None:
    """AWS's ends, where the file gives them."""
    tgw = file.aws.transit_gateways.get(vpn.gateway)
    private = vpn.outside_ip_address_type == "private"
    pool: list[IPv4Network] = [VPN_ENDPOINTS] if not private else [] if tgw is None else tgw.cidr_blocks
    for number, tunnel in enumerate(vpn.tunnels):
        address, path = tunnel.outside_address, ("vpns", name, "tunnels", number, "outside_address")
        if address is None:
            continue
        if pool and not _inside(address, pool):
            whose = f"a CIDR block of '{vpn.gateway}'" if private else "where dxemu has AWS's public endpoints"
            problem = f"{address} is not in {', '.join(map(str, pool))}, {whose}"
            findings.add(path, "DX-T048", problem, "Use an address of that, or leave it to AWS.")
        elif address in used or address in (vpn.customer_address, *_lines(file)):
            owner = used.get(address, "the customer")
            problem = f"{address} already belongs to {owner}"
            findings.add(path, "DX-T048", problem, "Each tunnel ends at an address of its own at AWS.")
        used.setdefault(address, f"tunnel {number + 1} of '{name}'")


def _lines(file: TopologyFile) -> Iterable[IPv4Address]:
    return (line.address for line in file.customer.internet.values())


def _inside(address: IPv4Address, networks: Iterable[IPNetwork]) -> bool:
    return any(isinstance(network, IPv4Network) and address in network for network in networks)
