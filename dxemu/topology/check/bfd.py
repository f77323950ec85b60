"""BFD as AWS's side takes it."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.units import Seconds

SHORTEST_INTERVAL, LONGEST_INTERVAL = Seconds(0.3), Seconds(4294)
LEAST_MULT, GREATEST_MULT = 3, 255


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T023: interval or multiplier below AWS's minimum, or more than BFD's packet holds."""
    for name, vif in file.virtual_interfaces.items():
        if vif.bfd is None:
            continue
        path = ("virtual_interfaces", name, "bfd")
        if not SHORTEST_INTERVAL <= vif.bfd.interval <= LONGEST_INTERVAL:
            problem = f"a BFD interval of {vif.bfd.interval} is out of range"
            remedy = f"AWS's shortest is {SHORTEST_INTERVAL}. Write 300 ms x 3."
            findings.add(path, "DX-T023", problem, remedy)
        elif not LEAST_MULT <= vif.bfd.detect_mult <= GREATEST_MULT:
            problem = f"a BFD multiplier of {vif.bfd.detect_mult} is out of range"
            remedy = f"AWS's smallest is {LEAST_MULT}, BFD's greatest {GREATEST_MULT}. Write {vif.bfd.interval} x 3."
            findings.add(path, "DX-T023", problem, remedy)
