"""What a kernel tells of itself: carrier that comes and goes, routes that change."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from dxemu.netlink import bond, link, route, route_batch
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import NETLINK_ROUTE, Netlink, parts
from dxemu.units import IPAddress, IPNetwork

RTMGRP_LINK = 0x1
RTMGRP_IPV4_ROUTE = 0x40
RTMGRP_IPV6_ROUTE = 0x400
RECEIVE_BUFFER_BYTES = 1 << 24
"""For some 20,000 messages. What does not fit is lost, and the kernel says so (ENOBUFS)."""
AT_ONCE = 1000
SO_RCVBUFFORCE = 33
_BUFFER = 1 << 18


@dataclass(frozen=True, slots=True)
class CarrierChanged:
    """An interface lost carrier, or has gained it and lets packets through."""

    interface: str
    up: bool


@dataclass(frozen=True, slots=True)
class RouteChanged:
    """A BGP route was put in (`vias` are its next hops) or taken out (none)."""

    prefix: IPNetwork
    vias: tuple[IPAddress, ...]
    interface: str
    table: int = route.MAIN


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """A bond began (`sends`) or ceased to send by one of its members."""

    interface: str
    sends: bool


Change = CarrierChanged | RouteChanged | MemberChanged


class Monitor:
    """A context manager: inside it `on_change` is called for every change in the namespace.

    With `on_routes` that one hears of routes instead: of all that were read together.
    """

    def __init__(
        self,
        namespace: Namespace,
        on_change: Callable[[Change], None],
        on_routes: Callable[[Sequence[RouteChanged]], None] | None = None,
    ) -> None:
        self._namespace = namespace
        self._on_change = on_change
        self._on_routes = on_routes
        self._routes: list[RouteChanged] = []
        self._carrier: dict[str, bool] = {}
        self._sends: dict[str, bool] = {}
        self._names: dict[int, str] = {}

    async def __aenter__(self) -> Self:
        with self._namespace.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_ROUTE)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
        self._socket.bind((0, RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE))
        self._socket.setblocking(False)
        async with Netlink(self._namespace) as netlink:
            for message in await netlink.request("read interfaces", ifinfmsg(), link.RTM_GETLINK, 0x300):
                self._remember(message)
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._socket.fileno())
        self._socket.close()

    def forgotten(self, prefix: IPNetwork, interface: str, table: int) -> None:
        """A BGP route was to be deleted and is not there any more: its interface went down.

        The kernel deletes such routes without a word to anybody. It is told with what else there is to hear.
        """
        self._routes.append(RouteChanged(prefix, (), interface, table))
        asyncio.get_running_loop().call_soon(self._read)

    def _read(self) -> None:
        """Take what is there, up to a number: each message comes by itself, and others want their turn."""
        if self._socket.fileno() < 0:
            return  # nobody listens any more
        for _ in range(AT_ONCE):
            try:
                data = self._socket.recv(_BUFFER)
            except BlockingIOError:
                break
            for kind, _, part in parts(data):
                if kind == link.RTM_NEWLINK:
                    message = ifinfmsg(part)
                    message.decode()
                    self._remember(message, tell=True)
                elif kind in (route.RTM_NEWROUTE, route.RTM_DELROUTE):
                    self._tell_route(part, gone=kind == route.RTM_DELROUTE)
        routes, self._routes = self._routes, []
        if self._on_routes is not None and routes:
            self._on_routes(routes)
        elif self._on_routes is None:
            for change in routes:
                self._on_change(change)

    def _remember(self, message: ifinfmsg, *, tell: bool = False) -> None:
        state = link.state_of(message)
        self._names[message["index"]] = state.name
        up = state.carrier and state.running
        before = self._carrier.get(state.name)
        self._carrier[state.name] = up
        if tell and before is not None and before is not up:
            self._on_change(CarrierChanged(state.name, up))
        sends = bond.sends_by(message)
        if sends is not None:
            if tell and self._sends.get(state.name, sends) is not sends:
                self._on_change(MemberChanged(state.name, sends))
            self._sends[state.name] = sends

    def _tell_route(self, message: bytes, *, gone: bool) -> None:
        found = route_batch.told(message)
        if found is not None:
            prefix, vias, index, table = found
            change = RouteChanged(prefix, () if gone else vias, self._names.get(index, ""), table)
            if self._on_routes is None:
                self._on_change(change)
            else:
                self._routes.append(change)
