"""What is survived, but slowly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.design import Design
from dxemu.audit.elements import Outcome, in_one_version
from dxemu.audit.graph import elements_of
from dxemu.audit.single_point_of_failure import place_of

SLOW_S = 10.0
"""No application waits for longer than this without anybody calling."""

VPN = ("tunnel", "internet")
REMEDIES = {
    "hold_timer": "Run BFD between the customer's own routers too, or rent circuits that lose light when they fail.",
    "dpd": "Use a BGP VPN, whose hold timer of 30 s is sooner than dead peer detection.",
    "lacp": "Set `lacp_timeout: short`.",
    "bfd": "Turn `graceful_restart: off`, or set `until_bfd_down`: it keeps the routes although BFD has noticed.",
}


class SlowFailover(Rule):
    """An outage of more than `SLOW_S` that ends by itself, and that BFD on a virtual interface would not shorten."""

    code: ClassVar[str] = "DX-A015"
    title: ClassVar[str] = "slow failover"
    rule: ClassVar[str] = (
        "Without BFD a silent failure is noticed by a timer: BGP's hold timer after 90 s on Direct Connect and 30 s "
        "over VPN, dead peer detection after 40 s, LACP's long timeout after 90 s. With it, graceful restart keeps the "
        "routes for 120 s more"
    )
    source: ClassVar[str] = (
        "Direct Connect User Guide, BGP-specific settings; Site-to-Site VPN User Guide, Tunnel options"
    )
    paragraph: ClassVar[str] = """\
The failure is survived, but more than 10 s pass until something notices. BGP's hold timer needs 60
to 91 s at its default of 90 s, and 20 to 31 s over a VPN; a static VPN has dead peer detection
only, 40 s; LACP with the long timeout needs 90 s. A failure that takes the light away is noticed at
once, a silent one is not. Source: Direct Connect User Guide, BGP-specific settings; Site-to-Site
VPN User Guide, Dead peer detection."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each element."""
        without = {vif.connection for vif in design.topology.virtual_interfaces if vif.bfd is None}
        told = {c.name for c in design.topology.connections if {c.name, c.lag} & without}
        told |= {vif.name for vif in design.topology.virtual_interfaces if vif.bfd is None}
        for element, outcomes in elements_of(design).items():
            slow = [outcome for outcome in outcomes if SLOW_S < outcome.outage.high_s < math.inf]
            if not slow or any(design.is_fatal(outcome) for outcome in outcomes):
                continue
            worst = max(slow, key=lambda outcome: outcome.outage.high_s)
            failure = worst.failures[0]
            by = _noticed_by(worst)
            if failure.name in told and by == "hold_timer":
                continue  # BFD is missing there, which is a finding of its own
            fails = f"{element} {failure.mode.verb}{in_one_version(worst.only_version)}"
            yield Finding(
                problem=f"{fails}, and {_words(by)} is the first to notice{_but(by)}",
                outage=worst.outage,
                remedy=_remedy(by, failure.mode.kind, _without_bfd(design, worst)),
                names=(failure.name,),
                path=place_of(design, failure.mode.kind, failure.name),
            )


def _without_bfd(design: Design, outcome: Outcome) -> list[str]:
    """The virtual interfaces without BFD whose sessions the failure touches."""
    touched = () if outcome.worst is None else outcome.worst.sessions
    over = {design.plan.session(name).virtual_interface for name in touched}
    return [vif.name for vif in design.topology.virtual_interfaces if vif.bfd is None and vif.name in over]


def _remedy(by: str, kind: str, without_bfd: list[str]) -> str:
    if by == "hold_timer" and without_bfd:
        return f"Set `bfd: 300 ms x 3` on {listed(without_bfd)}."
    if by == "hold_timer" and kind in VPN:
        return "Let Direct Connect carry what cannot wait: over AWS's VPN nothing notices sooner."
    return REMEDIES.get(by, "Look for something that notices sooner.")


def _but(by: str) -> str:
    return "; graceful restart keeps the routes" if by == "bfd" else ""


def _noticed_by(outcome: Outcome) -> str:
    return "" if outcome.worst is None else outcome.worst.detected_by


def _words(by: str) -> str:
    words = {"hold_timer": "BGP's hold timer", "dpd": "dead peer detection"}
    return words.get(by, by.upper())
