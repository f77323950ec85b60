"""BGP communities that the customer sends to AWS."""

from __future__ import annotations

import re

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import listed, quoted

AMAZON_ASN = "7224"
LOW, MEDIUM, HIGH = LOCAL_PREFERENCE = ("7224:7100", "7224:7200", "7224:7300")
EVERYWHERE = "7224:9300"
NARROWER = ("7224:9100", "7224:9200")
MAX_HALF = 65535
_COMMUNITY = re.compile(r"([0-9]{1,5}):([0-9]{1,5})\Z")


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T024: not a community, one that AWS does not know here, or two local preferences at once."""
    for name, vif in file.virtual_interfaces.items():
        path: KeyPath = ("virtual_interfaces", name, "customer", "communities")
        for number, community in enumerate(vif.customer.communities):
            if not _is_one(community, (*path, number), findings):
                continue
            if vif.type == "public" and vif.gateway is not None:
                continue  # That is reported, and the virtual interface may be meant to be of another type.
            if vif.type == "public":
                _on_public(community, (*path, number), findings)
            elif community.startswith(f"{AMAZON_ASN}:") and community not in LOCAL_PREFERENCE:
                problem = f"AWS does not honour {community} on a {vif.type} virtual interface"
                remedy = f"Local preference is {LOW} (low), {MEDIUM} or {HIGH} (high)."
                findings.add((*path, number), "DX-T024", problem, remedy)
        chosen = [community for community in LOCAL_PREFERENCE if community in vif.customer.communities]
        if len(chosen) > 1 and vif.type != "public":
            problem = f"'{name}' asks for {listed(chosen, 'and')} at once"
            findings.add(path, "DX-T024", problem, "AWS's three local preferences exclude each other. Keep one.")
    for name, vpn in file.vpns.items():
        for number, community in enumerate(vpn.customer.communities):
            path = ("vpns", name, "customer", "communities", number)
            if _is_one(community, path, findings) and community.startswith(f"{AMAZON_ASN}:"):
                problem = f"AWS does not honour {community} in a VPN connection"
                remedy = "Local preference by community is for private and transit virtual interfaces. Take it out."
                findings.add(path, "DX-T024", problem, remedy)


def _is_one(community: str, path: KeyPath, findings: Findings) -> bool:
    match = _COMMUNITY.match(community)
    if match is not None and max(int(match[1]), int(match[2])) <= MAX_HALF:
        return True
    problem = f"{quoted(community)} is not a community"
    remedy = f'Write ASN:value in quotes, each 0 to {MAX_HALF}, for example "7224:7300".'
    findings.add(path, "DX-T024", problem, remedy)
    return False


def _on_public(community: str, path: KeyPath, findings: Findings) -> None:
    """What the scope communities narrow is not rehearsed, so that nobody takes it for granted."""
    if community in NARROWER:
        problem = f"dxemu announces a public prefix to every Region, whatever {community} says"
        findings.add(path, "DX-T024", problem, f"Take it out, or use {EVERYWHERE}, which means everywhere.")
    elif community.startswith(f"{AMAZON_ASN}:") and community != EVERYWHERE:
        problem = f"AWS does not honour {community} on a public virtual interface"
        remedy = f"There the scope of a prefix is {', '.join(NARROWER)} or {EVERYWHERE} (everywhere)."
        findings.add(path, "DX-T024", problem, remedy)
