"""A gateway on AWS's side: it chooses, for each of the customer's prefixes, one of its attachments.

The order is that of the Direct Connect User Guide, "Routing policies and BGP communities", after what the kind of
gateway prefers (`dxemu.control.policy.precedence`). Its attachments tell it at once; AWS publishes no figure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from dxemu.bgp.rib import BestPathChange, LocRib, in_order
from dxemu.bgp.route import Route
from dxemu.control.converge import tables_of
from dxemu.control.led_routes import Led, as_entries, led_routes
from dxemu.control.policy import gateway_paths, gateway_route, takes
from dxemu.control.public_scope import region_cost, told
from dxemu.control.route_mtu import route_mtu
from dxemu.events.routes import BestChosen, RouteWithheld
from dxemu.lab.fib import Fib
from dxemu.lab.journal import Journal
from dxemu.plan.model import Attachment, Gateway, Plan
from dxemu.units import IPAddress, IPNetwork


class GatewayRouter:
    """The gateway's routes. Attach `listener_for(attachment)` to the router of each speaker that it hears."""

    def __init__(self, plan: Plan, gateway: Gateway, fibs: Mapping[int, Fib], journal: Journal) -> None:
        self.name = gateway.node
        self.gateway = gateway
        cost, paths = region_cost(plan, gateway), gateway_paths(gateway)
        self.loc_ribs = {table: LocRib(igp_cost=cost, maximum_paths=paths) for table in tables_of(gateway)}
        self._plan = plan
        self._fibs = dict(fibs)
        self._journal = journal
        self._session_at: dict[tuple[str, object], str] = {}
        self._gone: set[str] = set()
        self._tables: dict[str, LocRib] = {}
        self._led: dict[int, Led] = {}

    def hears(self, table: LocRib) -> bool:
        """Whether there is a listener for the speaker that has this table."""
        return any(table is known for known in self._tables.values())

    def listener_for(
        self, attachment: Attachment, table: LocRib
    ) -> Callable[[Sequence[BestPathChange]], Awaitable[None]]:
        """What the speaker at the other end of `attachment`, which has `table`, calls when its best routes change."""
        self._tables[attachment.speaker] = table

        async def hear(changes: Sequence[BestPathChange]) -> None:
            now = next((one for one in self.gateway.attachments if one.speaker == attachment.speaker), None)
            if now is not None and now.speaker not in self._gone:
                await self._hear(now, changes)

        return hear

    async def begin(self) -> str:
        """Hear all of the speakers that have a listener. Gives what was read back; raises LabError."""
        for attachment in self.gateway.attachments:
            if attachment.speaker in self._tables:
                await self._hear_whole(attachment)
        return "; ".join([await fib.read_back() for fib in self._fibs.values()])

    async def follow(self, plan: Plan, gateway: Gateway, fib_of: Callable[[int], Fib]) -> str:
        """From now on it is configured as `gateway`: it hears all anew, and its tables hold what follows.

        `fib_of` makes the kernel's table of a number. Gives what was read back; raises LabError if that is wrong.
        """
        old, before, was = self.gateway, self.loc_ribs, {table: self._wanted(table) for table in self.loc_ribs}
        self.gateway, self._plan, self._led = gateway, plan, {}
        cost, paths = region_cost(plan, gateway), gateway_paths(gateway)
        self.loc_ribs = {table: LocRib(igp_cost=cost, maximum_paths=paths) for table in tables_of(gateway)}
        for attachment in gateway.attachments:
            if attachment.speaker not in self._gone:
                self._learn(attachment, self._whole(attachment))
        said = []
        for table in dict.fromkeys((*before, *self.loc_ribs)):
            had, same = was.get(table, {}), table in self.loc_ribs and _same_table(old, gateway, table)
            if had and not same:
                await self._fibs[table].apply((prefix, ()) for prefix in had)
                had = {}
            self._tell_new(before.get(table, LocRib()), self.loc_ribs.get(table, LocRib()), table)
            if table not in self.loc_ribs:
                said.append(await self._fibs.pop(table).read_back())
                continue
            if not same or table not in self._fibs:
                self._fibs[table] = fib_of(table)
            wanted = self._wanted(table)
            gone = [(prefix, ()) for prefix in had if prefix not in wanted]
            new = [(p, hops) for p, hops in wanted.items() if self._limit(table, p) or had.get(p) != hops]
            await self._fibs[table].apply([*gone, *new])
            said.append(await self._fibs[table].read_back())
        return "; ".join(said)

    def _wanted(self, table: int) -> dict[IPNetwork, list[IPAddress]]:
        """What the kernel is to have in a table."""
        if not self.gateway.propagates_to(table):
            return {}
        return {p: [route.next_hop for route in choice.routes] for p, choice in self.loc_ribs[table].best.items()}

    def _tell_new(self, before: LocRib, after: LocRib, table: int) -> None:
        if table == self.gateway.vpc_table:
            return
        old, new = before.best, after.best
        for prefix in in_order({*old, *new}):
            was, now = old.get(prefix), new.get(prefix)
            if (was and was.routes) != (now and now.routes):
                self._journal.tell(self._best(BestPathChange(prefix, None if was is None else was.route, now)))

    async def carrier_changed(self, port: str, *, up: bool) -> None:
        """A port to an attachment lost or gained carrier: what was heard there is forgotten, or heard again, whole."""
        for attachment in self.gateway.attachments:
            if attachment.gateway_interface != port:
                continue
            speaker = attachment.speaker
            if up and speaker in self._gone:
                self._gone.discard(speaker)
                await self._hear_whole(attachment)
            elif not up and speaker not in self._gone:
                self._gone.add(speaker)
                for table, loc_rib in self.loc_ribs.items():
                    heard = loc_rib.learnt(speaker)
                    await self._install(table, loc_rib.purge(speaker) + self._lead(table), heard)

    async def _hear_whole(self, attachment: Attachment) -> None:
        await self._hear(attachment, self._whole(attachment))

    def _whole(self, attachment: Attachment) -> list[BestPathChange]:
        best = self._tables[attachment.speaker].best
        return [BestPathChange(prefix, None, best[prefix]) for prefix in in_order(best)]

    async def _hear(self, attachment: Attachment, changes: Sequence[BestPathChange]) -> None:
        heard = [change.prefix for change in changes]
        for table, decided in self._learn(attachment, changes):
            await self._install(table, decided, heard)

    def _learn(
        self, attachment: Attachment, changes: Sequence[BestPathChange]
    ) -> list[tuple[int, tuple[BestPathChange, ...]]]:
        """What is decided in each table of an attachment once these have been heard there, or that leads to it."""
        carried = {address.version for address in attachment.device_addresses}
        heard = {
            change.prefix: self._told(attachment, change) for change in changes if change.prefix.version in carried
        }
        lost, taken = [], {}
        for prefix, new in heard.items():
            if new is None:
                lost.append(prefix)
            else:
                taken[prefix] = new
                self._session_at[attachment.speaker, prefix] = new.session
        found = []
        led = (table for table, _, name in self.gateway.led if name == attachment.name)
        for table in dict.fromkeys((*attachment.tables, *led)):
            fed = table in attachment.tables
            gone = [prefix for prefix in lost if fed and takes(self.gateway, table, prefix)]
            come = [
                gateway_route(self._plan, self.gateway, attachment, new)
                for prefix, new in taken.items()
                if fed and takes(self.gateway, table, prefix)
            ]
            loc_rib = self.loc_ribs[table]
            decided = loc_rib.withdraw(attachment.speaker, gone) + loc_rib.learn(attachment.speaker, come)
            found.append((table, decided + self._lead(table)))
        return found

    def _lead(self, table: int) -> tuple[BestPathChange, ...]:
        """What becomes of the static routes of a table that lead to attachments, by what those know now."""
        if all(table != where for where, _, _ in self.gateway.led):
            return ()
        loc_rib, before = self.loc_ribs[table], self._led.get(table, {})
        propagated = [
            prefix
            for prefix in loc_rib.best
            if any(prefix not in before.get(route.session, ()) for route in loc_rib.candidates(prefix))
        ]
        now = self._led[table] = led_routes(
            self._plan, self.gateway, self._tables, table, lost=self._gone, propagated=propagated
        )
        changes: tuple[BestPathChange, ...] = ()
        for speaker in dict.fromkeys((*before, *now)):
            entries = now.get(speaker, {})
            gone = [prefix for prefix in before.get(speaker, ()) if prefix not in entries]
            for entry, route in entries.items():
                self._session_at[speaker, entry] = self._tables[speaker].best[route.prefix].route.session
            changes += loc_rib.withdraw(speaker, gone) + loc_rib.learn(speaker, as_entries(entries))
        return changes

    def _told(self, attachment: Attachment, change: BestPathChange) -> Route | None:
        """What the gateway hears of a speaker's new best route; None if there is none, or none for it."""
        if change.new is None or change.new.originated or not change.new.external:
            return None
        found = told(self._plan, self.gateway, attachment, change.new)
        if isinstance(found, Route):
            return found
        session = change.new.session
        prefix = str(found.prefix)
        self._journal.tell(RouteWithheld(node=self.name, session=session, prefix=prefix, reason=found.reason))
        return None

    async def _install(self, table: int, decided: Sequence[BestPathChange], heard: Iterable[IPNetwork]) -> None:
        """Have what was decided in the kernel, and what of it is `heard` and now has another MTU."""
        if table != self.gateway.vpc_table:
            self._journal.tell_each(map(self._best, decided))
        if self.gateway.propagates_to(table):
            hops = {change.prefix: [route.next_hop for route in change.routes] for change in decided}
            best = self.loc_ribs[table].best
            led = (prefix for entries in self._led.get(table, {}).values() for prefix in entries)
            for prefix in dict.fromkeys((*heard, *led)):
                if self._limit(table, prefix) and prefix in best:
                    hops.setdefault(prefix, [route.next_hop for route in best[prefix].routes])
            await self._fibs[table].apply(hops.items())

    def _limit(self, table: int, prefix: IPNetwork) -> bool:
        """Give the kernel's table the MTU of a route; whether that is another one."""
        return self._fibs[table].limit(prefix, route_mtu(self.gateway, self.loc_ribs[table], prefix))

    def _best(self, change: BestPathChange) -> BestChosen:
        """For the timeline."""
        sessions = tuple(self._session_at[route.session, change.prefix] for route in change.routes)
        return BestChosen(
            node=self.name,
            prefix=str(change.prefix),
            session=sessions[0] if sessions else None,
            rule=change.rule,
            shared=sessions if len(sessions) > 1 else None,
        )


def _same_table(old: Gateway, new: Gateway, table: int) -> bool:
    """Whether a kernel table is of the same sort with both: a VPC's own has a quota, and may be one of its own."""

    def sort(gateway: Gateway) -> tuple[bool, bool]:
        return gateway.is_vpc_route_table(table), gateway.vpc_table == table

    return sort(old) == sort(new)
