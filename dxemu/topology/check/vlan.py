"""VLANs: in range, and each once on a connection or LAG."""

from __future__ import annotations

from collections.abc import Collection

from dxemu.aws.vlan import nearest_free
from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import bundle
from dxemu.topology.file import TopologyFile
from dxemu.units import MAX_VLAN_ID

LOCAL = True

PARAGRAPHS = {
    "DX-T013": """\
AWS needs an 802.1Q VLAN of 1 to 4094 for each virtual interface. 0 means `no VLAN` and 4095 is
reserved by the standard. Direct Connect does not take untagged packets.""",
    "DX-T014": """\
Each virtual interface on a connection has a VLAN of its own, because the VLAN is all that tells
their packets apart. It cannot be changed after creation. Two connections may use the same VLAN.
Source: Direct Connect User Guide, Virtual interfaces.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T013: out of range. DX-T014: used twice on one connection, or on a LAG and its members together."""
    used: dict[str, dict[int, str]] = {}
    for vif in file.virtual_interfaces.values():
        used.setdefault(bundle(file, vif.connection), {}).setdefault(vif.vlan, "")
    for name, vif in file.virtual_interfaces.items():
        path = ("virtual_interfaces", name, "vlan")
        port = bundle(file, vif.connection)
        taken, what = used[port], "LAG" if port in file.lags else "connection"
        if not 1 <= vif.vlan <= MAX_VLAN_ID:
            problem = f"VLAN {vif.vlan} is out of range"
            remedy = f"AWS needs a VLAN of 1 to {MAX_VLAN_ID}, unique on the {what}.{_free(taken, 101)}"
            findings.add(path, "DX-T013", problem, remedy)
        elif taken[vif.vlan]:
            problem = f"VLAN {vif.vlan} is used by both '{taken[vif.vlan]}' and '{name}' on {what} '{port}'"
            remedy = f"AWS needs a VLAN of 1 to {MAX_VLAN_ID} that is unique on the {what}.{_free(taken, vif.vlan)}"
            findings.add(path, "DX-T014", problem, remedy)
        else:
            taken[vif.vlan] = name


def _free(taken: Collection[int], near: int) -> str:
    free = nearest_free(near, taken)
    return "" if free is None else f" {free} is free."
