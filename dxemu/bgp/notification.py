"""The codes of BGP's NOTIFICATION message and their names.

Source: RFC 4271 sections 4.5 and 6, RFC 5492 (2/7), RFC 6608 (5/x), RFC 4486 (6/x), RFC 8538 (6/9), RFC 9384 (6/10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType


class Code(IntEnum):
    """The error code: what kind of error ends the session."""

    MESSAGE_HEADER = 1
    OPEN_MESSAGE = 2
    UPDATE_MESSAGE = 3
    HOLD_TIMER_EXPIRED = 4
    FINITE_STATE_MACHINE = 5
    CEASE = 6


class Cease(IntEnum):
    """The subcodes of Cease: nothing is wrong with what the peer sent, the session ends all the same."""

    MAXIMUM_NUMBER_OF_PREFIXES_REACHED = 1
    ADMINISTRATIVE_SHUTDOWN = 2
    PEER_DECONFIGURED = 3
    ADMINISTRATIVE_RESET = 4
    CONNECTION_REJECTED = 5
    OTHER_CONFIGURATION_CHANGE = 6
    CONNECTION_COLLISION_RESOLUTION = 7
    OUT_OF_RESOURCES = 8
    HARD_RESET = 9
    BFD_DOWN = 10


_CODES: Mapping[int, str] = MappingProxyType(
    {
        1: "Message Header Error",
        2: "OPEN Message Error",
        3: "UPDATE Message Error",
        4: "Hold Timer Expired",
        5: "Finite State Machine Error",
        6: "Cease",
    }
)
_SUBCODES: Mapping[tuple[int, int], str] = MappingProxyType(
    {
        (1, 1): "Connection Not Synchronized",
        (1, 2): "Bad Message Length",
        (1, 3): "Bad Message Type",
        (2, 1): "Unsupported Version Number",
        (2, 2): "Bad Peer AS",
        (2, 3): "Bad BGP Identifier",
        (2, 4): "Unsupported Optional Parameter",
        (2, 6): "Unacceptable Hold Time",
        (2, 7): "Unsupported Capability",
        (3, 1): "Malformed Attribute List",
        (3, 2): "Unrecognized Well-known Attribute",
        (3, 3): "Missing Well-known Attribute",
        (3, 4): "Attribute Flags Error",
        (3, 5): "Attribute Length Error",
        (3, 6): "Invalid ORIGIN Attribute",
        (3, 8): "Invalid NEXT_HOP Attribute",
        (3, 9): "Optional Attribute Error",
        (3, 10): "Invalid Network Field",
        (3, 11): "Malformed AS_PATH",
        (5, 1): "Receive Unexpected Message in OpenSent State",
        (5, 2): "Receive Unexpected Message in OpenConfirm State",
        (5, 3): "Receive Unexpected Message in Established State",
        (6, 1): "Maximum Number of Prefixes Reached",
        (6, 2): "Administrative Shutdown",
        (6, 3): "Peer De-configured",
        (6, 4): "Administrative Reset",
        (6, 5): "Connection Rejected",
        (6, 6): "Other Configuration Change",
        (6, 7): "Connection Collision Resolution",
        (6, 8): "Out of Resources",
        (6, 9): "Hard Reset",
        (6, 10): "BFD Down",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Notification:
    """What a NOTIFICATION says. As text: `NOTIFICATION 2/2 (Bad Peer AS)`."""

    code: int
    subcode: int

    @property
    def name(self) -> str:
        """The subcode's name, or the code's where the subcode has none; "unknown" for a code that no RFC names."""
        return _SUBCODES.get((self.code, self.subcode)) or _CODES.get(self.code, "unknown")

    def __str__(self) -> str:
        return f"NOTIFICATION {self.code}/{self.subcode} ({self.name})"


def cease(reason: Cease) -> Notification:
    """The NOTIFICATION of a session that ends for `reason`."""
    return Notification(Code.CEASE, reason)
