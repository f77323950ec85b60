"""strongSwan's charon: IKEv2 for the IPsec tunnels of one node. The kernel does ESP.

charon-systemd is the charon without a pid file, so many run side by side; outside systemd it is an ordinary program.
It gets connections and keys over its vici socket alone: the pre-shared keys are in no file, no log and no process list.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dxemu.daemons.strongswan_conf import connection, ends_at, render, secret
from dxemu.daemons.strongswan_events import HEARD, TunnelEvent, Tunnels
from dxemu.daemons.vici_client import ViciClient
from dxemu.errors import LabError
from dxemu.host.process import KEPT_LINES, Process
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import IpsecTunnel
from dxemu.plan.names import in_a_path
from dxemu.predict.dead_peer import retransmit_interval

CHARON = "/usr/sbin/charon-systemd"
START_LIMIT_S = 30.0
AT_ONCE = "-1"
"""vici's `timeout` for a command that is answered when it has been taken, not when it is done."""
WITHOUT_ANSWER_MS = "1"
"""How long a peer is waited for that cannot answer."""
TOLD_WITHIN_MS = "500"
"""How long one that is told that a tunnel is removed may take to answer."""


class StrongSwan:
    """A running charon. `on_event` hears of its tunnels, `on_death` if it ends before `stop`."""

    def __init__(
        self,
        node: str,
        tunnels: Sequence[IpsecTunnel],
        namespace: Namespace,
        on_event: Callable[[TunnelEvent], None],
        on_death: Callable[[LabError], None],
        log_file: str,
    ) -> None:
        """Start it; `ready` says when it takes packets. `tunnels` are those that end at `node`."""
        self._node = node
        self._name = f"charon on {node}"
        self._tunnels = tuple(tunnels)
        self._on_event = on_event
        self._on_death = on_death
        self._log_file = log_file
        self._log_read = 0
        self._state = Tunnels(tunnel.name for tunnel in tunnels)
        self._started = asyncio.get_running_loop().create_future()
        self._new_log_lines()  # an earlier charon's
        base = f"/run/charon.{in_a_path(node)}"  # where the distributions' AppArmor profiles expect charon's files
        self._vici_socket = f"{base}.vici"
        with contextlib.ExitStack() as stack:
            with open(f"{base}.conf", "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib costs time in the guest
                file.write(render(tunnels, node, self._vici_socket, log_file))
            self._notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            stack.callback(self._notices.close)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{base}.notify")  # noqa: PTH108 - pathlib costs time in the guest
            self._notices.bind(f"{base}.notify")
            environment = {**os.environ, "STRONGSWAN_CONF": f"{base}.conf", "NOTIFY_SOCKET": f"{base}.notify"}
            self.process = Process(self._name, [CHARON], namespace, self._ignore, self._died, environment)
            stack.callback(self._end_process)
            loop = asyncio.get_running_loop()
            loop.add_reader(self._notices, self._notice)
            stack.callback(loop.remove_reader, self._notices)
            self._stack = stack.pop_all()

    @staticmethod
    def _ignore(line: str) -> None:
        """What it says before it has read its configuration; kept by Process in case it dies."""

    def _notice(self) -> None:
        """Systemd's protocol of services that say when they are ready: sd_notify(3)."""
        if b"READY=1" in self._notices.recv(1 << 12).split(b"\n") and not self._started.done():
            self._started.set_result(None)

    def _died(self, error: LabError) -> None:
        said = "\n".join(self._new_log_lines()[-KEPT_LINES:])
        death = LabError(f"{error.problem}\n{said}" if said else error.problem)
        if self._started.done():
            self._on_death(death)
        else:
            self._started.set_exception(death)

    async def ready(self) -> None:
        """Return when it knows all its tunnels and takes their peers' packets; it starts none of itself.

        Raises LabError if it died or does not get that far.
        """
        try:
            async with asyncio.timeout(START_LIMIT_S):
                await self._started
        except TimeoutError:
            raise LabError(f"{self._name} did not start within {START_LIMIT_S:g} s", f"see {self._log_file}") from None
        self._vici = ViciClient(self._name, self._vici_socket, self._hear)
        self._stack.callback(self._vici.close)
        for event in HEARD:
            await self._vici.listen(event)
        for tunnel in self._tunnels:
            await self._load(tunnel)

    async def _load(self, tunnel: IpsecTunnel) -> None:
        if ends_at(tunnel, self._node)[0].configured:
            await self._vici.request("load-shared", secret(tunnel, self._node))
            await self._vici.request("load-conn", connection(tunnel, self._node, self._tunnels))

    async def add(self, tunnel: IpsecTunnel) -> None:
        """Know one tunnel more. Raises LabError, also where all would have to wait otherwise for their peers."""
        tunnels = (*self._tunnels, tunnel)
        if self._tunnels and retransmit_interval(tunnels, self._node) != retransmit_interval(self._tunnels, self._node):
            raise LabError(f"{self._name} has one DPD timeout for all its tunnels, and {tunnel.name} has another one")
        self._tunnels = tunnels
        self._state.add(tunnel.name)
        await self._load(tunnel)

    async def remove(self, tunnel: str) -> None:
        """Know a tunnel no more that is down. Raises LabError."""
        configured = any(one.name == tunnel and ends_at(one, self._node)[0].configured for one in self._tunnels)
        if configured:
            await self._vici.request("unload-conn", {"name": tunnel})
            await self._vici.request("unload-shared", {"id": tunnel})
        self._tunnels = tuple(one for one in self._tunnels if one.name != tunnel)
        self._state.remove(tunnel)

    async def close(self, tunnel: str) -> None:
        """Delete a tunnel's keys, or try no longer to agree on some; its peer is told, if it hears. Raises LabError."""
        await self._end(tunnel, TOLD_WITHIN_MS)

    def is_up(self, tunnel: str) -> bool:
        """Whether a tunnel carries packets, by its last word."""
        return self._state.is_up(tunnel)

    async def initiate(self, tunnel: str) -> None:
        """Start to connect, and try for ever; TunnelUp says when it is there. Raises LabError."""
        await self._vici.request("initiate", {"child": tunnel, "ike": tunnel, "timeout": AT_ONCE})

    async def rekey(self, tunnel: str) -> None:
        """New keys for ESP now; TunnelRekeyed says when. Raises LabError if the tunnel is not up."""
        await self._vici.request("rekey", {"child": tunnel, "ike": tunnel})

    async def authenticate_again(self, tunnel: str) -> None:
        """A new IKE SA with new keys for ESP in the place of the old one. Raises LabError if the tunnel is not up."""
        await self._vici.request("rekey", {"ike": tunnel, "reauth": "yes"})

    async def propose(self, tunnel: str, esp_proposal: str | None) -> None:
        """Offer and take this for a tunnel's next keys for ESP; None: what it was set up with. Raises LabError.

        Keys that are there are renewed by what they were made with, until the tunnel authenticates again.
        """
        known = next(one for one in self._tunnels if one.name == tunnel)
        mine, _ = ends_at(known, self._node)
        other = replace(mine, esp_proposal=esp_proposal or mine.esp_proposal)
        first, second = (other if end is mine else end for end in known.ends)
        await self._vici.request(
            "load-conn", connection(replace(known, ends=(first, second)), self._node, self._tunnels)
        )

    def keys(self, tunnel: str) -> frozenset[str]:
        """Charon's numbers of the pairs of keys for ESP that a tunnel has, by its last word."""
        return self._state.keys(tunnel)

    async def terminate(self, tunnel: str) -> None:
        """Close the tunnel and tell the peer; a customer's end that hears it connects again. Raises LabError."""
        await self._vici.request("terminate", {"ike": tunnel, "timeout": AT_ONCE})

    async def forget(self, tunnel: str) -> None:
        """Lose the tunnel's keys, as a node without power does, whose ports are dark. Raises LabError.

        charon asks the peer all the same, and calls it a failure that it had to go on without an answer.
        """
        if self._state.is_up(tunnel):
            await self._end(tunnel, WITHOUT_ANSWER_MS)

    async def _end(self, tunnel: str, wait_ms: str) -> None:
        try:
            await self._vici.request("terminate", {"ike": tunnel, "force": "yes", "timeout": wait_ms})
        except LabError:
            if self._state.is_up(tunnel):
                raise

    async def initiate_again(self, tunnel: str) -> None:
        """As `initiate`, where there may be no route to the peer yet: charon then calls it a failure, and goes on."""
        with contextlib.suppress(LabError):
            await self._vici.request("initiate", {"child": tunnel, "ike": tunnel, "timeout": WITHOUT_ANSWER_MS})

    def refusal(self, tunnel: str) -> str:
        """Why the tunnel carries nothing, if an end has refused that; no event tells it while phase 1 is up."""
        for line in self._new_log_lines():
            self._state.hear_log(line)
        return self._state.refusal(tunnel)

    def _hear(self, event: str, message: Mapping[str, Any]) -> None:
        for line in self._new_log_lines():
            self._state.hear_log(line)
        for change in self._state.hear(event, message):
            self._on_event(change)

    def _new_log_lines(self) -> list[str]:
        """A line is written before the event that follows from it is told, so these hold the event's reason."""
        try:
            with open(self._log_file, "rb") as log:  # noqa: PTH123 - pathlib costs time in the guest
                log.seek(self._log_read)
                data = log.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._log_read += len(whole)
        return whole.decode(errors="replace").splitlines()

    def _end_process(self) -> None:
        if self.process.running():
            self.process.send_signal(signal.SIGKILL)
        self.process.stop()

    def stop(self) -> None:
        """End it, as a dying router does: without a word to its peers. What it put into the kernel stays."""
        self._stack.close()
