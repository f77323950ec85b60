"""What each type of virtual interface leads to, and the prefixes of public ones."""

from __future__ import annotations

from ipaddress import IPv4Network

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile, VirtualInterfaceEntry
from dxemu.topology.marks import KeyPath

MOST_ROUTE_FILTER_PREFIXES = 1000
NOT_PUBLIC = tuple(
    IPv4Network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8")
)


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T019: the type and the gateway do not fit. DX-T037: the prefixes of a public virtual interface.

    DX-T049: IPv6 where nothing has it. DX-T054: shaping and NAT.
    """
    for name, vif in file.virtual_interfaces.items():
        path: KeyPath = ("virtual_interfaces", name)
        _gateway(file, vif, path, findings)
        _prefixes(vif, path, findings)
        if vif.ipv6 and not any(network.version == 6 for network in file.customer.data_center.networks):  # noqa: PLR2004
            problem = f"'{name}' has an IPv6 session, and no network of the data center is IPv6"
            remedy = 'Add one to `networks`, for example "2001:db8:10::/48", or leave `ipv6` out.'
            findings.add((*path, "ipv6"), "DX-T049", problem, remedy)
        _policy(file, vif, path, findings)


def _gateway(file: TopologyFile, vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    aws = file.aws
    if vif.type == "public":
        if vif.gateway is not None:
            remedy = "It reaches AWS's public services. Take `gateway` out."
            findings.add((*path, "gateway"), "DX-T019", "a public virtual interface has no gateway", remedy)
        return
    if vif.gateway is None:
        wanted = "Direct Connect gateway" if vif.type == "transit" else "virtual private or Direct Connect gateway"
        problem = f"a {vif.type} virtual interface needs a gateway"
        findings.add_name(path, "DX-T019", problem, f"Add `gateway:` with the name of a {wanted}.")
    elif vif.type == "transit" and vif.gateway in aws.virtual_private_gateways:
        problem = f"a transit virtual interface cannot end at the virtual private gateway '{vif.gateway}'"
        remedy = "It leads to a Direct Connect gateway with transit gateways. Use that, or `type: private`."
        findings.add((*path, "gateway"), "DX-T019", problem, remedy)
    elif vif.gateway in aws.direct_connect_gateways:
        behind = aws.direct_connect_gateways[vif.gateway].associations
        wrong = aws.transit_gateways if vif.type == "private" else aws.virtual_private_gateways
        if any(gateway in wrong for gateway in behind):
            kinds = ("transit", "virtual private") if vif.type == "private" else ("virtual private", "transit")
            problem = f"Direct Connect gateway '{vif.gateway}' has {kinds[0]} gateways, '{path[-1]}' is {vif.type}"
            remedy = f"A {vif.type} virtual interface leads to {kinds[1]} gateways. Change the type or the gateway."
            findings.add((*path, "gateway"), "DX-T019", problem, remedy)


def _prefixes(vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    prefixes = vif.route_filter_prefixes
    if vif.type != "public":
        if prefixes:
            problem = f"a {vif.type} virtual interface has no route filter prefixes"
            remedy = "AWS approves prefixes on public ones only. Take them out."
            findings.add((*path, "route_filter_prefixes"), "DX-T037", problem, remedy)
        return
    if not prefixes:
        remedy = "Name the public prefixes that you own: AWS checks them. At least one, at most 1000."
        findings.add_name(path, "DX-T037", "a public virtual interface needs route_filter_prefixes", remedy)
    if len(prefixes) > MOST_ROUTE_FILTER_PREFIXES:
        problem = f"{len(prefixes)} prefixes are too many"
        remedy = f"AWS takes at most {MOST_ROUTE_FILTER_PREFIXES}. Summarise them."
        findings.add((*path, "route_filter_prefixes"), "DX-T037", problem, remedy)
    for number, prefix in enumerate(prefixes):
        if any(prefix.overlaps(private) for private in NOT_PUBLIC):
            problem = f"{prefix} is not public"
            remedy = "AWS accepts public prefixes that you own. Private hosts need NAT: `customer: {nat: ...}`."
            findings.add((*path, "route_filter_prefixes", number), "DX-T037", problem, remedy)


def _policy(file: TopologyFile, vif: VirtualInterfaceEntry, path: KeyPath, findings: Findings) -> None:
    shape, nat = vif.customer.shape, vif.customer.nat
    on = file.connections.get(vif.connection)
    if shape is not None and on is not None and shape > on.bandwidth:
        problem = f"shaping to {shape} does nothing on a connection of {on.bandwidth}"
        findings.add((*path, "customer", "shape"), "DX-T054", problem, f"Shape to {on.bandwidth} or less.")
    if nat is None:
        return
    if vif.type != "public":
        problem = f"NAT is for public virtual interfaces, '{path[-1]}' is {vif.type}"
        findings.add((*path, "customer", "nat"), "DX-T054", problem, "Take it out: VPCs reach private addresses.")
    elif not any(nat in prefix for prefix in vif.route_filter_prefixes):
        problem = f"answers to {nat} do not come back: it is in none of the route filter prefixes"
        findings.add((*path, "customer", "nat"), "DX-T054", problem, "Use an address of a prefix that AWS approved.")
