"""The MTU of a virtual interface."""

from __future__ import annotations

from dxemu.aws.mtu import ALLOWED, DEFAULT
from dxemu.aws.virtual_interface import VifType
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.words import listed

LOCAL = True

PARAGRAPHS = {
    "DX-T021": """\
A private virtual interface has an MTU of 1500, or jumbo frames. AWS's sources disagree about
jumbo: the guide says 9001, the API says 8500. dxemu takes both. A transit one has 1500 or 8500, a
public one 1500. The default is 1500. At AWS, switching may interrupt every virtual interface of
the connection for up to 30 seconds. Source: Direct Connect User Guide, Virtual interfaces.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T021: not an MTU of that type of virtual interface."""
    for name, vif in file.virtual_interfaces.items():
        allowed = ALLOWED[VifType(vif.type)]
        if vif.mtu not in allowed:
            problem = f"a {vif.type} virtual interface cannot have an MTU of {vif.mtu}"
            remedy = f"AWS has {listed(map(str, allowed))}. Left out, it is {DEFAULT}."
            findings.add(("virtual_interfaces", name, "mtu"), "DX-T021", problem, remedy)
