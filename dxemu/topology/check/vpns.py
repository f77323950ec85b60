"""Site-to-Site VPN connections: names, keys, timers, routes. Their addresses: `vpn_outside` and `vpn_inside`."""

from __future__ import annotations

import re

from dxemu.aws.quotas import VPN_STATIC_ROUTES
from dxemu.aws.vpn_tunnels import (
    PHASE_1_LIFETIME,
    PHASE_2_LIFETIME,
    SHORTEST_DPD_TIMEOUT,
    SHORTEST_REKEY_MARGIN,
)
from dxemu.topology.check.cages import routers
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.networks import IPV4, overlap
from dxemu.topology.check.sites import networks_behind
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_vpn import TunnelCustomerEntry, VpnEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import quoted, suggestion
from dxemu.units import Seconds

_PRE_SHARED_KEY = re.compile(r"[A-Za-z1-9._][A-Za-z0-9._]{7,63}\Z")

SHORTEST_OWN_DPD_TIMEOUT = Seconds(4)
"""Of a router's: a second of silence, and three questions of a second each."""

PARAGRAPHS = {
    "DX-T143": """\
Dead peer detection is each end's own in IKEv2. A router asks after `dpd_interval` of silence, three
times, and takes AWS's end for dead after `dpd_timeout`; with `dpd: off` it never asks, and keeps
keys that AWS has lost until it renews them, so that the tunnel does not come back. One charon has
one pace for all tunnels of its router: the shortest decides, the timeouts hold. Source: RFC 7296
section 2.4; Site-to-Site VPN User Guide, Tunnel options.""",
    "DX-T144": """\
A tunnel carries 1.25 Gbps, a large one 5 Gbps. AWS has large ones for VPN connections to transit
gateways (and Cloud WAN) only, for both tunnels of a connection. One flow takes one tunnel. Source:
Site-to-Site VPN User Guide, Quotas.""",
    "DX-T045": """\
A pre-shared key has 8 to 64 letters, digits, dots and underscores and does not begin with 0.
Source: Site-to-Site VPN User Guide, Tunnel options.""",
    "DX-T046": """\
AWS takes a phase 1 lifetime of 900 to 28800 s, a phase 2 lifetime of 900 to 3600 s below that of
phase 1, a rekey margin of 60 s to half of phase 2, and a DPD timeout of at least 30 s. A router may
have other lifetimes; they leave room for the margin. Source: Site-to-Site VPN User Guide, Tunnel
options.""",
    "DX-T047": """\
A VPN connection is static, with the customer's networks listed at AWS (at most 100 on a virtual
private gateway, each of them with something of the data center in it), or learns them by BGP. AWS
advises BGP. On a transit gateway a static VPN wins over Direct Connect. Source: Site-to-Site VPN
User Guide, Routing options.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown names. DX-T045: key. DX-T046: timers. DX-T047: routes. DX-T143: own DPD. DX-T144: large."""
    for name, vpn in file.vpns.items():
        path: KeyPath = ("vpns", name)
        gateways = [*file.aws.virtual_private_gateways, *file.aws.transit_gateways]
        for key, value, known in (("gateway", vpn.gateway, gateways), ("router", vpn.router, routers(file))):
            if value not in known:
                problem = f"there is no {key} {quoted(value)}"
                remedy = suggestion(value, known)
                if value in file.aws.direct_connect_gateways:
                    problem = f"a VPN connection cannot end at the Direct Connect gateway '{value}'"
                    remedy = "It ends at a virtual private or transit gateway."
                findings.add((*path, key), "DX-T003", problem, remedy)
        if vpn.tunnel_bandwidth == "large" and vpn.gateway in file.aws.virtual_private_gateways:
            problem = f"tunnels of '{name}' to the virtual private gateway '{vpn.gateway}' cannot be large"
            remedy = "End it at a transit gateway, or take `tunnel_bandwidth` out."
            findings.add((*path, "tunnel_bandwidth"), "DX-T144", problem, remedy)
        for number, tunnel in enumerate(vpn.tunnels):
            if tunnel.pre_shared_key is not None and not _PRE_SHARED_KEY.match(tunnel.pre_shared_key):
                problem = f"the pre-shared key of tunnel {number + 1} is not one that AWS takes"
                remedy = "Use 8 to 64 letters, digits, . and _; the first one is not 0."
                findings.add((*path, "tunnels", number, "pre_shared_key"), "DX-T045", problem, remedy)
        _timers(vpn, path, findings)
        for number, tunnel in enumerate(vpn.tunnels):
            _own_lifetimes(vpn, tunnel.customer, (*path, "tunnels", number, "customer"), findings)
            _own_dpd(vpn, tunnel.customer, (*path, "tunnels", number, "customer"), findings)
        _routes(file, name, vpn, findings)


def _timers(vpn: VpnEntry, path: KeyPath, findings: Findings) -> None:
    for key, (least, most) in (("phase1_lifetime", PHASE_1_LIFETIME), ("phase2_lifetime", PHASE_2_LIFETIME)):
        value: Seconds = getattr(vpn, key)
        if not least <= value <= most:
            findings.add((*path, key), "DX-T046", f"{key} cannot be {value}", f"AWS takes {least} to {most} s.")
    if vpn.dpd_timeout < SHORTEST_DPD_TIMEOUT:
        problem = f"dpd_timeout cannot be {vpn.dpd_timeout}"
        findings.add((*path, "dpd_timeout"), "DX-T046", problem, f"AWS takes {SHORTEST_DPD_TIMEOUT} s or more.")
    if vpn.phase2_lifetime >= vpn.phase1_lifetime:
        problem = f"phase2_lifetime {vpn.phase2_lifetime} is not below phase1_lifetime {vpn.phase1_lifetime}"
        findings.add((*path, "phase2_lifetime"), "DX-T046", problem, "AWS wants phase 2 to be the shorter one.")
    elif not SHORTEST_REKEY_MARGIN <= vpn.rekey_margin <= vpn.phase2_lifetime / 2:
        problem = f"rekey_margin cannot be {vpn.rekey_margin}"
        longest = Seconds(vpn.phase2_lifetime // 2)
        findings.add((*path, "rekey_margin"), "DX-T046", problem, f"AWS takes {SHORTEST_REKEY_MARGIN} s to {longest}.")
    for key in ("phase1_lifetime", "phase2_lifetime", "rekey_margin", "dpd_timeout"):
        value = getattr(vpn, key)
        if not value.is_integer():
            findings.add((*path, key), "DX-T046", f"{key} {value} is not in whole seconds", "AWS takes whole seconds.")


def _own_lifetimes(vpn: VpnEntry, mine: TunnelCustomerEntry, path: KeyPath, findings: Findings) -> None:
    """What the router has of its own is not AWS's to take, but it must leave room for the margin."""
    phase2 = mine.phase2_lifetime or vpn.phase2_lifetime
    for key, value, least, of in (
        ("phase1_lifetime", mine.phase1_lifetime, phase2, f"phase 2's {phase2}"),
        (
            "phase2_lifetime",
            mine.phase2_lifetime,
            2 * vpn.rekey_margin,
            f"twice the rekey margin of {vpn.rekey_margin}",
        ),
    ):
        if value is None:
            continue
        if not value.is_integer():
            findings.add((*path, key), "DX-T046", f"{key} {value} is not in whole seconds", "Write whole seconds.")
        elif value < least:
            findings.add((*path, key), "DX-T046", f"{key} {value} is below {of}", "Write a longer one.")
    if mine.phase2_lifetime is not None and mine.phase1_lifetime is None and phase2 > vpn.phase1_lifetime:
        problem = f"phase2_lifetime {phase2} is above phase1_lifetime {vpn.phase1_lifetime}"
        findings.add((*path, "phase2_lifetime"), "DX-T046", problem, "Give the router a longer phase1_lifetime, too.")


def _own_dpd(vpn: VpnEntry, mine: TunnelCustomerEntry, path: KeyPath, findings: Findings) -> None:
    """The router asks after whole seconds, and three times before its timeout."""
    timeout = mine.dpd_timeout or vpn.dpd_timeout
    for key, value in (("dpd_timeout", mine.dpd_timeout), ("dpd_interval", mine.dpd_interval)):
        if value is None:
            continue
        if not mine.dpd:
            findings.add((*path, key), "DX-T143", f"{key} of a router that never asks", "Take one of them out.")
        elif not value.is_integer() or value < 1:
            problem = f"{key} {value} is not in whole seconds"
            findings.add((*path, key), "DX-T143", problem, "Write whole seconds, from 1 s on.")
    if mine.dpd and mine.dpd_interval is not None and mine.dpd_interval >= timeout:
        problem = f"a router that asks after {mine.dpd_interval} cannot give up after {timeout}"
        findings.add((*path, "dpd_interval"), "DX-T143", problem, "Write an interval below the timeout.")
    elif mine.dpd and mine.dpd_timeout is not None and mine.dpd_timeout < SHORTEST_OWN_DPD_TIMEOUT:
        remedy = f"Three questions a second apart need {SHORTEST_OWN_DPD_TIMEOUT} or more."
        findings.add((*path, "dpd_timeout"), "DX-T143", f"dpd_timeout cannot be {mine.dpd_timeout}", remedy)


def _routes(file: TopologyFile, name: str, vpn: VpnEntry, findings: Findings) -> None:
    path: KeyPath = ("vpns", name)
    if vpn.routing == "bgp":
        if vpn.static_routes:
            problem = f"'{name}' learns its routes by BGP and has static ones, too"
            findings.add((*path, "static_routes"), "DX-T047", problem, "Take them out, or write `routing: static`.")
        return
    if not vpn.static_routes:
        remedy = "Add `static_routes:` with the data center's networks, or use `routing: bgp`."
        findings.add((*path, "routing"), "DX-T047", f"static VPN '{name}' has no static routes", remedy)
    if len(vpn.static_routes) > VPN_STATIC_ROUTES.most and vpn.gateway in file.aws.virtual_private_gateways:
        problem = f"{len(vpn.static_routes)} static routes are too many"
        remedy = f"AWS takes {VPN_STATIC_ROUTES.most} on a virtual private gateway. Summarise them."
        findings.add((*path, "static_routes"), "DX-T047", problem, remedy)
    own = networks_behind(file, vpn.router)
    for number, prefix in enumerate(vpn.static_routes):
        here = (*path, "static_routes", number)
        if prefix.version != IPV4:
            remedy = "The tunnels here are IPv4 inside. Take it out."
            findings.add(here, "DX-T047", f"{prefix} cannot be routed into '{name}'", remedy)
        elif prefix in vpn.static_routes[:number]:
            findings.add(here, "DX-T047", f"{prefix} is there twice", "Name each network once.")
        elif not any(overlap(prefix, network) for network in own):
            problem = f"nothing of {prefix} is in the data center"
            known = ", ".join(str(n) for n in own if n.version == IPV4)
            findings.add(here, "DX-T047", problem, f"AWS would send it into the tunnel for nobody. There is {known}.")
