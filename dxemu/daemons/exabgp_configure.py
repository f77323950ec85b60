"""Three commands more for ExaBGP 5.0.15, which knows a new configuration as a whole only, from a file.

`neighbor ADDRESS configure HEX`: one peer's configuration from now on (`exabgp_commands.told`, so that a key is in no
file). A session that stands ends with Cease/6 (Other Configuration Change, RFC 4486), unless something has ended it
already, and is made anew; what it was told to announce stays. A peer that was not there begins.
`neighbor ADDRESS interval SECONDS`: how often it is sent a keepalive.
`neighbor ADDRESS forget now`: it is a peer no longer. A session that stands ends with Cease/3 (Peer De-configured).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exabgp.configuration.configuration import Configuration
from exabgp.reactor import loop as exabgp_loop
from exabgp.reactor.api.command.command import Command

from dxemu.bgp.notification import Cease
from dxemu.daemons import exabgp_idle, exabgp_wire
from dxemu.daemons.exabgp_commands import understood


def _configure(_: Any, reactor: Any, service: str, line: str, __: bool) -> bool:
    wanted = Configuration([understood(line.split()[-1])], text=True)
    if not wanted.reload():
        raise ValueError(f"ExaBGP cannot read its configuration: {wanted.error}")
    for key, neighbor in wanted.neighbors.items():
        reactor.configuration.neighbors[key] = neighbor
        peer = reactor._peers.get(key)
        if peer is not None and peer.stopping():
            peer._stop("configured anew")
            peer = None
        if peer is None:
            reactor._peers[key] = exabgp_loop.Peer(neighbor, reactor)
        elif peer.generator is None and peer.proto is None:
            peer.neighbor = neighbor
            peer._delay.reset()
        else:
            peer._neighbor = neighbor
            if peer._teardown is None:
                peer.teardown(Cease.OTHER_CONFIGURATION_CHANGE)
    reactor._listen_for_neighbors()
    reactor.processes.answer_done(service)
    return True


def _forget(_: Any, reactor: Any, service: str, line: str, __: bool) -> bool:
    for name in exabgp_idle.named(reactor, line)[0]:
        peer = reactor._peers[name]
        neighbor = reactor.configuration.neighbors.pop(name)
        exabgp_wire.forget_key(reactor, neighbor)
        if peer.generator is None and peer.proto is None:
            peer.remove()
        else:
            peer.teardown(Cease.PEER_DECONFIGURED, restart=False)
        peer.neighbor.rib.uncache()
    reactor._listen_for_neighbors()
    reactor.processes.answer_done(service)
    return True


def install(set_interval: Callable[[str, int], None]) -> None:
    """Have ExaBGP know the commands. `set_interval` is called with a peer's address and seconds."""

    def interval(_: Any, reactor: Any, service: str, line: str, __: bool) -> bool:
        names, words = exabgp_idle.named(reactor, line)
        for name in names:
            set_interval(str(reactor._peers[name].neighbor["peer-address"]), int(words[-1]))
        reactor.processes.answer_done(service)
        return True

    Command.register("configure", True)(_configure)
    Command.register("interval", True)(interval)
    Command.register("forget", True)(_forget)
