"""A virtual private gateway: it chooses, for each of the customer's prefixes, the Direct Connect device.

The order is that of the Direct Connect User Guide, "Routing policies and BGP communities": longest
prefix, preference by community, AS_PATH, MED. The devices tell it at once; AWS publishes no figure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from dxemu.bgp.rib import Change, LocRib
from dxemu.lab.fib import Fib
from dxemu.lab.journal import Journal
from dxemu.plan.model import BackboneLink, Gateway, Plan
from dxemu.plan.policy import gateway_route


class GatewayRouter:
    """The gateway's routes. Attach `listener_for(link)` to the router of each device."""

    def __init__(self, plan: Plan, gateway: Gateway, fib: Fib, journal: Journal) -> None:
        self.name = gateway.node
        self._plan = plan
        self.gateway = gateway
        self._fib = fib
        self._journal = journal
        self.loc_rib = LocRib()
        self._session_at: dict[str, str] = {}

    def listener_for(self, link: BackboneLink) -> Callable[[Sequence[Change]], Awaitable[None]]:
        """What the device at the other end of `link` calls when its best routes change."""

        async def hear(changes: Sequence[Change]) -> None:
            for change in changes:
                await self._hear(link, change)

        return hear

    async def _hear(self, link: BackboneLink, change: Change) -> None:
        if change.new is None or change.new.originated:
            decided = self.loc_rib.withdraw(link.device, [change.prefix])
        else:
            self._session_at[link.device] = change.new.session
            decided = self.loc_rib.learn(link.device, [gateway_route(self._plan, link, change.new)])
        for choice in decided:
            await self._install(choice)

    async def _install(self, change: Change) -> None:
        session = self._session_at[change.new.session] if change.new else None
        self._journal.tell("best", node=self.name, prefix=str(change.prefix), session=session, rule=change.rule)
        if not self.gateway.route_propagation:
            return
        if change.new is None:
            await self._fib.remove(change.prefix)
        else:
            await self._fib.install(change.prefix, change.new.next_hop)
