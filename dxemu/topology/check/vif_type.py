"""The type of a virtual interface."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T019: AWS has the type, dxemu does not have it yet."""
    for name, vif in file.virtual_interfaces.items():
        if vif.type != "private":
            problem = f"dxemu cannot build a {vif.type} virtual interface yet"
            remedy = "This version has private ones with a virtual private gateway. Write `type: private`."
            findings.add(("virtual_interfaces", name, "type"), "DX-T019", problem, remedy)
