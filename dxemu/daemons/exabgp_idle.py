"""Three commands more for ExaBGP 5.0.15, whose peers have no Idle state that lasts.

`neighbor ADDRESS idle on`: every connection that this peer makes is closed without a word, as in the Idle state (RFC
4271 section 8.2.2); `off` ends it. ExaBGP's `teardown` closes a session, but then takes the peer's next connection.
`neighbor ADDRESS clear now`: an operator's `clear bgp`, in any state: an established session ends with Cease/4
(Administrative Reset), one that waits to connect again does so at once.
`neighbor ADDRESS shut on`: an operator's `neighbor shutdown`: an established session ends with Cease/2 (Administrative
Shutdown, RFC 4486), and this end neither connects nor takes connections; `off` ends it.
"""

from __future__ import annotations

from typing import Any

from exabgp.bgp.fsm import FSM
from exabgp.reactor import loop as exabgp_loop
from exabgp.reactor.api.command.command import Command
from exabgp.reactor.api.command.limit import extract_neighbors, match_neighbor

from dxemu.bgp.notification import Cease

_idle: set[str] = set()
"""Names of the peers whose connections are not taken."""
shut: set[str] = set()
"""Addresses of the peers that are shut down here."""


def is_shut(peer: Any) -> bool:
    """Whether an operator has shut this end down."""
    return str(peer.neighbor["peer-address"]) in shut


class IdlePeers(exabgp_loop.Reactor):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """A reactor that takes no connection of an idle peer."""

    def handle_connection(self, peer_name: str, connection: Any) -> Any:  # Any: ExaBGP 5.0 is untyped
        """Give a new connection to its peer. What is not None sends the peer a refusal; of an idle one nothing."""
        if peer_name in _idle or is_shut(self._peers[peer_name]):
            return iter(())
        return super().handle_connection(peer_name, connection)


def named(reactor: Any, line: str) -> tuple[list[str], list[str]]:
    """The peers that a command is for, and its words after them."""
    descriptions, words = extract_neighbors(line)
    names = [name for name in reactor._peers if any(match_neighbor(d, name) for d in descriptions)]
    return names, words.split()


def _set_idle(_: Any, reactor: Any, service: str, line: str, __: bool) -> bool:
    names, words = named(reactor, line)
    (_idle.update if words[-1] == "on" else _idle.difference_update)(names)
    reactor.processes.answer_done(service)
    return True


def _clear(_: Any, reactor: Any, service: str, line: str, __: bool) -> bool:
    for name in named(reactor, line)[0]:
        peer = reactor._peers[name]
        if peer.fsm == FSM.ESTABLISHED:
            peer.teardown(Cease.ADMINISTRATIVE_RESET)
        else:
            peer._delay.reset()
    reactor.processes.answer_done(service)
    return True


def _shut(_: Any, reactor: Any, service: str, line: str, __: bool) -> bool:
    names, words = named(reactor, line)
    for name in names:
        peer = reactor._peers[name]
        address = str(peer.neighbor["peer-address"])
        if words[-1] == "on":
            shut.add(address)
            if peer.generator is not None:
                peer.teardown(Cease.ADMINISTRATIVE_SHUTDOWN)
        else:
            shut.discard(address)
            peer._delay.reset()
    reactor.processes.answer_done(service)
    return True


def install() -> None:
    """Have ExaBGP know the commands."""
    Command.register("idle", True)(_set_idle)
    Command.register("clear", True)(_clear)
    Command.register("shut", True)(_shut)
