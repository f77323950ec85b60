"""BGP's hold time and keepalive (RFC 4271 section 4.4)."""

from __future__ import annotations

from dxemu.aws.timers import MIN_HOLD_TIME, MIN_KEEPALIVE
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.marks import KeyPath
from dxemu.units import Seconds

LOCAL = True

LONGEST_HOLD_TIME = Seconds(65535)
"""What fits into an OPEN (RFC 4271 section 4.2)."""

PARAGRAPHS = {
    "DX-T022": """\
AWS offers a hold time of 90 s and a keepalive of 30 s. The lower hold time of the two sides is
used, so your router alone can shorten it. AWS's minimum is 3 s with a keepalive of 1 s; a hold time
of 0 is not supported. BGP counts whole seconds, at most 65535. Three keepalives in a hold time are
what RFC 4271 section 4.4 recommends, so that two lost ones do not end the session; routers take any
that comes in time.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T022: hold time or keepalive out of AWS's range, not whole seconds, or a keepalive that comes too late."""
    timed: list[tuple[KeyPath, Seconds, Seconds | None]] = [
        (("virtual_interfaces", name), vif.hold_time, vif.keepalive) for name, vif in file.virtual_interfaces.items()
    ]
    timed += [(("customer", "circuits", name), c.hold_time, c.keepalive) for name, c in file.customer.circuits.items()]
    for path, hold, keepalive in timed:
        if not MIN_HOLD_TIME <= hold <= LONGEST_HOLD_TIME:
            problem = f"a hold time of {hold} is out of range"
            remedy = (
                f"AWS takes {MIN_HOLD_TIME} or more; BGP ends at {LONGEST_HOLD_TIME:.0f} s. 0 (never) is not supported."
            )
            findings.add((*path, "hold_time"), "DX-T022", problem, remedy)
        elif not hold.is_integer():
            problem = f"a hold time of {hold} is not in whole seconds"
            findings.add((*path, "hold_time"), "DX-T022", problem, "BGP sends it as whole seconds.")
        elif keepalive is None:
            continue
        elif keepalive < MIN_KEEPALIVE or not keepalive.is_integer():
            problem = f"a keepalive of {keepalive} is not in whole seconds from {MIN_KEEPALIVE}"
            findings.add((*path, "keepalive"), "DX-T022", problem, "AWS takes 1 s or more.")
        elif keepalive >= hold:
            problem = f"a keepalive of {keepalive} does not come within the hold time of {hold}"
            remedy = f"Routers send three in a hold time: use {Seconds(int(hold / 3))}, or leave it out."
            findings.add((*path, "keepalive"), "DX-T022", problem, remedy)
