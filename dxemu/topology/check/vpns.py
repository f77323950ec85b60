"""Site-to-Site VPN connections: outside and inside addresses, keys, timers, routing."""

from __future__ import annotations

import re
from ipaddress import IPv4Network

from dxemu.topology.check.cages import routers
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile, VpnEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted, suggestion
from dxemu.units import Seconds

INSIDE = IPv4Network("169.254.0.0/16")
INSIDE_LENGTH = 30
RESERVED = (*(IPv4Network(f"169.254.{n}.0/30") for n in range(6)), IPv4Network("169.254.169.252/30"))
_PRE_SHARED_KEY = re.compile(r"[A-Za-z1-9._][A-Za-z0-9._]{7,63}\Z")
RANGES = {"phase1_lifetime": (900, 28_800), "phase2_lifetime": (900, 3600), "dpd_timeout": (30, 3600)}
SHORTEST_MARGIN = 60


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown names. DX-T044: inside CIDR. DX-T045: key. DX-T046: timers.

    DX-T047: routes. DX-T048: outside addresses.
    """
    used: dict[tuple[str, IPv4Network], str] = {}
    for name, vpn in file.vpns.items():
        path: KeyPath = ("vpns", name)
        gateways = [*file.aws.virtual_private_gateways, *file.aws.transit_gateways]
        for key, value, known in (("gateway", vpn.gateway, gateways), ("router", vpn.router, routers(file))):
            if value not in known:
                problem = f"there is no {key} {quoted(value)}"
                findings.add((*path, key), "DX-T003", problem, suggestion(value, known))
        _tunnels(name, vpn, used, findings)
        _timers(vpn, path, findings)
        if vpn.routing == "static" and not vpn.static_routes:
            remedy = "Add `static_routes:` with the data center's networks, or use `routing: bgp`."
            findings.add((*path, "routing"), "DX-T047", f"static VPN '{name}' has no static routes", remedy)
        if vpn.routing == "bgp" and vpn.static_routes:
            problem = f"'{name}' learns its routes by BGP and has static ones, too"
            findings.add((*path, "static_routes"), "DX-T047", problem, "Take them out, or write `routing: static`.")
        _outside(file, vpn, path, findings)


def _tunnels(name: str, vpn: VpnEntry, used: dict[tuple[str, IPv4Network], str], findings: Findings) -> None:
    for number, tunnel in enumerate(vpn.tunnels):
        path = ("vpns", name, "tunnels", number)
        cidr = tunnel.inside_cidr
        if cidr is not None:
            if cidr.prefixlen != INSIDE_LENGTH or not cidr.subnet_of(INSIDE):
                remedy = "AWS takes a /30 of 169.254.0.0/16."
                findings.add((*path, "inside_cidr"), "DX-T044", f"{cidr} cannot be an inside CIDR", remedy)
            elif any(cidr.overlaps(kept) for kept in RESERVED):
                remedy = f"AWS reserves {', '.join(map(str, RESERVED))}."
                findings.add((*path, "inside_cidr"), "DX-T044", f"{cidr} is reserved", remedy)
            elif (vpn.gateway, cidr) in used:
                problem = f"{cidr} is already used by {used[vpn.gateway, cidr]}"
                remedy = f"Each tunnel of '{vpn.gateway}' has its own."
                findings.add((*path, "inside_cidr"), "DX-T044", problem, remedy)
            used.setdefault((vpn.gateway, cidr), f"tunnel {number + 1} of '{name}'")
        key = tunnel.pre_shared_key
        if key is not None and not _PRE_SHARED_KEY.match(key):
            problem = f"the pre-shared key of tunnel {number + 1} is not one that AWS takes"
            remedy = "Use 8 to 64 letters, digits, . and _; the first one is not 0."
            findings.add((*path, "pre_shared_key"), "DX-T045", problem, remedy)


def _timers(vpn: VpnEntry, path: KeyPath, findings: Findings) -> None:
    for key, (least, most) in RANGES.items():
        value: Seconds = getattr(vpn, key)
        if not least <= value <= most:
            findings.add((*path, key), "DX-T046", f"{key} cannot be {value}", f"AWS takes {least} to {most} s.")
    if vpn.phase2_lifetime >= vpn.phase1_lifetime:
        problem = f"phase2_lifetime {vpn.phase2_lifetime} is not below phase1_lifetime {vpn.phase1_lifetime}"
        findings.add((*path, "phase2_lifetime"), "DX-T046", problem, "AWS wants phase 2 to be the shorter one.")
    elif not SHORTEST_MARGIN <= vpn.rekey_margin <= vpn.phase2_lifetime / 2:
        problem = f"rekey_margin cannot be {vpn.rekey_margin}"
        longest = Seconds(vpn.phase2_lifetime / 2)
        findings.add((*path, "rekey_margin"), "DX-T046", problem, f"AWS takes {SHORTEST_MARGIN} s to {longest}.")


def _outside(file: TopologyFile, vpn: VpnEntry, path: KeyPath, findings: Findings) -> None:
    """Whether the tunnels' own packets have a way."""
    address, data_center = vpn.customer_address, file.customer.data_center
    if vpn.outside_ip_address_type == "public":
        line = file.customer.internet.get(vpn.router)
        own = any(address in network for network in data_center.public_networks if network.version == 4)  # noqa: PLR2004
        if not own and (line is None or line.address != address):
            problem = f"router '{vpn.router}' does not have the public address {address}"
            remedy = "Use its address under `internet`, or one of the public_networks of a public virtual interface."
            findings.add((*path, "customer_address"), "DX-T048", problem, remedy)
        return
    tgw = file.aws.transit_gateways.get(vpn.gateway)
    if tgw is None:
        problem = f"a private IP VPN cannot end at the virtual private gateway '{vpn.gateway}'"
        findings.add((*path, "gateway"), "DX-T048", problem, "It needs a transit gateway with cidr_blocks.")
        return
    if not any(address in network for network in data_center.networks if network.version == 4):  # noqa: PLR2004
        problem = f"{address} is in no network that the data center announces"
        findings.add(
            (*path, "customer_address"), "DX-T048", problem, "AWS's endpoints could not answer. Use one that is."
        )
    if not tgw.cidr_blocks:
        problem = f"transit gateway '{vpn.gateway}' has no addresses for the tunnels' outside"
        remedy = "Add `cidr_blocks:` to it, for example [10.255.0.0/24]."
        findings.add((*path, "gateway"), "DX-T048", problem, remedy)
    for name, dxgw in file.aws.direct_connect_gateways.items():
        association = dxgw.associations.get(vpn.gateway)
        allowed = [] if association is None else [p for p in association.allowed_prefixes or [] if p.version == 4]  # noqa: PLR2004
        for block in tgw.cidr_blocks if association is not None else ():
            if not any(isinstance(p, IPv4Network) and block.subnet_of(p) for p in allowed):
                problem = f"the customer does not learn the way to {block}: it is not among the allowed prefixes"
                remedy = f"Add {block} to the allowed prefixes of '{vpn.gateway}'."
                where = ("aws", "direct_connect_gateways", name, "associations", vpn.gateway)
                findings.add_name(where, "DX-T048", problem, remedy)
