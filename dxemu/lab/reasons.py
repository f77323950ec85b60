"""Why sessions and tunnels are down, by the last that their own daemons and kernels said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dxemu.events.base import Event
from dxemu.events.links import TunnelChanged
from dxemu.events.sessions import ADMINISTRATIVELY_DOWN, BfdChanged, BgpChanged, BgpRefused, SymptomSeen

DIAGNOSTICS: Mapping[str, int] = MappingProxyType(
    {"control detection time expired": 1, "neighbor signaled session down": 3, ADMINISTRATIVELY_DOWN: 7}
)
"""The codes of RFC 5880 section 4.1 (Diag), by the words that BFD's events have for them."""
UP, DOWN = "up", "down"


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said at `stamp` of the lab's clock."""

    words: str
    stamp: int


class Reasons:
    """Hears of every event, and remembers what is a reason until what it is about is up again."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str, str], Said] = {}

    def note(self, event: Event, stamp: int) -> None:
        """It was told at this moment."""
        match event:
            case BgpChanged() | BfdChanged() | TunnelChanged() if event.state == UP:
                for word in _CLEARS[event.word]:
                    self._said.pop((word, *_about(event)), None)
                self._said.pop((SymptomSeen.word, *_about(event)[:1], ""), None)
            case BgpChanged() | BfdChanged() | TunnelChanged() if event.state == DOWN:
                self._said[event.word, *_about(event)] = Said(_WORDS[event.word](event), stamp)
            case BgpRefused():
                way = "sent" if event.sent else "received"
                self._said[event.word, *_about(event)] = Said(f"{way} {event.detail}", stamp)
            case SymptomSeen():
                self._said[event.word, event.session, ""] = Said(event.detail, stamp)

    def bgp(self, session: str, node: str) -> tuple[Said, ...]:
        """Of a session at this end: how it was lost, then what was seen of attempts since.

        What is seen of ends that do not fit holds for both; who was told by a NOTIFICATION needs it no more.
        """
        lost, refused = (self._said.get((word, session, node)) for word in (BgpChanged.word, BgpRefused.word))
        found = lost, refused or self._said.get((SymptomSeen.word, session, ""))
        return tuple(sorted((said for said in found if said is not None), key=lambda said: said.stamp))

    def bfd(self, session: str, node: str) -> Said | None:
        """Of its BFD: the diagnostic."""
        return self._said.get((BfdChanged.word, session, node))

    def tunnel(self, tunnel: str, node: str) -> Said | None:
        """Of an IPsec tunnel."""
        return self._said.get((TunnelChanged.word, tunnel, node))


def _about(event: Event) -> tuple[str, str]:
    assert isinstance(event, BgpChanged | BfdChanged | TunnelChanged | BgpRefused)
    return (event.tunnel if isinstance(event, TunnelChanged) else event.session), event.node


def _of_bgp(event: Event) -> str:
    """In RFC 4271's words where they are of it: a NOTIFICATION that this end sent, or received (section 6)."""
    assert isinstance(event, BgpChanged)
    match event.reason:
        case "hold_timer":
            return f"hold timer expired, sent {event.detail}"
        case "notification":
            return f"received {event.detail}"
        case "notification_sent":
            return f"sent {event.detail}"
        case "peer_closed":
            return f"the peer closed it without a NOTIFICATION ({event.detail})"
        case "shut_down":
            return f"{ADMINISTRATIVELY_DOWN} ({event.detail})"
        case "bfd":
            return f"BFD is down: {event.detail}"
        case "carrier":
            return event.detail
    return f"{event.reason.replace('_', ' ')}: {event.detail}" if event.detail else event.reason.replace("_", " ")


def _of_bfd(event: Event) -> str:
    assert isinstance(event, BfdChanged)
    code = DIAGNOSTICS.get(event.reason)
    return event.reason if code is None else f"diagnostic {code}, {event.reason}"


def _of_tunnel(event: Event) -> str:
    assert isinstance(event, TunnelChanged)
    reason = "dead peer detection" if event.reason == "dpd" else event.reason
    return f"{reason}, charon: {event.detail}" if event.detail else reason


_WORDS: Mapping[str, Callable[[Event], str]] = MappingProxyType(
    {BgpChanged.word: _of_bgp, BfdChanged.word: _of_bfd, TunnelChanged.word: _of_tunnel}
)
_CLEARS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        BgpChanged.word: (BgpChanged.word, BgpRefused.word),
        BfdChanged.word: (BfdChanged.word,),
        TunnelChanged.word: (TunnelChanged.word,),
    }
)
"""What is no reason any more when this is up."""
