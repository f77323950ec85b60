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


SHORTEST_BETWEEN_ROUTERS = Seconds(0.01)
"""Below it no router's software keeps up, nor does the lab's."""

PARAGRAPHS = {
    "DX-T023": """\
AWS runs asynchronous BFD (RFC 5880) on every virtual interface and waits for your router to start
it. Its shortest interval is 300 ms and its smallest multiplier 3, which finds a silent fault within
900 ms. Faster settings are not refused at AWS: the slower side wins, so they would only look faster
than they are. Source: Direct Connect User Guide, BGP-specific settings.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T023: interval or multiplier below AWS's minimum, or more than BFD's packet holds."""
    for name, circuit in file.customer.circuits.items():
        here = ("customer", "circuits", name, "bfd")
        if circuit.bfd is None:
            continue
        if not SHORTEST_BETWEEN_ROUTERS <= circuit.bfd.interval <= LONGEST_INTERVAL:
            problem = f"a BFD interval of {circuit.bfd.interval} is out of range"
            remedy = f"Between routers it is {SHORTEST_BETWEEN_ROUTERS} or more. Write 300 ms x 3."
            findings.add(here, "DX-T023", problem, remedy)
        elif not 1 <= circuit.bfd.detect_mult <= GREATEST_MULT:
            problem = f"a BFD multiplier of {circuit.bfd.detect_mult} is out of range"
            findings.add(here, "DX-T023", problem, f"BFD takes 1 to {GREATEST_MULT}. Write {circuit.bfd.interval} x 3.")
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
