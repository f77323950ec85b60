"""ExaBGP 5.0: the BGP speaker of every router. It speaks; `dxemu.bgp` decides; `dxemu.lab.router` connects the two.

What to know of ExaBGP 5.0.15: it installs no routes; when a session falls it sends no withdrawals;
it announces again by itself, after a session came back, whatever it was told before; its timers are
whole seconds of the wall clock, so a hold timer of 90 s fires 90 to 91 s after the last message; and
it has no BFD.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from ipaddress import IPv4Address
from typing import NoReturn

from dxemu.bgp.adj_rib_out import Update
from dxemu.bgp.notification import Cease
from dxemu.daemons import exabgp_child
from dxemu.daemons.exabgp_commands import CommandPipe, announce_commands, told, withdraw_commands
from dxemu.daemons.exabgp_config import Peer, render
from dxemu.daemons.exabgp_events import EndOfRib, PeerOpen, SessionUp, SpeakerEvent, learnt, lost, refused
from dxemu.daemons.exabgp_open import graceful_restart_of
from dxemu.errors import LabError
from dxemu.host import chance
from dxemu.netlink.namespace import Namespace

KEPT_LINES = 20


class ExaBgp:
    """A running ExaBGP, for all BGP tables of a node.

    `on_event` hears what it says, `on_death` if it ends before `stop`.
    """

    def __init__(
        self,
        node: str,
        router_id: IPv4Address,
        peers: Sequence[Peer],
        namespace: Namespace,
        on_event: Callable[[SpeakerEvent], None],
        on_death: Callable[[LabError], None],
        log_file: str,
    ) -> None:
        self._name = f"ExaBGP on {node}"
        self._peers = {peer.session.name: peer for peer in peers}
        self._by_address = {str(peer.address): peer.session.name for peer in peers}
        self._established: set[str] = set()
        self._on_event = on_event
        self._on_death = on_death
        self._log_file = log_file
        self._router_id = router_id
        self._namespace = namespace
        self.pid: int | None = None
        self.start()

    def start(self) -> None:
        """Run it; again, after a stop."""
        self._rest = b""
        self._established.clear()
        commands, ours = os.pipe()
        self._events, events = os.pipe()
        peers = list(self._peers.values())
        configuration = render(self._router_id, peers)
        keepalives = {str(peer.address): round(peer.keepalive) for peer in peers}
        shut = [str(peer.address) for peer in peers if not peer.mine.enabled]
        with self._namespace.entered():
            self.pid = os.fork()
            if self.pid == 0:
                _be_exabgp(self._name, configuration, keepalives, shut, commands, events, self._log_file)
        os.close(commands)
        os.close(events)
        os.set_blocking(self._events, False)
        self._commands = CommandPipe(ours)
        asyncio.get_running_loop().add_reader(self._events, self._read)

    def _read(self) -> None:
        data = os.read(self._events, 1 << 16)
        if not data:
            asyncio.get_running_loop().remove_reader(self._events)
            with open(self._log_file, encoding="utf-8", errors="replace") as log:  # noqa: PTH123 - pathlib costs time here
                said = "".join(log.readlines()[-KEPT_LINES:]).strip() or "nothing"
            self._on_death(LabError(f"{self._name} died. It said: {said}"))
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            for event in self._understand(json.loads(line)):
                self._on_event(event)

    def _understand(self, message: dict) -> list[SpeakerEvent]:  # type: ignore[type-arg]  # ExaBGP's JSON
        neighbor = message.get("neighbor", {})
        session = self._by_address.get(neighbor.get("address", {}).get("peer", ""), "")
        if not session:
            return []
        if message["type"] == "update":
            update = neighbor["message"].get("update")
            if "eor" in neighbor["message"]:
                return [EndOfRib(session)]
            return [learnt(session, self._peers[session].mine.asn, update)] if update else []
        if message["type"] == "open":
            return [PeerOpen(session, graceful_restart_of(neighbor["open"]["capabilities"]))]
        if message["type"] != "state":
            return []
        if neighbor["state"] == "up":
            self._established.add(session)
            return [SessionUp(session)]
        if neighbor["state"] != "down":
            return []
        said = neighbor.get("reason", "")
        if session in self._established:
            self._established.discard(session)
            return [lost(session, said)]
        refusal = refused(session, said)
        return [refusal] if refusal is not None else []

    def update(self, update: Update) -> None:
        """Announce and withdraw on one session."""
        peer = self._peers[update.session]
        address = peer.address
        self._command(announce_commands(address, update.announce))
        self._command(withdraw_commands(address, peer.mine.address, update.withdraw))

    def end_of_rib(self, session: str) -> None:
        """Tell a peer that everything has been announced, if graceful restart is on here."""
        peer = self._peers[session]
        if peer.mine.graceful_restart is not None:
            self._command([f"neighbor {peer.address} announce eor {peer.family}"])

    def refresh(self, session: str) -> None:
        """Ask the peer for all that it announces (ROUTE-REFRESH, RFC 2918)."""
        peer = self._peers[session]
        self._command([f"neighbor {peer.address} announce route-refresh {peer.family}"])

    def teardown(self, session: str, cease: Cease) -> None:
        """Close a session with NOTIFICATION Cease/`cease`; ExaBGP then tries to connect again.

        Without a word if it restarts gracefully and BFD is why, so that the restart goes on (see exabgp_child).
        """
        self._command([f"neighbor {self._peers[session].address} teardown {int(cease)}"])

    def hold_idle(self, session: str, *, idle: bool) -> None:
        """Take no connection of the peer from now on, or take them again. It does not end an established session."""
        self._command([f"neighbor {self._peers[session].address} idle {'on' if idle else 'off'}"])

    def shut(self, session: str, *, shut: bool) -> None:
        """This end neither connects nor takes connections from now on (Cease/2 if it is up), or does so again."""
        self._command([f"neighbor {self._peers[session].address} shut {'on' if shut else 'off'}"])

    def follow(self, peer: Peer) -> None:
        """This end of a session is configured as `peer` says from now on. One that was not there begins.

        One that goes on otherwise (`Peer.opens_otherwise`) ends with Cease/6, one that is shut down with Cease/2.
        """
        old = self._peers.get(peer.session.name)
        self._peers[peer.session.name] = peer
        self._by_address[str(peer.address)] = peer.session.name
        neighbor = f"neighbor {peer.address}"
        if old is None or old.opens_otherwise(peer):
            self._command([f"{neighbor} configure {told(render(self._router_id, [peer]))}"])
        if old is None or old.mine.enabled != peer.mine.enabled:
            self.shut(peer.session.name, shut=not peer.mine.enabled)
        if old is None or old.keepalive != peer.keepalive:
            self._command([f"{neighbor} interval {round(peer.keepalive)}"])

    def forget(self, session: str) -> None:
        """A session is none any more: it ends with Cease/3 if it is up."""
        peer = self._peers.pop(session)
        self._by_address.pop(str(peer.address), None)
        self._established.discard(session)
        self._command([f"neighbor {peer.address} forget now"])

    def clear(self, session: str) -> None:
        """End a session as an operator does, or have one that waits to connect again do so at once."""
        self._command([f"neighbor {self._peers[session].address} clear now"])

    def _command(self, lines: list[str]) -> None:
        if self.pid is not None:
            self._commands.send(lines)

    @property
    def running(self) -> bool:
        """Whether the kernel has its process."""
        return self.pid is not None and os.path.exists(f"/proc/{self.pid}")  # noqa: PTH110 - pathlib costs time here

    def stop(self) -> None:
        """End it, as a dying router does: without a word to its peers. TCP tells them if it still can."""
        if self.pid is None:
            return
        asyncio.get_running_loop().remove_reader(self._events)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._events)
        self._commands.close()
        self.pid = None


def _be_exabgp(
    name: str,
    configuration: str,
    keepalives: Mapping[str, int],
    shut: Sequence[str],
    commands: int,
    events: int,
    log_file: str,
) -> NoReturn:
    """In the forked child. Never returns, nor raises: what the lab's process is to undo would be undone in here."""
    try:
        chance.draw_as(name)
        log = os.open(log_file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)
        keep = sorted({0, 1, 2, commands, events, log})
        for low, high in zip(keep, [*keep[1:], 1 << 16], strict=True):
            os.closerange(low + 1, high)
        exabgp_child.run(configuration, keepalives, shut, commands, events, log)
    finally:
        try:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(1)
