"""BFD as AWS's side takes it."""

from __future__ import annotations

from dxemu.aws.bfd import DETECT_MULT, INTERVAL
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.units import Seconds

LOCAL = True

LONGEST_INTERVAL = Seconds(4294)
GREATEST_MULT = 255
"""What fits into a control packet: microseconds in 32 bits, a multiplier in 8 (RFC 5880 section 4.1)."""


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T023: interval or multiplier below AWS's minimum, or more than BFD's packet holds."""
    for name, vif in file.virtual_interfaces.items():
        if vif.bfd is None:
            continue
        path = ("virtual_interfaces", name, "bfd")
        if not INTERVAL <= vif.bfd.interval <= LONGEST_INTERVAL:
            problem = f"a BFD interval of {vif.bfd.interval} is out of range"
            remedy = f"AWS's shortest is {INTERVAL}. Write 300 ms x 3."
            findings.add(path, "DX-T023", problem, remedy)
        elif not DETECT_MULT <= vif.bfd.detect_mult <= GREATEST_MULT:
            problem = f"a BFD multiplier of {vif.bfd.detect_mult} is out of range"
            remedy = f"AWS's smallest is {DETECT_MULT}, BFD's greatest {GREATEST_MULT}. Write {vif.bfd.interval} x 3."
            findings.add(path, "DX-T023", problem, remedy)
