"""Graceful restart (RFC 4724) without sockets: which loss keeps a peer's routes, and which of them are stale.

RFC 4724 keeps them where the TCP session ends without a NOTIFICATION. An expired hold timer sends one, and keeps
nothing without the N bit of RFC 8538, which nobody offers here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dxemu.units import IPNetwork, Seconds

SILENT_LOSSES = ("peer_closed", "restart")
"""TCP closed or reset by the peer, and the own restart: no NOTIFICATION went either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """What a peer's OPEN says (RFC 4724 section 3).

    `restarted` is its R bit; `forwarding` are the IP versions whose routes it goes on forwarding (F bit), `versions`
    all that it restarts gracefully.
    """

    restart_time: Seconds
    restarted: bool
    versions: frozenset[int]
    forwarding: frozenset[int]


def keeps_routes(reason: str, *, until_bfd_down: bool = False) -> bool:
    """Whether a session that was lost for `reason` leaves its routes behind as stale ones.

    If BFD says that it is down, both answers can be found. RFC 5882 section 4.3.2, for BFD that shares the fate of the
    control plane: the restart goes on, since the restart itself may be what BFD noticed. Section 4.3.1, for BFD that
    does not (`until_bfd_down`): nothing is forwarded any more, so the restart is given up. A port without light
    takes its next hops away with it.
    """
    return reason in SILENT_LOSSES or (reason == "bfd" and not until_bfd_down)


def may_stay(capability: Capability | None, version: int) -> bool:
    """Whether stale routes stay once the session is back, until End-of-RIB (RFC 4724 section 4.2).

    Not if the peer no longer restarts gracefully, or says that it has not preserved its forwarding state.
    """
    return capability is not None and version in capability.forwarding


class StaleRoutes:
    """The prefixes of each session that the peer has not announced anew since the session was lost."""

    def __init__(self) -> None:
        self._stale: dict[str, set[IPNetwork]] = {}

    def lost(self, session: str, prefixes: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
        """The session was lost, with `prefixes` learnt on it. Gives those to forget: they were stale already."""
        before = self._stale.pop(session, set())
        known = tuple(prefixes)
        self._stale[session] = {prefix for prefix in known if prefix not in before}
        return tuple(prefix for prefix in known if prefix in before)

    def heard(self, session: str, prefixes: Iterable[IPNetwork]) -> None:
        """The peer has announced or withdrawn `prefixes`: they are not stale any more."""
        if session in self._stale:
            self._stale[session].difference_update(prefixes)

    def of(self, session: str) -> frozenset[IPNetwork]:
        """What is stale."""
        return frozenset(self._stale.get(session, ()))

    def waits(self, session: str) -> bool:
        """Whether anything of `session` may be stale: it was lost, and End-of-RIB has not come."""
        return session in self._stale

    def over(self, session: str) -> frozenset[IPNetwork]:
        """End-of-RIB, or the restart time is over: gives what is still stale, to forget it."""
        return frozenset(self._stale.pop(session, ()))
