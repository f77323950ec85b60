"""What ExaBGP 5.0.15 says and accepts on the wire, corrected. `install` is called in the child (see `exabgp_child`).

What it does otherwise, and what is done here:

- A listening socket answers a SYN with the system's TTL, because ExaBGP sets the TTL of accepted connections only: the
  listening sockets get it, and what they accept inherits it.
- A connection that its peer has reset before it is looked at ends ExaBGP, one from an address without a session makes
  it forget others that came at the same time, and whom it refuses it does not tell: here each gets its NOTIFICATION,
  Cease/5 without a session (RFC 4486), Cease/7 for a collision (RFC 4271 section 6.8).
- It accepts a hold time of 0, AS 0, an AS in the 4-octet capability that is not the one in the OPEN, and optional
  parameters of another length than the OPEN says.
- A peer without the capability for several protocols gets no routes, where RFC 4760 means IPv4 unicast.
- While it waits for the peer's first KEEPALIVE it spins. For an OPEN it waits 60 s and then answers 1/1; the RFC's
  answer is 4/0, after some 4 minutes.
- It ignores an OPEN in an established session, takes messages of type 6 (a draft's), and drops a peer without a word
  that sends one of type 0.
- It passes malformed path attributes on, or drops the session for them: `dxemu.bgp.path_attributes` looks first.
- It puts sentences into the data of a NOTIFICATION, where the RFC wants octets or nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from itertools import islice
from typing import Any

from exabgp.bgp.fsm import FSM
from exabgp.bgp.message import EOR, Message, Notify, Open, Update
from exabgp.bgp.message.open.asn import AS_TRANS
from exabgp.bgp.message.open.capability import Capability
from exabgp.bgp.message.update.attribute import Attribute, Attributes
from exabgp.bgp.timer import ReceiveTimer
from exabgp.protocol.family import AFI, SAFI
from exabgp.reactor import listener as exabgp_listener
from exabgp.reactor import loop as exabgp_loop
from exabgp.reactor import peer as exabgp_peer
from exabgp.reactor.network.error import NetworkError
from exabgp.reactor.network.incoming import Incoming
from exabgp.reactor.network.tcp import md5, set_sending_ttl
from exabgp.reactor.peer import ACTION
from exabgp.reactor.protocol import Protocol

from dxemu.aws.timers import acceptable_hold_time
from dxemu.bgp.notification import Cease, Code
from dxemu.bgp.path_attributes import Peering, UpdateError, inspect

AT_A_TIME = 50
"""Connections taken in before ExaBGP looks at its sessions again."""
WRITES = 10
"""Attempts to write the NOTIFICATION into the empty buffer of a connection that is refused."""
OPEN_WAIT_S = 240
"""RFC 4271 section 8.2.2, the large hold time while an OPEN is awaited."""

_UNSPECIFIC = 0
_BAD_PEER_AS, _UNACCEPTABLE_HOLD_TIME = 2, 6
_MALFORMED_ATTRIBUTE_LIST = 1
_UNEXPECTED_IN_ESTABLISHED = 3
_HIGHEST_VERSION = b"\x00\x04"
_FIXED_OPEN = 10
_EXTENDED_PARAMETERS = 255
_TYPE = re.compile(r'type "?(\d+)')


class _Open(Open):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """Its optional parameters fill it (RFC 4271 section 4.2)."""

    @classmethod
    def unpack_message(cls, data: bytes, direction: Any = None, negotiated: Any = None) -> Any:
        opened = super().unpack_message(data, direction, negotiated)
        if data[9] not in (len(data) - _FIXED_OPEN, _EXTENDED_PARAMETERS):
            raise Notify(Code.OPEN_MESSAGE, _UNSPECIFIC)
        return opened


class _Malformed:
    """Stands among the attributes of an UPDATE whose routes count as withdrawn, and says why."""

    ID = Attribute.CODE.INTERNAL_TREAT_AS_WITHDRAW
    GENERIC = False

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def __str__(self) -> str:
        return self._reason


class _Update(Update):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """ExaBGP sees only attributes that are well formed."""

    @classmethod
    def unpack_message(cls, data: bytes, direction: Any = None, negotiated: Any = None) -> Any:
        withdrawn, attributes, announced = cls.split(data)
        peering = Peering(
            external=negotiated.neighbor["local-as"] != negotiated.neighbor["peer-as"],
            four_octet_as=bool(negotiated.asn4),
        )
        try:
            found = inspect(attributes, peering, announces=bool(announced))
        except UpdateError as error:
            raise Notify(Code.UPDATE_MESSAGE, error.subcode, error.data) from None
        if not found.withdraw:
            body = cls.prefix(withdrawn) + cls.prefix(found.kept) + announced
            return super().unpack_message(body, direction, negotiated)
        return cls._withdrawing(withdrawn, found.kept, announced, found.withdraw, direction, negotiated)

    @classmethod
    def _withdrawing(
        cls, withdrawn: bytes, kept: bytes, announced: bytes, reason: str, direction: Any, negotiated: Any
    ) -> Any:
        """The same with its routes withdrawn. ExaBGP keeps the last attributes for the next UPDATE: not these."""
        body = cls.prefix(withdrawn) + cls.prefix(kept) + announced
        found = super().unpack_message(body, direction, negotiated)
        negotiated.cached_wire, negotiated.cached_attributes = b"", None
        message = cls([] if isinstance(found, EOR) else found.nlris, Attributes())
        message.attributes.add(_Malformed(reason))
        return message


class _Protocol(Protocol):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """One connection's messages."""

    def read_message(self) -> Iterator[Any]:
        for message in super().read_message():
            if message.TYPE == Open.TYPE and self.peer.fsm == FSM.ESTABLISHED:
                raise Notify(Code.FINITE_STATE_MACHINE, _UNEXPECTED_IN_ESTABLISHED)
            yield message

    def validate_open(self) -> None:
        opened, neighbor = self.negotiated.received_open, self.neighbor
        four_octets = opened.capabilities.get(Capability.CODE.FOUR_BYTES_ASN)
        asn = opened.asn if four_octets is None else four_octets
        if asn != neighbor["peer-as"] or (opened.asn not in (asn, AS_TRANS)):
            raise Notify(Code.OPEN_MESSAGE, _BAD_PEER_AS)
        super().validate_open()
        if not acceptable_hold_time(opened.hold_time):
            raise Notify(Code.OPEN_MESSAGE, _UNACCEPTABLE_HOLD_TIME)
        plain = (AFI.ipv4, SAFI.unicast)
        if not opened.capabilities.announced(Capability.CODE.MULTIPROTOCOL) and plain in neighbor.families():
            self.negotiated.families = [plain]

    def new_notification(self, notification: Any) -> Iterator[Any]:
        _correct(notification)
        yield from super().new_notification(notification)


def _correct(notify: Any) -> None:
    """The code that RFC 4271 section 6 has for it, and the data that belongs to that.

    ExaBGP answers 1/0 to whatever it could not read.
    """
    said = notify.data.decode("ascii", "replace")
    of_type = _TYPE.search(said)
    kind = int(of_type[1]) if of_type else 0
    if (notify.code, notify.subcode) == (Code.MESSAGE_HEADER, _UNSPECIFIC):
        unreadable = {
            int(Message.CODE.OPEN): (Code.OPEN_MESSAGE, _UNSPECIFIC),
            int(Message.CODE.UPDATE): (Code.UPDATE_MESSAGE, _MALFORMED_ATTRIBUTE_LIST),
        }
        notify.code, notify.subcode = unreadable.get(kind, (Code.MESSAGE_HEADER, _UNSPECIFIC))
    match (notify.code, notify.subcode):
        case (Code.MESSAGE_HEADER, 2) | (Code.CEASE, _):
            return
        case (Code.MESSAGE_HEADER, 3):
            notify.data = bytes([kind])
        case (Code.OPEN_MESSAGE, 1):
            notify.data = _HIGHEST_VERSION
        case (Code.UPDATE_MESSAGE, 2):
            return
        case _:
            notify.data = b""


class WirePeer(exabgp_peer.Peer):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """One session."""

    def __init__(self, neighbor: Any, reactor: Any) -> None:
        super().__init__(neighbor, reactor)
        self.stats["receive-nop"] = 0  # counted when a message of type 0 comes

    def _read_open(self) -> Iterator[Any]:
        timer = ReceiveTimer(self.proto.connection.session, OPEN_WAIT_S, Code.HOLD_TIMER_EXPIRED, _UNSPECIFIC)
        self.recv_timer = timer
        for message in self.proto.read_open(self.neighbor["peer-address"].top()):
            timer.check_ka(message)
            if message.ID == Message.CODE.NOP:
                yield ACTION.LATER
        yield message

    def _read_ka(self) -> Iterator[Any]:
        for message in self.proto.read_keepalive():
            self.recv_timer.check_ka_timer(message)
            yield ACTION.LATER if message.ID == Message.CODE.NOP else ACTION.NOW

    def handle_connection(self, connection: Any) -> Any:
        """Tell the connection that has to give way, too (RFC 4271 section 6.8)."""
        before = self.proto
        older = before.connection.io if before is not None and before.connection is not None else None
        spare = None if older is None else older.dup()
        refusal = super().handle_connection(connection)
        if spare is not None:
            with spare, suppress(OSError):  # its peer may be gone
                if self.proto is not before:
                    spare.send(Notify(Code.CEASE, Cease.CONNECTION_COLLISION_RESOLUTION).message())
        if refusal is None:
            return None
        return connection.notification(Code.CEASE, Cease.CONNECTION_COLLISION_RESOLUTION, "")


class _Listener(exabgp_listener.Listener):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """Connections that come in."""

    def set_ttl(self, neighbor: Any) -> None:
        """Have the socket that waits for this neighbour's connections send with the neighbour's TTL."""
        local = neighbor["md5-ip"]
        for sock, (address, port, _, _) in self._sockets.items():
            if (address, port) == (local.top(), neighbor["listen"]) and neighbor["outgoing-ttl"]:
                set_sending_ttl(sock, local.afi, local.top(), neighbor["outgoing-ttl"])

    def incoming(self) -> bool:
        """Take in what waits, and leave nothing to be done later (ExaBGP's contract: False)."""
        for sock in self._sockets:
            for connection in islice(self._accept(sock), AT_A_TIME):
                refusal = self._offer(connection)
                if refusal is not None:
                    deque(islice(refusal, WRITES), maxlen=0)
                    connection.close()
        return False

    def _accept(self, sock: Any) -> Iterator[Any]:
        """ExaBGP's names are its peer's: a connection's `peer` is our address, `local` the other one."""
        with suppress(BlockingIOError):
            while True:
                io, _ = sock.accept()
                try:
                    far, near = io.getpeername()[0], io.getsockname()[0]
                    yield Incoming(self._family_AFI_map[sock.family], near, far, io)
                except (OSError, NetworkError):
                    io.close()  # its peer has reset it

    def _offer(self, connection: Any) -> Any:
        """Give the connection to its session; what tells the peer if there is none, or it has another already."""
        ends = (ip_address(connection.local), ip_address(connection.peer))
        for key in self._reactor.peers():
            neighbor = self._reactor.neighbor(key)
            if ends == (ip_address(str(neighbor["peer-address"])), ip_address(str(neighbor["local-address"]))):
                exabgp_listener.set_accepted_ttl(connection, neighbor)
                return self._reactor.handle_connection(key, connection)
        return connection.notification(Code.CEASE, Cease.CONNECTION_REJECTED, "")


def forget_key(reactor: Any, neighbor: Any) -> None:
    """Have the socket that waits for a neighbour's connections know no MD5 key of it any more."""
    local, peer = neighbor["md5-ip"], neighbor["peer-address"]
    for sock, (address, port, _, _) in reactor.listener._sockets.items() if neighbor["md5-password"] else ():
        if (address, port) == (local.top(), neighbor["listen"]):
            md5(sock, peer.top(), 0, None, None)


def install() -> None:
    """Put all of it in place, in this process only."""
    Message.registered_message[Message.CODE.OPEN] = _Open
    Message.registered_message[Message.CODE.UPDATE] = _Update
    Message.CODE.MESSAGES = [code for code in Message.CODE.MESSAGES if code != Message.CODE.OPERATIONAL]
    exabgp_peer.Protocol = _Protocol
    exabgp_loop.Listener = _Listener


def set_listening_ttl(reactor: Any) -> None:
    """Call it when the reactor listens for its neighbours."""
    for neighbor in reactor.configuration.neighbors.values():
        if neighbor["listen"]:
            reactor.listener.set_ttl(neighbor)
