"""The design of a running lab becomes another one: what differs is done in a careful operator's order, and read back.

If something fails, all that was begun is taken back, in the reverse order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.heard import not_heard
from dxemu.lab.router import Router
from dxemu.lab.routing import Routing
from dxemu.plan.diff import Changed, diff
from dxemu.plan.followed import not_followed
from dxemu.plan.model import BgpSession, Gateway, Plan, Speaker
from dxemu.plan.order import careful
from dxemu.units import IPNetwork
from dxemu.words import duration

HEARD_WITHIN_S = 10.0
"""How long a peer may take to hear of a change. It takes a round trip; a peer that is cut off never does."""
LOOK_S = 0.002


class ChangeNotMade(LabError):
    """A change failed, and the lab is what it was before."""


@dataclass(frozen=True, slots=True)
class Follower:
    """Brings a lab from the plan `before` to the plan `after`: the same elements with other values."""

    before: Plan
    after: Plan
    routing: Routing
    clock: Clock

    async def follow(self) -> str:
        """Do it; what was read back, in words.

        Raises ChangeNotMade if it failed and was taken back, LabError if that failed, too.
        """
        found = diff(self.before, self.after)
        cannot = [step.words for step in not_followed(found)]
        if cannot:
            raise ChangeNotMade(f"a lab that runs cannot do this: {'; '.join(cannot)}. Nothing was changed")
        begun: list[Changed] = []
        said: list[str] = []
        try:
            for step in careful(found):
                assert isinstance(step.difference, Changed)
                begun.append(step.difference)
                said.append(f"{step.words} ({await self._do(step.difference)})")
        except LabError as error:
            await self._back(begun, error)
            raise ChangeNotMade(f"{error}. All is as it was before") from error
        return "; ".join(said)

    async def _back(self, begun: list[Changed], why: LabError) -> None:
        back = replace(self, before=self.after, after=self.before)
        try:
            for one in reversed(begun):
                await back._do(Changed(table=one.table, key=one.key, old=one.new, new=one.old))
        except LabError as error:
            raise LabError(
                f"{why}. Going back failed, too: {error}. The lab is neither the one nor the other"
            ) from error

    async def _do(self, one: Changed) -> str:
        tables: Mapping[str, Callable[[Changed], Awaitable[str]]] = {
            "speakers": self._speaker,
            "gateways": self._gateway,
            "sessions": self._session,
        }
        return await tables[one.table](one)

    async def _speaker(self, one: Changed) -> str:
        """What it announces of its own. What somebody announced beside the design stays."""
        old, new = one.old, one.new
        assert isinstance(old, Speaker)
        assert isinstance(new, Speaker)
        router = self.routing.routers[new.name]
        beside = (prefix for prefix in _originated(router) if prefix not in old.originates)
        wanted = tuple(dict.fromkeys((*new.originates, *beside)))
        await router.originate(wanted)
        said = _originated(router)
        if set(said) != set(wanted):
            raise LabError(f"{new.name} should announce {_listed(wanted)}, its table says {_listed(said)}")
        return f"its table says {_listed(said)}"

    async def _gateway(self, one: Changed) -> str:
        """Its allowed prefixes: what the speakers that it hears announce, which are rows of their own."""
        new = one.new
        assert isinstance(new, Gateway)
        self.routing.gateways[new.node].gateway = new
        return "told by the devices"

    async def _session(self, one: Changed) -> str:
        """Both ends choose and announce anew; read back are the tables of both."""
        old, new = one.old, one.new
        assert isinstance(old, BgpSession)
        assert isinstance(new, BgpSession)
        for number in (0, 1):
            router = self.routing.routers.get(new.ends[number].speaker)
            if router is not None:
                await router.follow(self.after, new)
        if new.in_service != old.in_service:
            return await self._switched(new)
        return await self._heard(new)

    async def _switched(self, session: BgpSession) -> str:
        """Return when both ends say that the session is up, or down, as it should be; or that they do not, in words."""
        waited, ends = 0.0, [self.routing.routers[e.speaker] for e in session.ends if e.speaker in self.routing.routers]
        while any((session.name in router.established) != session.in_service for router in ends):
            if waited >= HEARD_WITHIN_S:
                still = "down" if session.in_service else "up"
                return f"after {duration(HEARD_WITHIN_S * 1e3)} an end is still {still}"
            await self.clock.settle(LOOK_S)
            waited += LOOK_S
        return f"both ends say that it is {'up' if session.in_service else 'down'}"

    async def _heard(self, session: BgpSession) -> str:
        """Return when each end's table holds what the other end announces now; a session that is down has nothing."""
        waited = 0.0
        while self._is_up(session):
            missing = not_heard(self.routing, session)
            if not missing:
                return "both ends' tables say so"
            if waited >= HEARD_WITHIN_S:
                raise LabError(f"{missing} within {duration(HEARD_WITHIN_S * 1e3)}")
            await self.clock.settle(LOOK_S)
            waited += LOOK_S
        return "its session is down"

    def _is_up(self, session: BgpSession) -> bool:
        ends = [self.routing.routers[end.speaker] for end in session.ends if end.speaker in self.routing.routers]
        return all(session.name in router.established for router in ends)


def _originated(router: Router) -> tuple[IPNetwork, ...]:
    return tuple(route.prefix for route in router.loc_rib.routes() if route.originated)


def _listed(prefixes: tuple[object, ...]) -> str:
    return ", ".join(map(str, prefixes)) or "nothing"
