"""VLANs: in range, and each once on a connection."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.units import MAX_VLAN_ID


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T013: out of range. DX-T014: used twice on one connection."""
    used: dict[str, dict[int, str]] = {}
    for vif in file.virtual_interfaces.values():
        used.setdefault(vif.connection, {}).setdefault(vif.vlan, "")
    for name, vif in file.virtual_interfaces.items():
        path = ("virtual_interfaces", name, "vlan")
        taken = used[vif.connection]
        if not 1 <= vif.vlan <= MAX_VLAN_ID:
            problem = f"VLAN {vif.vlan} is out of range"
            remedy = f"AWS needs a VLAN of 1 to {MAX_VLAN_ID}, unique on the connection. {_free(taken, 101)} is free."
            findings.add(path, "DX-T013", problem, remedy)
        elif taken[vif.vlan]:
            problem = (
                f"VLAN {vif.vlan} is used by both '{taken[vif.vlan]}' and '{name}' on connection '{vif.connection}'"
            )
            remedy = f"AWS needs a VLAN of 1 to {MAX_VLAN_ID} that is unique on the connection."
            findings.add(path, "DX-T014", problem, f"{remedy} {_free(taken, vif.vlan)} is free.")
        else:
            taken[vif.vlan] = name


def _free(taken: dict[int, str], near: int) -> int:
    candidates: tuple[int, ...] = (*range(near, MAX_VLAN_ID + 1), *range(near, 0, -1))
    return next(vlan for vlan in candidates if vlan not in taken)
