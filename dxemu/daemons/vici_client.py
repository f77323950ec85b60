"""A client of charon's vici socket that never blocks the loop. The only file that imports `vici`.

The `vici` package encodes and decodes. Its own session waits in recv(2), which would stop the lab.
Protocol: src/libcharon/plugins/vici/README.md of strongSwan.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from vici.protocol import Message as Encoding
from vici.protocol import Packet

from dxemu.errors import LabError

ANSWER_LIMIT_S = 10.0
_LENGTH = struct.Struct("!I")


class ViciClient:
    """One connection. `on_event(name, message)` hears the events that were asked for."""

    def __init__(self, who: str, path: str, on_event: Callable[[str, Mapping[str, Any]], None]) -> None:
        """Connect to the socket `path` of `who`. Raises LabError."""
        self._who = who
        self._on_event = on_event
        self._sending = asyncio.Lock()
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.connect(path)  # local: charon's kernel queue takes it at once
        except OSError as error:
            self._socket.close()
            raise LabError(f"{who} does not take commands: {error}") from None
        self._socket.setblocking(False)
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def close(self) -> None:
        """Hang up. Those who wait for an answer hear that there will be none."""
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(LabError(f"{self._who} has gone"))

    async def request(self, command: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the answer. Raises LabError with charon's words if it refuses, or gives no answer in time."""
        answer = await self._ask(command, Packet.request(command, Encoding.serialize(message)))
        if answer.response_type != Packet.CMD_RESPONSE:
            raise LabError(f"{self._who} does not know the command {command}", "it needs strongSwan 5.9 or later")
        said: Mapping[str, Any] = _text(Encoding.deserialize(answer.payload))
        if said.get("success", "yes") != "yes":
            raise LabError(f"{self._who} refused {command}: {said.get('errmsg', '')}")
        return said

    async def listen(self, event: str) -> None:
        """Ask for an event. Raises LabError if charon does not know it."""
        answer = await self._ask(event, Packet.register_event(event))
        if answer.response_type != Packet.EVENT_CONFIRM:
            raise LabError(f"{self._who} does not know the event {event}", "it needs strongSwan 5.9 or later")

    async def _ask(self, what: str, packet: bytes) -> Any:  # Any: vici is untyped
        loop = asyncio.get_running_loop()
        waiting = loop.create_future()
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                async with self._sending:
                    self._waiting.append(waiting)
                    await loop.sock_sendall(self._socket, _LENGTH.pack(len(packet)) + packet)
                return await waiting
        except TimeoutError:
            raise LabError(f"{self._who} did not answer {what} within {ANSWER_LIMIT_S:g} s") from None
        except OSError as error:
            raise LabError(f"{self._who} has gone: {error}") from None

    def _read(self) -> None:
        try:
            data = self._socket.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._rest += data
        while len(self._rest) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._rest)[0]
            if len(self._rest) < end:
                return
            packet, self._rest = self._rest[_LENGTH.size : end], self._rest[end:]
            self._take(Packet.parse(packet))

    def _take(self, packet: Any) -> None:  # Any: vici is untyped
        if packet.response_type == Packet.EVENT:
            self._on_event(packet.event_type.decode(), _text(Encoding.deserialize(packet.payload)))
            return
        waiting = self._waiting.popleft()
        if not waiting.done():  # it may have given up
            waiting.set_result(packet)


def _text(value: Any) -> Any:  # Any: what vici decodes is of many shapes
    if isinstance(value, Mapping):
        return {key: _text(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_text(part) for part in value]
    return value.decode(errors="replace")
