"""Daemons that only some labs have: strongSwan for IPsec tunnels, keepalived for a shared gateway address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from dxemu.events.last_words import REPLACED
from dxemu.events.links import TunnelChanged, VrrpChanged
from dxemu.host.clock import SECOND_NS
from dxemu.lab.journal import Journal
from dxemu.lab.node import LabNode
from dxemu.lab.tasks import Tasks
from dxemu.netlink import nftables
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import NETLINK_NETFILTER, Netlink
from dxemu.plan.model import IpsecTunnel, Plan
from dxemu.words import duration

if TYPE_CHECKING:
    from dxemu.daemons.strongswan import StrongSwan
    from dxemu.daemons.strongswan_events import TunnelEvent

IPV4 = 4
OnTunnel = Callable[[str, str, bool, str], None]
"""Called with node, tunnel, whether it is up, and the reason if not."""


UP_WITHIN_S = 2.0
"""For IKE's two round trips, and what both ends compute for its keys."""
LOOK_S = 0.01
CALM_S = 0.001


@dataclass(frozen=True, slots=True)
class _Site:
    """Where daemons are started."""

    nodes: Mapping[str, LabNode]
    folder: str
    stack: AsyncExitStack
    tasks: Tasks


class Overlay:
    """The tunnels of a lab."""

    def __init__(self, plan: Plan, journal: Journal, on_tunnel: OnTunnel) -> None:
        self._plan = plan
        self._journal = journal
        self._on_tunnel = on_tunnel
        self._charons: dict[str, StrongSwan] = {}

    async def start(self, nodes: Mapping[str, LabNode], folder: str, stack: AsyncExitStack, tasks: Tasks) -> None:
        """Start charon on every node at which a tunnel ends; none of them connects yet. Raises LabError."""
        self._site = _Site(nodes, folder, stack, tasks)
        for node in dict.fromkeys(end.node for tunnel in self._plan.tunnels for end in tunnel.ends):
            await self._start(node, self._plan.tunnels_at(node))
        for charon in self._journal.each("IPsec daemons", list(self._charons.values())):
            await charon.ready()

    async def _start(self, node: str, tunnels: Sequence[IpsecTunnel]) -> StrongSwan:
        from dxemu.daemons.strongswan import StrongSwan  # imports cost time in the guest

        site = self._site
        log = f"{site.folder}/{node}.charon.log"
        # charon draws its jitter from the second in which it starts: two that shared one would rekey at once.
        async with self._journal.clock.moment(SECOND_NS):
            charon = StrongSwan(node, tunnels, site.nodes[node].namespace, self._listener(node), site.tasks.fail, log)
            site.stack.callback(charon.stop)
        self._charons[node] = charon
        return charon

    def adopt(self, plan: Plan) -> None:
        """The plan has become this one."""
        self._plan = plan

    async def add(self, tunnel: IpsecTunnel) -> None:
        """Have both ends know a tunnel that is new; none of them connects yet. Raises LabError."""
        for end in tunnel.ends:
            charon = self._charons.get(end.node)
            if charon is None:
                await (await self._start(end.node, (tunnel,))).ready()
            else:
                await self.calm()
                await charon.add(tunnel)

    async def remove(self, tunnel: IpsecTunnel) -> None:
        """Have neither end know a tunnel any more that was taken down. Raises LabError."""
        for end in tunnel.ends:
            await self.calm()
            await self._charons[end.node].remove(tunnel.name)

    async def come_up(self, tunnel: IpsecTunnel) -> str:
        """Have a tunnel connect. Returns when it is up, or is not about to be; which of it, in words."""
        await self._initiate(tunnel)
        up = await self.within(UP_WITHIN_S, lambda: self.is_up(tunnel))
        return "up" if up else f"not up within {duration(UP_WITHIN_S * 1e3)}"

    async def go_down(self, tunnel: IpsecTunnel) -> None:
        """Have a tunnel end: the customer's end tells the other one, which does so by itself if it is cut off.

        Raises LabError.
        """
        for end in tunnel.ends:
            await self.calm()
            await self._charons[end.node].close(tunnel.name)

    async def calm(self) -> None:
        """Let charons hear what has just happened in their kernels before they are asked something.

        Who waits for sockets in them spins while a callback of one has not ended (strongSwan 5.9.8, watcher.c); where
        the clock is virtual no time passes then, and the callback gets no turn.
        """
        await self._journal.clock.settle(CALM_S)

    def is_up(self, tunnel: IpsecTunnel) -> bool:
        """Whether it carries packets at both ends, by charon's last word."""
        return all(self._charons[end.node].is_up(tunnel.name) for end in tunnel.ends)

    async def connect(self) -> None:
        """Have every tunnel come up. The session or a `tunnel` event says when it is there."""
        for tunnel in self._plan.tunnels:
            await self._initiate(tunnel)

    async def _initiate(self, tunnel: IpsecTunnel) -> None:
        for end in tunnel.ends:
            if end.initiates:
                async with self._journal.clock.moment():
                    await self._charons[end.node].initiate(tunnel.name)

    async def power_lost(self, node: str) -> None:
        """The keys of a node's tunnels are gone, and nobody is told: its ports are dark. Raises LabError."""
        if node in self._charons:
            for tunnel in self._at(node):
                await self._charons[node].forget(tunnel.name)

    async def power_back(self, node: str) -> None:
        """What connects by itself does so again. Raises LabError."""
        for tunnel in self._at(node) if node in self._charons else ():
            if any(end.node == node and end.initiates for end in tunnel.ends):
                await self._charons[node].initiate_again(tunnel.name)

    def refusal(self, tunnel: str) -> tuple[str, str]:
        """Node and words of the end of a tunnel that was refused; empty if none was."""
        found = ((node, charon.refusal(tunnel)) for node, charon in self._charons.items())
        return next(((node, said) for node, said in found if said), ("", ""))

    def programs(self, node: str) -> Mapping[str, int]:
        """The number of a node's IKE daemon, if it runs one."""
        charon = self._charons.get(node)
        return {} if charon is None else {"IKE": charon.process.pid}

    def daemon(self, node: str) -> StrongSwan:
        """The IKE daemon of a node at which a tunnel ends."""
        return self._charons[node]

    def authenticated(self, tunnel: IpsecTunnel) -> None:
        """Both ends have authenticated again while the tunnel was up, of which charon tells nothing."""
        for end in tunnel.ends:
            self._journal.tell(TunnelChanged(node=end.node, tunnel=tunnel.name, state="rekeyed", reason="ike"))

    async def within(self, limit_s: float, so: Callable[[], bool]) -> bool:
        """Wait until it is so, at most so long. Gives whether it is."""
        waited = 0.0
        while not so() and waited < limit_s:
            await self._journal.clock.settle(LOOK_S)
            waited += LOOK_S
        return so()

    def _at(self, node: str) -> list[IpsecTunnel]:
        return [tunnel for tunnel in self._plan.tunnels if any(end.node == node for end in tunnel.ends)]

    async def rekey(self, tunnel: str) -> None:
        """New keys for a tunnel's ESP, asked for by the customer's end. Raises LabError if it is not up."""
        near = self._plan.tunnel(tunnel).ends[0]
        await self._charons[near.node].rekey(tunnel)

    def _listener(self, node: str) -> Callable[[TunnelEvent], None]:
        from dxemu.daemons.strongswan_events import TunnelDown, TunnelRekeyed, TunnelUp

        def tell(tunnel: str, state: str, reason: str, detail: str | None = None) -> None:
            self._journal.tell(TunnelChanged(node=node, tunnel=tunnel, state=state, reason=reason, detail=detail))

        def hear(event: TunnelEvent) -> None:
            match event:
                case TunnelUp(tunnel):
                    tell(tunnel, "up", "")
                    self._on_tunnel(node, tunnel, True, "")
                case TunnelDown(tunnel, reason, detail):
                    tell(tunnel, "down", reason, detail)
                    if reason != REPLACED:
                        self._on_tunnel(node, tunnel, False, reason)
                case TunnelRekeyed(tunnel, what):
                    tell(tunnel, "rekeyed", what)

        return hear


async def start_vrrp(
    plan: Plan, nodes: Mapping[str, LabNode], journal: Journal, stack: AsyncExitStack, tasks: Tasks
) -> None:
    """Keepalived on every router that shares an address."""
    if not plan.vrrp:
        return
    from dxemu.daemons.keepalived import Keepalived, virtual_interface  # imports cost time in the guest

    for node in dict.fromkeys(router for group in plan.vrrp for router, _ in group.priorities):
        groups = [group for group in plan.vrrp if node in dict(group.priorities)]

        with_macvlan = {group.virtual_router_id for group in groups if group.address.version == IPV4}
        deaf = await stack.enter_async_context(_Deaf(nodes[node].namespace))

        def tell(
            virtual_router_id: int,
            state: str,
            node: str = node,
            deaf: _Deaf = deaf,
            with_macvlan: set[int] = with_macvlan,
        ) -> None:
            journal.tell(VrrpChanged(node=node, virtual_router_id=virtual_router_id, state=state))
            if virtual_router_id in with_macvlan:
                tasks.start(deaf.set(f"vrrp{virtual_router_id}", deaf=state != "master"))

        for group in (group for group in groups if group.address.version == IPV4):
            await deaf.set(virtual_interface(group), deaf=True)
        async with journal.clock.moment():
            keepalived = Keepalived(node, groups, nodes[node].namespace, tell, tasks.fail)
            stack.callback(keepalived.stop)


class _Deaf:
    """A router that is not master discards what is for the virtual MAC (RFC 5798 section 6.4.2).

    keepalived leaves that out: its macvlan takes such packets in, and the kernel forwards them. A switch sends them
    there when it has lost the master's port.
    """

    def __init__(self, namespace: Namespace) -> None:
        self._netlink = Netlink(namespace, NETLINK_NETFILTER)
        self._tables: set[str] = set()

    async def __aenter__(self) -> Self:
        await self._netlink.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._netlink.__aexit__(None, None, None)

    async def set(self, interface: str, *, deaf: bool) -> None:
        """Discard what comes in by `interface` to be forwarded, or no longer."""
        if deaf and interface not in self._tables:
            self._tables.add(interface)
            await nftables.apply(
                self._netlink, interface, nftables.Hook.FORWARD, (nftables.DropRule(interface=interface),)
            )
        elif not deaf and interface in self._tables:
            self._tables.discard(interface)
            await nftables.delete(self._netlink, interface)
