"""How many prefixes a speaker of AWS's takes on each of its sessions, and when a peer announces more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dxemu.bgp.prefix_limit import ReceivedPrefixes
from dxemu.daemons.exabgp_config import Peer
from dxemu.daemons.exabgp_events import Learnt
from dxemu.plan.model import Side, Speaker


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A peer announces `count` prefixes where `limit` are taken; `reason` is for people."""

    count: int
    limit: int
    reason: str


class PrefixLimits:
    """What is announced on each session of one speaker. `peers` are read anew each time: a quota may change."""

    def __init__(self, speaker: Speaker, peers: Mapping[str, Peer]) -> None:
        self._aws = speaker.side is Side.AWS
        self._peers = peers
        self._received: dict[str, ReceivedPrefixes] = {}

    def exceeded(self, event: Learnt) -> Exceeded | None:
        """Count what the peer says, and tell if that is too much."""
        peer = self._peers[event.session]
        quota = peer.session.prefix_quota
        if quota is None or not self._aws:
            return None
        received = self._received.setdefault(event.session, ReceivedPrefixes(peer.mine.asn))
        count = received.hear(event.announce, event.withdraw)
        beyond = quota.check(count, "prefixes")
        return None if beyond is None else Exceeded(count, quota.most, beyond)

    def exceeded_now(self, session: str) -> Exceeded | None:
        """Whether what the peer has announced is too much for the quota that holds now."""
        return self.exceeded(Learnt(session, (), ()))

    def forget(self, session: str) -> None:
        """The session is down."""
        self._received.pop(session, None)
