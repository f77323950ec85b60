"""Where routing ends up: every speaker's table after BGP has settled, computed without starting anything.

Uses the same tables and policies as the lab's routers, so what is predicted and what runs follow the same rules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from dxemu.bgp.rib import AdjRibOut, LocRib, Update
from dxemu.plan.model import Gateway, Plan
from dxemu.plan.policy import ends_of, export_policy, gateway_route, import_policy


def converge(plan: Plan, down_sessions: AbstractSet[str] = frozenset()) -> Mapping[str, LocRib]:
    """The table of each speaker, by node, once all sessions but `down_sessions` are up and no update is under way."""
    ribs = {speaker.node: LocRib(speaker.originates) for speaker in plan.speakers}
    told = {speaker.node: AdjRibOut() for speaker in plan.speakers}
    sessions = {session.name: session for session in plan.sessions if session.name not in down_sessions}
    under_way: deque[tuple[str, Update]] = deque()
    for session in sessions.values():
        for end in session.ends:
            update = told[end.node].up(export_policy(plan, session, end.node), ribs[end.node].routes())
            under_way.append((end.node, update))
    while under_way:
        sender, update = under_way.popleft()
        session = sessions[update.session]
        receiver = ends_of(session, sender)[1].node
        policy = import_policy(plan, session, receiver)
        received = ribs[receiver].receive(update.announce, update.withdraw, policy)
        under_way.extend((receiver, further) for further in told[receiver].after(received.changes))
    return ribs


def gateway_rib(plan: Plan, gateway: Gateway, ribs: Mapping[str, LocRib]) -> LocRib:
    """The table of `gateway`, where each route stands under the name of the device that it leads to.

    Empty if the VPC's route table does not get the routes (route propagation is off).
    """
    rib = LocRib()
    for link in gateway.backbone:
        if gateway.route_propagation:
            learnt = (route for route in ribs[link.device].routes() if not route.originated)
            rib.learn(link.device, [gateway_route(plan, link, route) for route in learnt])
    return rib
