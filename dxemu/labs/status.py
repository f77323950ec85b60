"""How a lab that lives is, in one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dxemu.measure.paths import described
from dxemu.plan.model import BgpSession, Plan, Side
from dxemu.run.living import LivingLab
from dxemu.run.orders import STATES, AskPaths, AskStates


async def status(lab: LivingLab) -> Mapping[str, object]:
    """`t`, the states of sessions, BFD, tunnels and cables by name, AWS's words for virtual interfaces, and the paths.

    Also `faults` and `changes`, those that stand, and `probes`, the paths of those that go on.
    """
    found: dict[str, object] = {"topology": lab.plan.topology, "nodes": [node.name for node in lab.plan.nodes]}
    for of in STATES:
        found |= await lab.give(AskStates(of=of))
    sessions = found["sessions"]
    assert isinstance(sessions, dict)
    found["virtual_interfaces"] = {
        session.name: _in_aws_words(lab, session, sessions[session.name])
        for session in lab.plan.sessions
        if _is_vif(lab, session)
    }
    found["faults"], found["changes"] = list(lab.faults), list(lab.changes)
    found["probes"] = {name: _ways(lab.plan, await lab.give(AskPaths(probe=name))) for name in lab.probes}
    return found


def _is_vif(lab: LivingLab, session: BgpSession) -> bool:
    sides = {lab.plan.node(end.node).side for end in session.ends}
    return sides == {Side.CUSTOMER, Side.AWS} and session.tunnel is None


def _in_aws_words(lab: LivingLab, session: BgpSession, up: Mapping[str, bool]) -> str:
    """What AWS's console says: `available` while its own end has the session, else `down`; `testing` in a test."""
    return lab.aws_state(session.virtual_interface or "") or (
        "available" if all(up[end.node] for end in session.ends if lab.plan.node(end.node).side is Side.AWS) else "down"
    )


def _ways(plan: Plan, found: Mapping[str, Any]) -> Mapping[str, object]:  # Any: as the lab answers it
    """By direction `hops`, whether `complete`, and the `text` that a report has for it."""
    ways = {key: way for key, way in found.items() if key != "t"}
    return {key: {**way, "text": described(plan, way["hops"], complete=way["complete"])} for key, way in ways.items()}
