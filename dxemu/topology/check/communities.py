"""BGP communities that the customer sends to AWS on a private virtual interface."""

from __future__ import annotations

import re

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.words import listed, quoted

AMAZON_ASN = "7224"
LOW, MEDIUM, HIGH = LOCAL_PREFERENCE = ("7224:7100", "7224:7200", "7224:7300")
MAX_HALF = 65535
_COMMUNITY = re.compile(r"([0-9]{1,5}):([0-9]{1,5})\Z")


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T024: not a community, one that AWS does not know here, or two local preferences at once."""
    for name, vif in file.virtual_interfaces.items():
        path = ("virtual_interfaces", name, "customer", "communities")
        for number, community in enumerate(vif.customer.communities):
            match = _COMMUNITY.match(community)
            if match is None or max(int(match[1]), int(match[2])) > MAX_HALF:
                problem = f"{quoted(community)} is not a community"
                remedy = f'Write ASN:value in quotes, each 0 to {MAX_HALF}, for example "7224:7300".'
                findings.add((*path, number), "DX-T024", problem, remedy)
            elif match[1] == AMAZON_ASN and community not in LOCAL_PREFERENCE:
                problem = f"AWS does not honour {community} on a private virtual interface"
                remedy = f"Local preference is {LOW} (low), {MEDIUM} or {HIGH} (high)."
                findings.add((*path, number), "DX-T024", problem, remedy)
        chosen = [community for community in LOCAL_PREFERENCE if community in vif.customer.communities]
        if len(chosen) > 1:
            problem = f"'{name}' asks for {listed(chosen, 'and')} at once"
            findings.add(path, "DX-T024", problem, "AWS's three local preferences exclude each other. Keep one.")
