"""The design of a running lab becomes another one: what differs is done in a careful operator's order, and read back.

If something fails, all that was begun is taken back, in the reverse order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.router import Router
from dxemu.lab.routing import Routing
from dxemu.lab.session_changes import SessionFollower
from dxemu.plan.diff import Changed, diff
from dxemu.plan.followed import not_followed
from dxemu.plan.model import BgpSession, Gateway, Plan, Speaker
from dxemu.plan.order import careful
from dxemu.units import IPNetwork


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
        said: dict[str, list[str]] = {}
        try:
            for step in careful(found):
                assert isinstance(step.difference, Changed)
                begun.append(step.difference)
                read = await self._do(step.difference)
                said.setdefault(read, []).append(str(step.difference.key[0]))
        except LabError as error:
            await self._back(begun, error)
            raise ChangeNotMade(f"{error}. All is as it was before") from error
        if len(said) == 1:
            return next(iter(said))
        return "; ".join(f"{' and '.join(dict.fromkeys(names))}: {read}" for read, names in said.items() if read)

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
        return ""

    async def _session(self, one: Changed) -> str:
        """Both ends are configured anew; read back is what can be read at once."""
        assert isinstance(one.old, BgpSession)
        assert isinstance(one.new, BgpSession)
        return await SessionFollower(self.after, self.routing, self.clock).follow(one.old, one.new)


def _originated(router: Router) -> tuple[IPNetwork, ...]:
    return tuple(route.prefix for route in router.loc_rib.routes() if route.originated)


def _listed(prefixes: tuple[object, ...]) -> str:
    return ", ".join(map(str, prefixes)) or "nothing"
