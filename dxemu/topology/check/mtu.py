"""The MTU of a virtual interface."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.words import listed

PRIVATE = (1500, 8500, 9001)


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T021: not an MTU of a private virtual interface."""
    for name, vif in file.virtual_interfaces.items():
        if vif.type == "private" and vif.mtu not in PRIVATE:
            problem = f"a private virtual interface cannot have an MTU of {vif.mtu}"
            remedy = f"AWS has {listed(map(str, PRIVATE))}. Left out, it is 1500."
            findings.add(("virtual_interfaces", name, "mtu"), "DX-T021", problem, remedy)
