"""What ExaBGP says of its sessions (JSON, encoder 5.0.0), understood. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_network

from dxemu.bgp.graceful_restart import Capability
from dxemu.bgp.notification import Code, Notification
from dxemu.bgp.route import Announcement, Origin
from dxemu.units import Asn, IPAddress, IPNetwork, address, network

FAMILIES = ("ipv4 unicast", "ipv6 unicast")
_REASON = re.compile(r"notification (sent|received) \((\d+),(\d+)\)")
_ORIGINS = {"igp": Origin.IGP, "egp": Origin.EGP, "incomplete": Origin.INCOMPLETE}
_AS_SET = "as-set"


@dataclass(frozen=True, slots=True)
class SessionUp:
    """A session is Established."""

    session: str


@dataclass(frozen=True, slots=True)
class SessionDown:
    """A session that was Established is not any more. `reason` and `detail` as in `dxemu.events.timeline`."""

    session: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class SessionRefused:
    """A session did not get as far as Established: one end said why. `sent`: this end did."""

    session: str
    notification: Notification
    sent: bool


@dataclass(frozen=True, slots=True)
class Learnt:
    """An UPDATE of the peer. `malformed` says why its announcements count as withdrawn (RFC 7606), if they do."""

    session: str
    announce: tuple[Announcement, ...]
    withdraw: tuple[IPNetwork, ...]
    malformed: str = ""


@dataclass(frozen=True, slots=True)
class PeerOpen:
    """The peer's OPEN, before the session is up: what it says of graceful restart (None: nothing)."""

    session: str
    graceful_restart: Capability | None


@dataclass(frozen=True, slots=True)
class EndOfRib:
    """The peer has announced all that it has (RFC 4724 section 2)."""

    session: str


SpeakerEvent = SessionUp | SessionDown | SessionRefused | Learnt | PeerOpen | EndOfRib


def lost(session: str, said: str) -> SessionDown:
    """An established session that ExaBGP says ended; `said` is its reason.

    The event's reason is `hold_timer`, `notification` (the peer sent one), `notification_sent` or `peer_closed`.
    """
    found = _notification(said)
    if found is None:
        return SessionDown(session, "peer_closed", said)
    notification, sent = found
    if not sent:
        reason = "notification"
    else:
        reason = "hold_timer" if notification.code == Code.HOLD_TIMER_EXPIRED else "notification_sent"
    return SessionDown(session, reason, str(notification))


def refused(session: str, said: str) -> SessionRefused | None:
    """A session that ended before it was established; None if nobody said why."""
    found = _notification(said)
    return None if found is None else SessionRefused(session, *found)


def _notification(said: str) -> tuple[Notification, bool] | None:
    match = _REASON.search(said)
    return None if match is None else (Notification(int(match[2]), int(match[3])), match[1] == "sent")


def learnt(session: str, own_asn: Asn, update: dict) -> Learnt:  # type: ignore[type-arg]  # ExaBGP's JSON
    """An UPDATE. What dxemu does not know in it does not matter."""
    attribute = update.get("attribute", {})
    as_path = tuple(_as_path(attribute.get("as-path", {}), own_asn))
    originator = IPv4Address(attribute["originator-id"]) if "originator-id" in attribute else None
    announce = tuple(
        Announcement(
            prefix=prefix,
            next_hop=next_hop,
            as_path=as_path,
            origin=_ORIGINS.get(attribute.get("origin", ""), Origin.INCOMPLETE),
            local_pref=attribute.get("local-preference"),
            med=attribute.get("med"),
            communities=tuple(f"{high}:{low}" for high, low in attribute.get("community", [])),
            originator_id=originator,
            cluster_list=tuple(map(IPv4Address, attribute.get("cluster-list", ()))),
        )
        for family in FAMILIES
        for prefix, next_hop in _next_hops(update.get("announce", {}).get(family, {})).items()
    )
    withdraw = tuple(_prefix(nlri) for family in FAMILIES for nlri in update.get("withdraw", {}).get(family, []))
    return Learnt(session, announce, withdraw, attribute.get("error", ""))


def _as_path(segments: Mapping[str, Mapping], own_asn: Asn) -> Iterator[Asn]:  # type: ignore[type-arg]  # JSON
    """Every AS of a sequence, and one for each set: a set counts as one (RFC 4271 section 9.1.2.2 a).

    It is our own AS if that is in the set, so that the loop is seen.
    """
    for _, segment in sorted(segments.items(), key=lambda item: int(item[0])):
        members = [Asn(asn) for asn in segment["value"]]
        if segment["element"] == _AS_SET and members:
            members = [own_asn if own_asn in members else min(members)]
        yield from members


def _prefix(nlri: Mapping[str, str]) -> IPNetwork:
    """What is behind the prefix's length in its last octet is irrelevant (RFC 4271 section 4.3)."""
    try:
        return network(nlri["nlri"])
    except ValueError:
        return ip_network(nlri["nlri"], strict=False)


def _next_hops(announced: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[IPNetwork, IPAddress]:
    """The next hop of each prefix.

    A peer may name its link-local address beside its global one (RFC 2545 section 3); ExaBGP tells the prefix with
    each. The global one counts: a link-local one means nothing without its interface.
    """
    found: dict[IPNetwork, IPAddress] = {}
    for text, nlris in announced.items():
        next_hop = address(text)
        for nlri in nlris:
            prefix = _prefix(nlri)
            if prefix not in found or not next_hop.is_link_local:
                found[prefix] = next_hop
    return found
