"""BFD in the running lab: one BIRD for each node with a session that has it, from the first such session on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

from dxemu.daemons.bird import BfdPeer, Bird
from dxemu.host.clock import Clock
from dxemu.lab.node import LabNode
from dxemu.lab.router import Router
from dxemu.lab.tasks import Tasks
from dxemu.plan.model import Plan


class BfdSpeakers:
    """What they say is told to the router at whose session it is."""

    def __init__(
        self,
        nodes: Mapping[str, LabNode],
        routers: Mapping[str, Router],
        clock: Clock,
        stack: AsyncExitStack,
        tasks: Tasks,
    ) -> None:
        self._nodes = nodes
        self._routers = routers
        self._clock = clock
        self._stack = stack
        self._tasks = tasks
        self._birds: dict[str, Bird] = {}
        self._shut: dict[str, str] = {}
        self._told_of: set[str] = set()

    async def follow(self, plan: Plan, node: str, without: str = "") -> bool:
        """Have a node run the BFD sessions of `plan`, `without` that of one session.

        Gives whether it ran others before. Raises LabError.
        """
        of_session = {
            session.name: (end.speaker, session)
            for session in plan.sessions
            for end in session.ends
            if end.node == node and end.speaker in self._routers
        }
        peers = [
            peer
            for speaker in plan.speakers
            for at, session in of_session.values()
            if at == speaker.name
            and session.name != without
            and self._shut.get(session.name) != node
            and (peer := BfdPeer.of(session, node)) is not None
        ]
        bird = self._birds.get(node)
        if bird is None and peers:
            await self._start(plan, node, peers)
        elif bird is not None and set(bird.peers) != set(peers):
            for gone in bird.peers:
                if gone.session not in {peer.session for peer in peers}:
                    self._at(node, gone.session).bfd_ended(gone.session)
            await bird.follow(peers)
        else:
            return False
        return True

    async def shut(self, plan: Plan, session: str, node: str, *, shut: bool) -> bool:
        """Shut a session down at one end, or run it again. Gives whether it runs there.

        BIRD says no AdminDown: what its other end then calls expired is taken for that.
        """
        bird = self._birds[node]
        if shut:
            self._shut[session] = node
            self._told_of.add(session)
        else:
            self._shut.pop(session, None)
            self._told_of.discard(session)
        await self.follow(plan, node)
        return any(peer.session == session for peer in bird.peers)

    def programs(self, node: str) -> Mapping[str, int]:
        """The number of a node's process, if it runs one."""
        bird = self._birds.get(node)
        return {} if bird is None else {"BFD": bird.process.pid}

    async def _start(self, plan: Plan, node: str, peers: list[BfdPeer]) -> None:
        router_id = plan.speakers_at(node)[0].router_id

        def changed(session: str, up: bool, reason: str) -> None:
            if not up and session in self._told_of:  # an operator's doing says nothing of the path
                self._at(node, session).bfd_ended(session)
            else:
                self._at(node, session).bfd_changed(session, up, reason)

        async with self._clock.moment():
            bird = Bird(node, router_id, peers, self._nodes[node].namespace, changed, self._tasks.fail)
            self._stack.callback(bird.stop)
        self._birds[node] = bird

    def _at(self, node: str, session: str) -> Router:
        return next(r for r in self._routers.values() if r.node == node and r.has(session))
