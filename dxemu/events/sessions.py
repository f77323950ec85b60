"""What the ends of BGP sessions say: each at its `node`, of its `session`."""

from __future__ import annotations

from typing import ClassVar

from dxemu.events.base import NodeEvent

ADMINISTRATIVELY_DOWN = "administratively down"
"""The reason of a BFD session that is run no longer. That says nothing of the path (RFC 5882 section 3.2)."""


class BfdChanged(NodeEvent):
    """`state` is `up` or `down`."""

    word: ClassVar[str] = "bfd"
    session: str
    state: str
    reason: str


class BgpChanged(NodeEvent):
    """`state` is `up` or `down`; `peer` is the node at the other end.

    `reason` is empty when up, else `hold_timer`, `bfd`, `carrier` (a detection by this node itself), `notification`,
    `peer_closed` (the other end told it), `notification_sent`, `restart`, `prefix_limit` (this end took no more
    prefixes) or `cleared`, `shut_down`, `reconfigured` or `removed` (by an operator). `detail` has the NOTIFICATION
    that ended it, as `NOTIFICATION 2/2 (Bad Peer AS)`.
    """

    word: ClassVar[str] = "bgp"
    session: str
    peer: str
    state: str
    reason: str
    detail: str


class BgpRefused(NodeEvent):
    """A session did not come up; each reason is told once until it does. `sent`: by this node, not by the peer.

    `code` and `subcode` are the NOTIFICATION's (RFC 4271 section 4.5), `detail` is the same in words.
    """

    word: ClassVar[str] = "bgp_refused"
    session: str
    peer: str
    code: int
    subcode: int
    sent: bool
    detail: str


class SessionRetuned(NodeEvent):
    """An end of a session announces otherwise than it is designed, because of a fault: nothing at all if `drained`.

    `prepend` times its own ASN is put in front once more, and `med` goes with it.
    """

    word: ClassVar[str] = "retuned"
    session: str
    drained: bool
    prepend: int
    med: int | None


class SymptomSeen(NodeEvent):
    """What is seen of a session whose ends do not fit, asked of kernels and daemons before the run starts.

    `symptom` is one of `dxemu.plan.mismatch`; `detail` says by what.
    """

    word: ClassVar[str] = "symptom"
    session: str
    symptom: str
    detail: str


class PrefixLimitExceeded(NodeEvent):
    """The peer announces more prefixes than AWS's end takes; `reason` says what AWS does."""

    word: ClassVar[str] = "prefix_limit"
    session: str
    count: int
    limit: int
    reason: str


class QuotaExceeded(NodeEvent):
    """Another quota of AWS's took effect. `session` is "" if it is about none."""

    word: ClassVar[str] = "quota"
    session: str
    count: int
    limit: int
    reason: str


class RoutesStale(NodeEvent):
    """A session was lost, and graceful restart keeps its routes for `for_s` seconds at most."""

    word: ClassVar[str] = "stale"
    session: str
    prefixes: tuple[str, ...]
    for_s: float


class RoutesStaleOver(NodeEvent):
    """Nothing of a session is stale any more. `prefixes` still were, and are forgotten.

    `reason` is `end_of_rib`, `restart_time`, `bfd` and the like.
    """

    word: ClassVar[str] = "stale_over"
    session: str
    prefixes: tuple[str, ...]
    reason: str
