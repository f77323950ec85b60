"""What charon says, as events of tunnels: vici says what has happened, charon's log says why.

A tunnel is up while it has a child SA. A rekeying puts a new one in the place of the old one; a new connection may be
there before the old one has gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

HEARD = ("ike-updown", "ike-rekey", "child-updown", "child-rekey")
"""The events of vici that are needed."""

_LINE = re.compile(r"\[\w+\] <(?P<tunnel>[^|>]+)\|\d+> (?P<said>.*)")
_REASONS = (
    (re.compile(r"giving up after \d+ retransmits"), "dpd"),
    (re.compile(r"(received|sending) DELETE for IKE_SA"), "deleted"),
    (re.compile(r"closing CHILD_SA"), "deleted"),
    (re.compile(r"closing expired CHILD_SA"), "expired"),
    (re.compile(r"(destroying|deleting) duplicate IKE_SA"), "replaced"),
    (re.compile(r"received \w+ (notify error|error notify|notify, no CHILD_SA built)"), "refused"),
    (re.compile(r"MAC mismatched|no shared key found|no IKE config found|no matching peer config found"), "refused"),
)
"""Texts of strongSwan 5.9.8, in src/libcharon/sa: task_manager_v2.c, ike_sa_manager.c, psk_authenticator.c, and the
files of the tasks."""


@dataclass(frozen=True, slots=True)
class TunnelUp:
    """The tunnel carries packets."""

    tunnel: str


@dataclass(frozen=True, slots=True)
class TunnelDown:
    """The tunnel carries nothing any more, or (`refused`) could not come up and is not tried again.

    `reason` is `dpd` (the peer is silent), `deleted` (an end closed it), `expired` (its keys
    were not renewed before their lifetime was over), `replaced` (the peer came back with a new
    connection before its silence was noticed), `refused`, or `unknown`; `detail` is charon's own line.
    """

    tunnel: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class TunnelRekeyed:
    """New keys. `what` is `ike` or `child`."""

    tunnel: str
    what: str


TunnelEvent = TunnelUp | TunnelDown | TunnelRekeyed

Message = Mapping[str, Any]  # a message of vici: text, lists of text, and messages


class Tunnels:
    """The state of one charon's tunnels, from what it says."""

    def __init__(self, names: Iterable[str]) -> None:
        self._children: dict[str, set[str]] = {name: set() for name in names}
        self._why: dict[str, tuple[str, str]] = {}

    def add(self, tunnel: str) -> None:
        """There is one more."""
        self._children[tunnel] = set()

    def remove(self, tunnel: str) -> None:
        """There is one less."""
        del self._children[tunnel]

    def is_up(self, tunnel: str) -> bool:
        """Whether it carries packets, by the last word."""
        return bool(self._children[tunnel])

    def keys(self, tunnel: str) -> frozenset[str]:
        """Charon's numbers of its child SAs."""
        return frozenset(self._children[tunnel])

    def refusal(self, tunnel: str) -> str:
        """Why its keys for packets were refused, in charon's words; the tunnel's connection itself may be up."""
        reason, said = self._why.get(tunnel, ("", ""))
        return said if reason == "refused" else ""

    def hear_log(self, line: str) -> None:
        """A line of the log. Those written before an event must come before it."""
        match = _LINE.search(line)
        if match is None:
            return
        for pattern, reason in _REASONS:
            if pattern.search(match["said"]):
                self._why[match["tunnel"]] = (reason, match["said"])

    def hear(self, event: str, message: Message) -> list[TunnelEvent]:
        """An event of vici. Most mean nothing for a tunnel."""
        found: list[TunnelEvent] = []
        for tunnel, ike in message.items():
            if tunnel in self._children:
                found += self._understand(event, tunnel, ike, up=message.get("up") == "yes")
        return found

    def _understand(self, event: str, tunnel: str, ike: Message, *, up: bool) -> list[TunnelEvent]:
        children = self._children[tunnel]
        if event == "ike-rekey":
            return [TunnelRekeyed(tunnel, "ike")]
        if event == "ike-updown":
            never_up = not up and ike["state"] == "CONNECTING" and not children
            return [self._down(tunnel)] if never_up else []
        was_up = bool(children)
        if event == "child-rekey":
            for change in ike["child-sas"].values():
                children.discard(change["old"]["uniqueid"])
                children.add(change["new"]["uniqueid"])
            return [TunnelRekeyed(tunnel, "child")]
        numbers = {child["uniqueid"] for child in ike["child-sas"].values()}
        if up:
            children |= numbers
            self._why.pop(tunnel, None)
        else:
            children -= numbers
        if was_up == bool(children):
            return []
        return [TunnelUp(tunnel) if children else self._down(tunnel)]

    def _down(self, tunnel: str) -> TunnelDown:
        return TunnelDown(tunnel, *self._why.pop(tunnel, ("unknown", "")))
