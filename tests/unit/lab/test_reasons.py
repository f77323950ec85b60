"""Why something is down: the last that was said of it, until it is up again."""

from __future__ import annotations

from typing import Any

import pytest

from dxemu.events.base import Event
from dxemu.events.links import TunnelChanged
from dxemu.events.sessions import BfdChanged, BgpChanged, BgpRefused, SymptomSeen
from dxemu.lab.reasons import Reasons

HERE = {"node": "edge", "session": "primary"}


def bgp(state: str, reason: str = "", detail: str = "") -> Event:
    return BgpChanged(**HERE, peer="dx_1", state=state, reason=reason, detail=detail)


def refused(*, sent: bool, detail: str = "NOTIFICATION 2/2 (Bad Peer AS)") -> Event:
    return BgpRefused(**HERE, peer="dx_1", code=2, subcode=2, sent=sent, detail=detail)


def heard(*events: Event) -> Reasons:
    reasons = Reasons()
    for stamp, event in enumerate(events):
        reasons.note(event, stamp)
    return reasons


@pytest.mark.parametrize(
    ("reason", "detail", "words"),
    [
        ("hold_timer", "NOTIFICATION 4/0 (Hold Timer Expired)", "hold timer expired, sent NOTIFICATION 4/0"),
        ("notification", "NOTIFICATION 6/2 (Administrative Shutdown)", "received NOTIFICATION 6/2"),
        ("notification_sent", "NOTIFICATION 6/1 (x)", "sent NOTIFICATION 6/1"),
        ("peer_closed", "closing connection", "the peer closed it without a NOTIFICATION (closing connection)"),
        ("bfd", "control detection time expired: NOTIFICATION 6/10 (BFD Down)", "BFD is down: control detection"),
        ("carrier", "primary lost carrier", "primary lost carrier"),
        ("shut_down", "by an operator", "administratively down (by an operator)"),
        ("prefix_limit", "101 of 100", "prefix limit: 101 of 100"),
    ],
)
def test_a_loss_is_said_in_the_words_of_the_rfc(reason: str, detail: str, words: str) -> None:
    (said,) = heard(bgp("down", reason, detail)).bgp("primary", "edge")
    assert said.words.startswith(words)


def test_what_was_seen_of_attempts_comes_after_the_loss() -> None:
    lost = bgp("down", "hold_timer", "NOTIFICATION 4/0 (Hold Timer Expired)")
    first, second = heard(lost, refused(sent=False)).bgp("primary", "edge")
    assert (first.words.split(",")[0], second.words) == (
        "hold timer expired",
        "received NOTIFICATION 2/2 (Bad Peer AS)",
    )
    (said,) = heard(refused(sent=True)).bgp("primary", "edge")
    assert said.words == "sent NOTIFICATION 2/2 (Bad Peer AS)"


def test_a_symptom_holds_for_both_ends_unless_one_was_told_why() -> None:
    seen = SymptomSeen(**HERE, symptom="no_tcp_connection", detail="dx_1 drops segments")
    reasons = heard(seen, refused(sent=False))
    assert [said.words for said in reasons.bgp("primary", "dx_1")] == ["dx_1 drops segments"]
    assert [said.words for said in reasons.bgp("primary", "edge")] == ["received NOTIFICATION 2/2 (Bad Peer AS)"]


def test_nothing_is_a_reason_once_it_is_up() -> None:
    seen = SymptomSeen(**HERE, symptom="no_tcp_connection", detail="dx_1 drops segments")
    reasons = heard(seen, refused(sent=False), bgp("down", "carrier", "x"), bgp("up"))
    assert (reasons.bgp("primary", "edge"), reasons.bgp("primary", "dx_1")) == ((), ())


def test_bfd_has_its_diagnostic_and_a_tunnel_charons_words() -> None:
    bfd: dict[str, Any] = {"node": "edge", "session": "primary", "state": "down"}
    for reason, words in {
        "control detection time expired": "diagnostic 1, control detection time expired",
        "neighbor signaled session down": "diagnostic 3, neighbor signaled session down",
        "administratively down": "diagnostic 7, administratively down",
    }.items():
        said = heard(BfdChanged(**bfd, reason=reason)).bfd("primary", "edge")
        assert said is not None and said.words == words
    dead = TunnelChanged(node="edge", tunnel="vpn", state="down", reason="dpd", detail="giving up after 2 retransmits")
    up = TunnelChanged(node="edge", tunnel="vpn", state="up", reason="")
    said = heard(dead).tunnel("vpn", "edge")
    assert said is not None and said.words == "dead peer detection, charon: giving up after 2 retransmits"
    assert heard(dead, up).tunnel("vpn", "edge") is None
