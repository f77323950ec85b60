"""Whether a fault that somebody orders can happen now: what a scenario's file is checked for before."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.faults.base import Fault
from dxemu.faults.breakable_cable import in_one_piece
from dxemu.plan.model import Plan
from dxemu.run.orders import Inject, OrderRefused
from dxemu.topology.words import quoted


def may_be_injected(order: Inject, injected: Mapping[str, Fault], plan: Plan) -> None:
    """Raises OrderRefused if it may not, beside those that stand, which `injected` has by their ids."""
    if order.id in injected:
        raise OrderRefused(f"a fault {quoted(order.id)} stands already", "Heal it, or give this one another id.")
    for name, other in injected.items():
        if other == order.fault:
            raise OrderRefused(f"it is what {quoted(name)} has broken already", f"Heal {quoted(name)} first.")
        if clash := order.fault.clash(other):
            raise OrderRefused(clash, f"Heal {quoted(name)} first.")
    try:
        order.fault.effects(plan)
    except (LookupError, StopIteration) as error:
        problem = f"there is no {quoted(order.fault.target)} that this could strike"
        raise OrderRefused(problem, "Look at the names with dxemu plan.") from error
    if why := order.fault.mistake(plan) or in_one_piece(order.fault.halved(plan)):
        raise OrderRefused(f"it cannot happen: {why}", "Look at the design with dxemu plan.")
