"""Carries orders out, those of a scenario's agenda and those given by hand alike.

Everything imported here is imported in every lab; what only orders by hand need is imported by `dxemu.run.serve`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dxemu.events.steps import ActionDone, FaultHealed, FaultInjected
from dxemu.faults.base import Fault
from dxemu.lab.lab import Lab
from dxemu.registry import kind_of
from dxemu.run.job import PlannedAct
from dxemu.run.orders import Act, Heal, Inject, Order, OrderRefused

Values = Mapping[str, object]
NO_ACTS: Mapping[str, PlannedAct] = MappingProxyType({})


class Executor:
    """Breaks, heals and acts in one lab, and knows what is broken. Other orders it refuses (`dxemu.run.by_hand`).

    `acts` are what lasts of what is done, by id.
    """

    def __init__(self, lab: Lab, acts: Mapping[str, PlannedAct] = NO_ACTS) -> None:
        self._lab = lab
        self._acts = acts
        self._journal = lab.journal
        self._injected: dict[str, Fault] = {}

    @property
    def standing(self) -> Mapping[str, Fault]:
        """What is broken at this moment, by id, in the order in which it was broken."""
        return dict(self._injected)

    async def carry_out(self, order: Order) -> Values:
        """Do it, and give what there is to say of it. Raises OrderRefused, and LabError where it did not work."""
        match order:
            case Inject():
                return await self._inject(order)
            case Heal():
                return await self._heal(order)
            case Act():
                return await self._act(order)
        raise OrderRefused(f"nobody carries out {order.word} here")

    async def _inject(self, order: Inject) -> Values:
        fault = order.fault
        t = self._journal.clock.now()
        evidence = await fault.inject(self._lab)
        kind = kind_of(type(fault))
        self._journal.tell(
            FaultInjected(fault=order.id, kind=kind, target=fault.target, evidence=evidence, injected_at_s=t)
        )
        self._injected[order.id] = fault
        return {"evidence": evidence, "at_s": t}

    async def _heal(self, order: Heal) -> Values:
        fault = self._injected[order.id]
        t = self._journal.clock.now()
        evidence = await fault.heal(self._lab)
        kind = kind_of(type(fault))
        self._journal.tell(
            FaultHealed(fault=order.id, kind=kind, target=fault.target, evidence=evidence, healed_at_s=t)
        )
        del self._injected[order.id]
        return {"evidence": evidence, "at_s": t}

    async def _act(self, order: Act) -> Values:
        action = order.action
        t = self._journal.clock.now()
        evidence = await action.do(self._lab)
        planned = self._acts.get(order.id)
        if planned is not None:
            await self._lab.follow(planned.plan, acted=True)
        self._journal.tell(
            ActionDone(
                action=order.id,
                kind=kind_of(type(action)),
                target=action.target,
                evidence=evidence,
                done_at_s=t,
                topology=None if planned is None else planned.topology,
            )
        )
        return {"evidence": evidence, "at_s": t}
