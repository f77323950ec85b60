"""What it costs a router of the customer's to reach the next hops of its iBGP routes: what its circuits cost."""

from __future__ import annotations

from dxemu.bgp.decision_step import IgpCost
from dxemu.plan.model import Plan, Speaker
from dxemu.units import IPAddress


def interior_cost(plan: Plan, speaker: Speaker) -> IgpCost | None:
    """The cost of each next hop; None where all circuits cost the same, so that nothing is decided by it.

    Routers set themselves as the next hop of what they pass on (`dxemu.bgp.policy.export_route`): it is the other end
    of a circuit. The next hop of an eBGP route costs nothing (RFC 4271 section 9.1.2.2, step e).
    """
    costs: dict[IPAddress, int] = {}
    for session in plan.sessions:
        for own, other in (session.ends, session.ends[::-1]):
            if own.speaker == speaker.name and not session.external:
                costs[other.address] = own.cost
    if len(set(costs.values())) < 2:  # noqa: PLR2004 - one cost decides nothing
        return None
    return lambda next_hop: costs.get(next_hop, 0)
