"""What the customer's operators do on their routers: announce and withdraw prefixes, reset sessions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

from dxemu.errors import LabError
from dxemu.events.sessions import BgpChanged
from dxemu.lab.changeable_router import ChangeableRouter
from dxemu.lab.journal import Journal
from dxemu.lab.routing import Routing
from dxemu.plan.model import BgpSession, Plan, Side
from dxemu.units import IPNetwork

RESET_WITHIN_S = 10.0
"""How long a reset session may take to come up again before it is called down: ten times what ExaBGP waits."""


class Operator:
    """Works on the customer's routers. `up` are the signs of life of sessions, as `("bgp", session, node)`."""

    def __init__(self, plan: Plan, journal: Journal, routing: Routing, up: AbstractSet[tuple[str, str, str]]) -> None:
        self._plan = plan
        self._journal = journal
        self._routing = routing
        self._up = up

    async def announce(self, router: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a router announce `prefixes` beside what it announces, past every filter of the customer's.

        Gives what the router's table then says that it announces.
        """
        for other in self._customers():
            await other.let_out(prefixes)
        best = self._routing.routers[router].loc_rib.best
        own = self._own(router)
        return await self._originate(router, (*own, *(prefix for prefix in prefixes if prefix not in best)))

    async def withdraw(self, router: str, prefixes: Collection[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Have a router announce `prefixes` no longer. Gives what its table then says that it announces."""
        gone = frozenset(prefixes)
        passed_on = gone & frozenset(self._routing.routers[router].loc_rib.best) - frozenset(self._own(router))
        if passed_on:
            await self._routing.routers[router].hold_back(passed_on)
        return await self._originate(router, [prefix for prefix in self._own(router) if prefix not in gone])

    async def leak(self, router: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """As `announce`, by a fault: nothing of it is left after `stop_leak`."""
        for other in self._customers():
            await other.leak(prefixes, stops=False)
        leaking = self._routing.routers[router]
        leaking.leaks(prefixes, stops=False)
        more = (prefix for prefix in prefixes if prefix not in leaking.loc_rib.best)
        return await self._originate(router, (*self._own(router), *more))

    async def stop_leak(self, router: str, prefixes: Collection[IPNetwork]) -> tuple[IPNetwork, ...]:
        """What is neither the router's own by design nor leaked by another fault it announces no longer.

        Gives what of `prefixes` its table then has of its own in spite of that. The filters are as before the leak.
        """
        leaking = self._routing.routers[router].leaks(prefixes, stops=True)
        gone = frozenset(prefixes) - frozenset(self._plan.speaker(router).originates) - leaking
        left = await self._originate(router, [prefix for prefix in self._own(router) if prefix not in gone])
        for other in self._customers():
            await other.leak(prefixes, stops=True)
        return tuple(prefix for prefix in left if prefix in gone)

    def announced(self, router: str) -> tuple[IPNetwork, ...]:
        """All that AWS hears of a router on any session that is up, or would by its table."""
        speaker = self._routing.routers[router]
        told = [a.prefix for name in self.told(router) for a in speaker.told(name)]
        return tuple(dict.fromkeys((*self._own(router), *told)))

    def told(self, router: str) -> Mapping[str, int]:
        """How many prefixes AWS was told by a router, by session that is up."""
        speaker = self._routing.routers[router]
        external = [session.name for session in self._plan.sessions if session.external and not session.static]
        return {name: len(speaker.told(name)) for name in external if name in speaker.established}

    async def reset(self, virtual_interface: str) -> Mapping[str, bool]:
        """Clear the sessions of a virtual interface; an end of AWS's that is Idle takes connections again.

        Gives, once they are up or `RESET_WITHIN_S` later, whether each is up at both ends.
        """
        sessions = self._plan.sessions_on(virtual_interface)
        for session in sessions:
            for end in reversed(session.ends):  # AWS's first: it has to take the connection that the customer makes
                router = self._routing.routers.get(end.speaker) if end.enabled else None
                if router is not None and router.side is Side.AWS:
                    router.end_idle(session.name)
                elif router is not None:
                    router.clear(session.name)
                    await router.idle()
        until = self._journal.clock.now() + RESET_WITHIN_S
        while not all(map(self._is_up, sessions)) and (left := until - self._journal.clock.now()) > 0:
            try:
                await self._journal.wait_for(virtual_interface, lambda event: isinstance(event, BgpChanged), left)
            except LabError:
                break
        return {session.name: self._is_up(session) for session in sessions}

    def _is_up(self, session: BgpSession) -> bool:
        ends = [end for end in session.ends if end.speaker in self._routing.routers]
        return all(("bgp", session.name, end.node) in self._up for end in ends)

    def _customers(self) -> list[ChangeableRouter]:
        return [router for router in self._routing.routers.values() if router.side is Side.CUSTOMER]

    def _own(self, router: str) -> tuple[IPNetwork, ...]:
        return tuple(route.prefix for route in self._routing.routers[router].loc_rib.routes() if route.originated)

    async def _originate(self, router: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        await self._routing.routers[router].originate(prefixes)
        return self._own(router)
