"""The design of a running lab becomes another one: what differs is done in a careful operator's order, and read back.

If something fails, all that was begun is taken back, in the reverse order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

from dxemu.control.barred import barred
from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.built_rows import BUILT, BuiltRows
from dxemu.lab.cable import LabCable
from dxemu.lab.extra_rows import EXTRA, ExtraRows
from dxemu.lab.extras import bar
from dxemu.lab.hosted import accept
from dxemu.lab.journal import Journal
from dxemu.lab.kernel_rows import BUILT_WORDS, GONE_WORDS, KernelRows
from dxemu.lab.lags import LagFollower
from dxemu.lab.node import LabNode
from dxemu.lab.overlay import Overlay
from dxemu.lab.router import Router
from dxemu.lab.routing import Routing
from dxemu.lab.session_changes import SessionFollower
from dxemu.plan.diff import Added, Changed, Removed, diff
from dxemu.plan.followed import not_followed
from dxemu.plan.model import BgpSession, Bond, Bridge, Gateway, IpsecTunnel, Plan, Speaker, Vrf
from dxemu.plan.order import careful
from dxemu.units import IPNetwork

Row = Added | Removed | Changed


class ChangeNotMade(LabError):
    """A change failed, and the lab is what it was before."""


@dataclass(frozen=True, slots=True)
class Follower:
    """Brings a lab from the plan `before` to the plan `after`. `seed` is the run's."""

    before: Plan
    after: Plan
    routing: Routing
    clock: Clock
    nodes: dict[str, LabNode] = field(default_factory=dict)
    cables: dict[str, LabCable] = field(default_factory=dict)
    journal: Journal | None = None
    stack: AsyncExitStack | None = None
    watch: Callable[[str], Awaitable[None]] | None = None
    overlay: Overlay | None = None
    seed: int = 1

    async def follow(self) -> str:
        """Do it; what was read back, in words.

        Raises ChangeNotMade if it failed and was taken back, LabError if that failed, too.
        """
        found = diff(self.before, self.after)
        cannot = [step.words for step in not_followed(found)]
        if cannot:
            raise ChangeNotMade(f"a lab that runs cannot do this: {'; '.join(cannot)}. Nothing was changed")
        begun: list[Row] = []
        said: dict[str, list[str]] = {}
        try:
            for step in careful(found):
                begun.append(step.difference)
                read = await self._do(step.difference)
                said.setdefault(read, []).append(str(step.difference.key[0]))
            for tunnel in _new_tunnels(begun):  # the way to its peer may have come with a change
                assert self.overlay is not None
                said.setdefault(await self.overlay.come_up(tunnel), []).append(tunnel.name)
        except LabError as error:
            await self._back(begun, error)
            raise ChangeNotMade(f"{error}. All is as it was before") from error
        return _summary(said)

    async def absorb(self) -> str:
        """Say from now on by the plan what somebody has done on routers, and do what else follows. Raises LabError.

        That is between which ports of a transit gateway nothing goes.
        """
        was, now = barred(self.before), barred(self.after)
        for node in was.keys() | now.keys():
            if was.get(node, ()) != now.get(node, ()):
                await bar(now.get(node, ()), self.nodes[node])
        await self.routing.absorb(self.after)
        return ""

    async def _back(self, begun: list[Row], why: LabError) -> None:
        back = replace(self, before=self.after, after=self.before)
        try:
            for one in reversed(begun):
                await back._do(inverse(one))
        except LabError as error:
            raise LabError(
                f"{why}. Going back failed, too: {error}. The lab is neither the one nor the other"
            ) from error

    async def _do(self, one: Row) -> str:
        old = None if isinstance(one, Added) else one.row if isinstance(one, Removed) else one.old
        new = None if isinstance(one, Removed) else one.row if isinstance(one, Added) else one.new
        sessions = SessionFollower(self.before, self.after, self.routing, self.clock, self.overlay)
        match old, new:
            case None, BgpSession():
                return await sessions.add(new)
            case BgpSession(), None:
                return await sessions.remove(old)
            case None, Speaker():
                await self.routing.add_speaker(self.after, new)
                return BUILT_WORDS
            case Speaker(), None:
                await self.routing.remove_speaker(old.name)
                return GONE_WORDS
            case Speaker(), Speaker():
                return await self._speaker(old, new)
            case None, Gateway():
                return await self._bar(new, await self.routing.add_gateway(self.after, new))
            case Gateway(), None:
                return await self._bar(old, await self.routing.remove_gateway(self.before, old))
            case Gateway(), Gateway():
                return await self._bar(new, await self._gateway(new))
            case BgpSession(), BgpSession():
                await self._confirm(old, new)
                return await sessions.follow(old, new)
            case Bond(), Bond():
                return await LagFollower(self.after, self.nodes, self.clock).follow(new)
        if old is None and isinstance(new, BUILT | EXTRA):
            return await self._build(new)
        if new is None and isinstance(old, BUILT | EXTRA):
            return await self._take_down(old)
        if isinstance(old, Vrf | Bridge) and isinstance(new, Vrf | Bridge):
            return await self._built.change(old, new)
        rows = KernelRows(self.before, self.after, self.nodes, self.cables, self.routing)
        return await rows.do(one)

    async def _build(self, row: BUILT | EXTRA) -> str:
        if isinstance(row, EXTRA):
            return await ExtraRows(self.after, self.nodes).build(row)
        said = await self._built.build(row)
        if isinstance(row, IpsecTunnel):
            assert self.overlay is not None
            await self.overlay.add(row)
        return said

    async def _take_down(self, row: BUILT | EXTRA) -> str:
        if isinstance(row, EXTRA):
            return await ExtraRows(self.after, self.nodes).take_down(row)
        if isinstance(row, IpsecTunnel):
            assert self.overlay is not None
            await self.overlay.remove(row)
        return await self._built.take_down(row)

    @property
    def _built(self) -> BuiltRows:
        assert self.stack is not None
        assert self.watch is not None
        site = (self.nodes, self.cables, self.stack, self.watch, self.clock, self.seed)
        return BuiltRows(self.before, self.after, *site)

    async def _confirm(self, old: BgpSession, new: BgpSession) -> None:
        """AWS's end of a hosted virtual interface is up once its owner has accepted it."""
        if old.confirmed == new.confirmed:
            return
        if await accept(self.after, self.nodes, new, accepted=new.confirmed) != new.confirmed:
            end, state = new.ends[1], "up" if new.confirmed else "down"
            raise LabError(f"{end.interface} on {end.node} should be {state}")

    async def _speaker(self, old: Speaker, new: Speaker) -> str:
        """What it announces of its own, and how many paths it uses. What somebody announced beside the design stays."""
        router = self.routing.routers[new.name]
        beside = (prefix for prefix in _originated(router) if prefix not in old.originates)
        wanted = tuple(dict.fromkeys((*new.originates, *beside)))
        more = len(new.tags) > len(old.tags)
        if not more:
            await router.originate(wanted)
        if (new.tags, new.exchanges) != (old.tags, old.exchanges):  # nothing is announced without its communities
            for session in self.after.sessions_of(new.name):
                if session in self.before.sessions_of(new.name):
                    await router.follow(self.after, session)
        if more:
            await router.originate(wanted)
        if new.maximum_paths != old.maximum_paths:
            await router.share(new)
        said = _originated(router)
        if set(said) != set(wanted):
            raise LabError(f"{new.name} should announce {_listed(wanted)}, its table says {_listed(said)}")
        return f"its table says {_listed(said)}"

    async def _gateway(self, new: Gateway) -> str:
        """It hears all anew, as it is configured from now on."""
        assert self.journal is not None
        return await self.routing.follow_gateway(self.after, new, self.nodes[new.node], self.journal)

    async def _bar(self, gateway: Gateway, said: str) -> str:
        """A transit gateway carries nothing between other ports than before."""
        groups = barred(self.after).get(gateway.node, ())
        if groups != barred(self.before).get(gateway.node, ()):
            await bar(groups, self.nodes[gateway.node])
        return said


def _new_tunnels(done: Sequence[Row]) -> list[IpsecTunnel]:
    return [one.row for one in done if isinstance(one, Added) and isinstance(one.row, IpsecTunnel)]


def inverse(one: Row) -> Row:
    """What takes a difference back."""
    match one:
        case Added():
            return Removed(table=one.table, key=one.key, row=one.row)
        case Removed():
            return Added(table=one.table, key=one.key, row=one.row, place=0)
        case Changed():
            return Changed(table=one.table, key=one.key, old=one.new, new=one.old)


def _summary(said: Mapping[str, Sequence[str]]) -> str:
    """What was read back, by whose it is; of what only comes or goes how many there are."""
    if len(said) == 1:
        return next(iter(said))
    many = [f"{len(names)} {read}" for read, names in said.items() if read in (BUILT_WORDS, GONE_WORDS)]
    rest = [
        f"{' and '.join(dict.fromkeys(names))}: {read}"
        for read, names in said.items()
        if read and read not in (BUILT_WORDS, GONE_WORDS)
    ]
    return "; ".join((*rest, *many))


def _originated(router: Router) -> tuple[IPNetwork, ...]:
    return tuple(route.prefix for route in router.loc_rib.routes() if route.originated)


def _listed(prefixes: tuple[object, ...]) -> str:
    return ", ".join(map(str, prefixes)) or "nothing"
