"""Virtual interfaces without BFD."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design
from dxemu.predict.detect import hold_timer


class BfdMissing(Rule):
    """A connection that falls silent is noticed by BGP's hold timer only."""

    code: ClassVar[str] = "DX-A003"
    title: ClassVar[str] = "BFD missing"
    rule: ClassVar[str] = (
        "AWS has BFD of 300 ms x 3 ready on every virtual interface, but it works only once the customer's router "
        "starts it; without it three keepalives of 30 s have to be missed"
    )
    source: ClassVar[str] = "Direct Connect User Guide, BGP-specific settings; Knowledge Center, enable BFD"
    paragraph: ClassVar[str] = """\
A virtual interface without BFD. When packets vanish and the light stays on, only BGP's hold timer
notices: 90 s after the last keepalive. AWS runs BFD with 300 ms x 3 on every virtual interface, but
waits for the customer's router to start it; then the same failure is noticed in 0.6 to 0.9 s.
Source: Direct Connect User Guide, BGP-specific settings; Knowledge Center, enable BFD."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each virtual interface, with what its hold timer needs."""
        sessions = {session.virtual_interface: session for session in design.plan.sessions}
        for vif in design.topology.virtual_interfaces:
            if vif.bfd is None and vif.in_service:
                session = sessions[vif.name]
                yield Finding(
                    problem=f"virtual interface {vif.name} has no BFD: hold time {vif.hold_time}",
                    outage=hold_timer(session, session.ends[0]).after,
                    remedy="Set `bfd: 300 ms x 3`.",
                    names=(vif.name,),
                    path=("virtual_interfaces", vif.name),
                )
