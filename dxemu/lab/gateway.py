"""A gateway on AWS's side: it chooses, for each of the customer's prefixes, one of its attachments.

The order is that of the Direct Connect User Guide, "Routing policies and BGP communities", after what the kind of
gateway prefers (`dxemu.control.policy.precedence`). Its attachments tell it at once; AWS publishes no figure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from dxemu.bgp.rib import BestPathChange, LocRib, in_order
from dxemu.bgp.route import Route
from dxemu.control.converge import tables_of
from dxemu.control.policy import gateway_paths, gateway_route, takes
from dxemu.control.public_scope import region_cost, told
from dxemu.events.routes import BestChosen, RouteWithheld
from dxemu.lab.fib import Fib
from dxemu.lab.journal import Journal
from dxemu.plan.model import Attachment, Gateway, Plan


class GatewayRouter:
    """The gateway's routes. Attach `listener_for(attachment)` to the router of each speaker that it hears."""

    def __init__(self, plan: Plan, gateway: Gateway, fibs: Mapping[int, Fib], journal: Journal) -> None:
        self.name = gateway.node
        self.gateway = gateway
        cost, paths = region_cost(plan, gateway), gateway_paths(gateway)
        self.loc_ribs = {table: LocRib(igp_cost=cost, maximum_paths=paths) for table in tables_of(gateway)}
        self._plan = plan
        self._fibs = fibs
        self._journal = journal
        self._session_at: dict[tuple[str, object], str] = {}
        self._gone: set[str] = set()
        self._tables: dict[str, LocRib] = {}

    def listener_for(
        self, attachment: Attachment, table: LocRib
    ) -> Callable[[Sequence[BestPathChange]], Awaitable[None]]:
        """What the speaker at the other end of `attachment`, which has `table`, calls when its best routes change."""
        self._tables[attachment.speaker] = table

        async def hear(changes: Sequence[BestPathChange]) -> None:
            if attachment.speaker not in self._gone:
                await self._hear(attachment, changes)

        return hear

    async def carrier_changed(self, port: str, *, up: bool) -> None:
        """A port to an attachment lost or gained carrier: what was heard there is forgotten, or heard again, whole."""
        for attachment in self.gateway.attachments:
            if attachment.gateway_interface != port:
                continue
            speaker = attachment.speaker
            if up and speaker in self._gone:
                self._gone.discard(speaker)
                best = self._tables[speaker].best
                await self._hear(attachment, [BestPathChange(prefix, None, best[prefix]) for prefix in in_order(best)])
            elif not up and speaker not in self._gone:
                self._gone.add(speaker)
                for table, loc_rib in self.loc_ribs.items():
                    await self._install(table, loc_rib.purge(speaker))

    async def _hear(self, attachment: Attachment, changes: Sequence[BestPathChange]) -> None:
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
        for table in attachment.tables:
            gone = [prefix for prefix in lost if takes(self.gateway, table, prefix)]
            come = [
                gateway_route(self._plan, self.gateway, attachment, new)
                for prefix, new in taken.items()
                if takes(self.gateway, table, prefix)
            ]
            loc_rib = self.loc_ribs[table]
            decided = loc_rib.withdraw(attachment.speaker, gone) + loc_rib.learn(attachment.speaker, come)
            await self._install(table, decided)

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

    async def _install(self, table: int, decided: Sequence[BestPathChange]) -> None:
        if table != self.gateway.vpc_table:
            self._journal.tell_each(map(self._best, decided))
        if self.gateway.propagates_to(table):
            hops = ((change.prefix, [route.next_hop for route in change.routes]) for change in decided)
            await self._fibs[table].apply(hops)

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
