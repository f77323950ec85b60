"""Once a run is over: what is broken is healed, and the lab is looked at, whether it is what its plan says again.

The kernels are asked for every interface, cable and LAG, for what forwards and which program stands still; the daemons
for their sessions; the routers for their tables. All of it comes after the run's last moment, and is no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dxemu.control.converge import Settled
from dxemu.errors import LabError
from dxemu.events.run import MadeWhole
from dxemu.faults.base import Fault
from dxemu.lab.build import FORWARDING
from dxemu.lab.lab import Lab
from dxemu.lab.lags import lags_ready
from dxemu.lab.life import first_masters, signs_of_life
from dxemu.lab.power import is_forwarding
from dxemu.lab.readiness import interfaces_usable

LOOK_S = 1.0
UP_WITHIN_S = 180.0
"""Lab time for sessions to come back: longer than any daemon waits between two tries, and a hold timer before that."""
STOPPED = "T"
"""The state of a process that a signal has stopped: proc(5)."""


async def make_whole(lab: Lab, standing: Mapping[str, Fault], *, virtual: bool, as_designed: bool) -> None:
    """Heal what stands, the latest first, and tell what is left that is not as the plan says.

    `virtual`: time costs nothing, so that sessions are waited for. `as_designed`: nobody has done anything on purpose,
    so that tables are to hold what the plan brings to them.
    """
    left = []
    for name, fault in reversed(list(standing.items())):
        try:
            await fault.heal(lab)
        except (LabError, LookupError, StopIteration) as error:  # a change may have taken away what it struck
            left.append(f"{name} cannot be healed: {getattr(error, 'problem', error)}")
    left += await _left_in_kernels(lab)
    if virtual and not left:
        left += await _left_in_time(lab, as_designed=as_designed)
    lab.journal.conclude(MadeWhole(healed=tuple(standing), left=tuple(left)))


async def _left_in_kernels(lab: Lab) -> Sequence[str]:
    found = [f"packets vanish by {name}" for name in lab.filters.standing]
    for cable in lab.plan.cables:
        if wrong := await lab.cable(cable.name).whole():
            found.append(f"cable {cable.name}: {wrong}")
    for node in lab.plan.nodes:
        if node.role in FORWARDING and not all(is_forwarding(lab.node(node.name)).values()):
            found.append(f"{node.name} does not forward")
        for program, state in lab.control.states(node.name).items():
            if state == STOPPED:
                found.append(f"{program} on {node.name} stands still")
    try:
        await interfaces_usable(lab.plan, {node.name: lab.node(node.name) for node in lab.plan.nodes})
    except LabError as error:
        found.append(error.problem)
    return found


async def _left_in_time(lab: Lab, *, as_designed: bool) -> Sequence[str]:
    """What comes back by protocols takes its time."""
    waited = 0.0
    while found := _lacking(lab, as_designed=as_designed):
        if waited >= UP_WITHIN_S:
            return [f"after {UP_WITHIN_S:g} s more {words}" for words in found]
        await lab.journal.clock.settle(LOOK_S)
        waited += LOOK_S
    try:
        await lags_ready(lab.plan, {bond.node: lab.node(bond.node) for bond in lab.plan.bonds}, lab.journal.clock)
    except LabError as error:
        return [error.problem]
    return []


def _lacking(lab: Lab, *, as_designed: bool) -> Sequence[str]:
    """What is down that should be up, in words; then which tables are not settled.

    A session whose peer announced more than its quota is Idle until somebody resets it, at AWS as here.
    """
    plan, idle = lab.plan, lab.signs.beyond_quota | Settled(lab.plan).beyond_quota.keys()
    wanted = (s for s in plan.sessions if s.in_service and s.name not in idle)
    found = [
        f"{sign} of {name} is down on {node}"
        for session in wanted
        for sign, name, node in signs_of_life(session)
        if not lab.is_up(sign, name, node)
    ]
    found += [
        f"{node} is not master of virtual router {number}" for number, node in first_masters(plan) - lab.signs.masters
    ]
    if not found and as_designed and not idle and not lab.control.routing.settled(plan):
        return ["tables do not hold what the plan brings to them"]
    return found
