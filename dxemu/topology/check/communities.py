"""BGP communities that the customer sends to AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dxemu.aws.asn import PUBLIC_VIF_AMAZON_SIDE
from dxemu.aws.communities import HIGH, LOCAL_PREF, LOW, MEDIUM
from dxemu.aws.public_vif import EVERYWHERE, LOCAL_CONTINENT, LOCAL_REGION, SCOPES
from dxemu.aws.regions import AREAS, continent
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_interface import VirtualInterfaceEntry
from dxemu.topology.file_policy import Policies, PolicyEntry
from dxemu.topology.file_vpn import VpnEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import listed, nearest, quoted
from dxemu.units import WELL_KNOWN_COMMUNITIES

LOCAL = True

MAX_HALF = 65535
_COMMUNITY = re.compile(r"([0-9]{1,5}):([0-9]{1,5})\Z")

PARAGRAPHS = {
    "DX-T024": """\
A community is two numbers of 0 to 65535, `ASN:value`; write it in quotes. On private virtual
interfaces AWS honours three: 7224:7100 (low preference), 7224:7200 (medium, which is also the
default) and 7224:7300 (high). They decide which connection AWS uses towards you, before AS_PATH
is looked at, and exclude each other for one prefix. On transit ones it is the same. On public
ones AWS reads the scope of a prefix: 7224:9100 (the location's Region), 7224:9200 (its continent)
or 7224:9300 (everywhere, which is also the default); they exclude each other, too, and AWS
removes all others. In a VPN connection AWS reads none of them. The well-known communities may be
written by name: no-export, no-advertise, no-export-subconfed (RFC 1997), no-peer (RFC 3765).
Source: Direct Connect User Guide, Routing policies and BGP communities.""",
    "DX-T088": """\
A public prefix with community 7224:9200 goes to the Regions of one continent: North America, Asia
Pacific, or Europe with the Middle East and Africa. dxemu tells a Region's continent by the first
part of its code, as in us-east-1; what it does not know would be left out. Source: Direct Connect
User Guide, Routing policies and BGP communities.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T024: not a community, one that AWS does not know here, or two at once that exclude each other. DX-T088."""
    for name, vif in file.virtual_interfaces.items():
        for written, path in _written(vif.customer, ("virtual_interfaces", name, "customer")):
            _on_vif(name, vif, written, path, findings)
    _continents(file, findings)
    for name, vpn in file.vpns.items():
        for written, path in _of_vpn(name, vpn):
            _in_vpn(written, path, findings)
    for name, circuit in file.customer.circuits.items():
        for router, policies in circuit.policies.items():
            for written, path in _of_policies(policies, ("customer", "circuits", name, "policies", router)):
                for number, community in enumerate(written):
                    _is_one(community, (*path, number), findings)


Written = tuple[list[str], KeyPath]


def _written(policy: PolicyEntry, path: KeyPath) -> Iterator[Written]:
    """The communities of a policy, and of those for some prefixes, each with its place."""
    yield policy.communities, (*path, "communities")
    yield from _of_policies(policy.policies, (*path, "policies"))


def _of_policies(policies: Policies, path: KeyPath) -> Iterator[Written]:
    for text, entry in policies.items():
        yield entry.communities or [], (*path, text, "communities")


def _of_vpn(name: str, vpn: VpnEntry) -> Iterator[Written]:
    yield from _written(vpn.customer, ("vpns", name, "customer"))
    for number, tunnel in enumerate(vpn.tunnels):
        path: KeyPath = ("vpns", name, "tunnels", number, "customer")
        yield tunnel.customer.communities or [], (*path, "communities")
        yield from _of_policies(tunnel.customer.policies or {}, (*path, "policies"))


def _on_vif(name: str, vif: VirtualInterfaceEntry, written: list[str], path: KeyPath, findings: Findings) -> None:
    for number, community in enumerate(written):
        if not _is_one(community, (*path, number), findings):
            continue
        if vif.type == "public" and vif.gateway is not None:
            continue  # That is reported, and the virtual interface may be meant to be of another type.
        if vif.type == "public":
            _on_public(community, (*path, number), findings)
        elif community.startswith(f"{PUBLIC_VIF_AMAZON_SIDE}:") and community not in LOCAL_PREF:
            problem = f"AWS does not honour {community} on a {vif.type} virtual interface"
            remedy = f"Local preference is {LOW} (low), {MEDIUM} or {HIGH} (high)."
            findings.add((*path, number), "DX-T024", problem, remedy)
    exclusive, what = (SCOPES, "scopes") if vif.type == "public" else (LOCAL_PREF, "local preferences")
    chosen = [community for community in exclusive if community in written]
    if len(chosen) > 1 and (vif.type != "public" or vif.gateway is None):
        problem = f"'{name}' asks for {listed(chosen, 'and')} at once"
        findings.add(path, "DX-T024", problem, f"AWS's three {what} exclude each other. Keep one.")


def _in_vpn(written: list[str], path: KeyPath, findings: Findings) -> None:
    for number, community in enumerate(written):
        here = (*path, number)
        if _is_one(community, here, findings) and community.startswith(f"{PUBLIC_VIF_AMAZON_SIDE}:"):
            problem = f"AWS does not honour {community} in a VPN connection"
            remedy = "Local preference by community is for private and transit virtual interfaces. Take it out."
            findings.add(here, "DX-T024", problem, remedy)


def _is_one(community: str, path: KeyPath, findings: Findings) -> bool:
    if community in WELL_KNOWN_COMMUNITIES:
        return True
    match = _COMMUNITY.match(community)
    if match is not None and max(int(match[1]), int(match[2])) <= MAX_HALF:
        return True
    problem = f"{quoted(community)} is not a community"
    remedy = f'Write ASN:value in quotes, each 0 to {MAX_HALF}, for example "7224:7300".'
    if (name := nearest(community.replace("_", "-"), WELL_KNOWN_COMMUNITIES)) is not None:
        remedy = f"Did you mean '{name}'?"
    findings.add(path, "DX-T024", problem, remedy)
    return False


def _on_public(community: str, path: KeyPath, findings: Findings) -> None:
    if community.startswith(f"{PUBLIC_VIF_AMAZON_SIDE}:") and community not in SCOPES:
        problem = f"AWS does not honour {community} on a public virtual interface"
        remedy = f"There the scope of a prefix is {LOCAL_REGION}, {LOCAL_CONTINENT} or {EVERYWHERE} (everywhere)."
        findings.add(path, "DX-T024", problem, remedy)


def _continents(file: TopologyFile, findings: Findings) -> None:
    """DX-T088: which Regions are on the location's continent is not known of a Region with a made-up code."""
    asked = [
        ("virtual_interfaces", name, "customer", "communities", vif.customer.communities.index(LOCAL_CONTINENT))
        for name, vif in file.virtual_interfaces.items()
        if vif.type == "public" and LOCAL_CONTINENT in vif.customer.communities
    ]
    regions = [file.aws.region, *file.aws.region_delays]
    unknown = [region for region in regions if continent(region) is None]
    for path in asked if unknown else ():
        problem = f"nobody knows which continent {listed(map(quoted, unknown), 'and')} is on"
        remedy = f"Region codes begin with {listed(AREAS)}: for example us-east-1. Or use another scope."
        findings.add(path, "DX-T088", problem, remedy)
