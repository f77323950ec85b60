"""A gateway on AWS's side: it chooses, for each of the customer's prefixes, one of its attachments.

The order is that of the Direct Connect User Guide, "Routing policies and BGP communities", after what the kind of
gateway prefers (`dxemu.plan.policy.precedence`). Its attachments tell it at once; AWS publishes no figure.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from dxemu.bgp.rib import Change, LocRib
from dxemu.lab.fib import Fib
from dxemu.lab.journal import Journal
from dxemu.plan.converge import tables_of
from dxemu.plan.model import Attachment, Gateway, Plan
from dxemu.plan.policy import gateway_paths, gateway_route, takes


class GatewayRouter:
    """The gateway's routes. Attach `listener_for(attachment)` to the router of each speaker that it hears."""

    def __init__(self, plan: Plan, gateway: Gateway, fibs: Mapping[int, Fib], journal: Journal) -> None:
        self.name = gateway.node
        self.gateway = gateway
        self.loc_ribs = {table: LocRib(maximum_paths=gateway_paths(gateway)) for table in tables_of(gateway)}
        self._plan = plan
        self._fibs = fibs
        self._journal = journal
        self._session_at: dict[tuple[str, object], str] = {}
        self._gone: dict[str, list[Change]] = {}

    def listener_for(self, attachment: Attachment) -> Callable[[Sequence[Change]], Awaitable[None]]:
        """What the speaker at the other end of `attachment` calls when its best routes change."""

        async def hear(changes: Sequence[Change]) -> None:
            if attachment.speaker in self._gone:
                self._gone[attachment.speaker] += changes
                return
            for change in changes:
                await self._hear(attachment, change)

        return hear

    async def carrier_changed(self, port: str, *, up: bool) -> None:
        """A port to an attachment lost or gained carrier: what was heard there does not count meanwhile."""
        for attachment in self.gateway.attachments:
            if attachment.gateway_interface != port:
                continue
            speaker = attachment.speaker
            if up:
                for change in self._gone.pop(speaker, []):
                    await self._hear(attachment, change)
            elif speaker not in self._gone:
                self._gone[speaker] = []
                for table, loc_rib in self.loc_ribs.items():
                    await self._install(table, loc_rib.purge(speaker))

    async def _hear(self, attachment: Attachment, change: Change) -> None:
        carried = {address.version for address in attachment.device_addresses}
        if change.prefix.version not in carried:
            return
        for table in attachment.tables:
            if not takes(self.gateway, table, change.prefix):
                continue
            loc_rib = self.loc_ribs[table]
            if change.new is None or change.new.originated or not change.new.external:
                decided = loc_rib.withdraw(attachment.speaker, [change.prefix])
            else:
                self._session_at[attachment.speaker, change.prefix] = change.new.session
                route = gateway_route(self._plan, self.gateway, attachment, change.new)
                decided = loc_rib.learn(attachment.speaker, [route])
            await self._install(table, decided)

    async def _install(self, table: int, decided: Sequence[Change]) -> None:
        for change in decided:
            sessions = [self._session_at[route.session, change.prefix] for route in change.routes]
            self._journal.tell(
                "best",
                node=self.name,
                prefix=str(change.prefix),
                session=sessions[0] if sessions else None,
                rule=change.rule,
                **({"shared": sessions} if len(sessions) > 1 else {}),
            )
            if not self.gateway.route_propagation:
                continue
            if change.new is None:
                await self._fibs[table].remove(change.prefix)
            else:
                await self._fibs[table].install(change.prefix, [route.next_hop for route in change.routes])
