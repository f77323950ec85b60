"""What charon says, as events of tunnels."""

from __future__ import annotations

from typing import Any

import pytest

from dxemu.daemons.strongswan_events import TunnelDown, TunnelRekeyed, Tunnels, TunnelUp

NAME = "backup_tunnel_1"


def child_changes(number: str, *, up: bool, state: str = "ESTABLISHED") -> dict[str, Any]:
    ike = {"state": state, "child-sas": {f"{NAME}-{number}": {"uniqueid": number}}}
    return {"up": "yes", NAME: ike} if up else {NAME: ike}


def child_rekeyed(old: str, new: str) -> dict[str, Any]:
    return {NAME: {"state": "ESTABLISHED", "child-sas": {NAME: {"old": {"uniqueid": old}, "new": {"uniqueid": new}}}}}


def tunnel_that_is_up() -> Tunnels:
    state = Tunnels([NAME])
    assert state.hear("child-updown", child_changes("1", up=True)) == [TunnelUp(NAME)]
    return state


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        (f"06[IKE] <{NAME}|1> giving up after 2 retransmits", "dpd", "giving up after 2 retransmits"),
        (
            f"06[IKE] <{NAME}|1> received DELETE for IKE_SA {NAME}[1]",
            "deleted",
            f"received DELETE for IKE_SA {NAME}[1]",
        ),
        (
            f"08[IKE] <{NAME}|2> closing expired CHILD_SA {NAME}{{2}}",
            "expired",
            f"closing expired CHILD_SA {NAME}{{2}}",
        ),
        (
            f"08[IKE] <{NAME}|2> destroying duplicate IKE_SA for peer '203.0.113.1', received INITIAL_CONTACT",
            "replaced",
            "destroying duplicate IKE_SA for peer '203.0.113.1', received INITIAL_CONTACT",
        ),
        ("06[IKE] <another|1> giving up after 2 retransmits", "unknown", ""),
        ("00[DMN] SIGTERM received, shutting down", "unknown", ""),
    ],
)
def test_the_log_says_why_a_tunnel_went_down(line: str, reason: str, detail: str) -> None:
    state = tunnel_that_is_up()
    state.hear_log(line)
    assert state.hear("child-updown", child_changes("1", up=False)) == [TunnelDown(NAME, reason, detail)]


def test_a_tunnel_is_up_until_its_last_child_has_gone() -> None:
    state = tunnel_that_is_up()
    assert state.hear("child-updown", child_changes("2", up=True)) == []
    assert state.hear("child-updown", child_changes("1", up=False)) == []
    assert state.hear("child-updown", child_changes("2", up=False)) == [TunnelDown(NAME, "unknown", "")]


def test_whose_keys_are_there_is_known_by_number() -> None:
    state = tunnel_that_is_up()
    assert state.keys(NAME) == {"1"}
    state.hear("child-updown", child_changes("2", up=True))
    before = state.keys(NAME)
    state.hear("child-updown", child_changes("1", up=False))
    assert (before, state.keys(NAME)) == ({"1", "2"}, {"2"})


def test_a_rekeyed_child_takes_the_place_of_the_old_one() -> None:
    state = tunnel_that_is_up()
    assert state.hear("child-rekey", child_rekeyed("1", "2")) == [TunnelRekeyed(NAME, "child")]
    assert state.hear("child-updown", child_changes("1", up=False)) == []
    assert state.hear("child-updown", child_changes("2", up=False)) == [TunnelDown(NAME, "unknown", "")]


def test_an_ike_sa_has_new_keys() -> None:
    state = tunnel_that_is_up()
    message = {NAME: {"old": {"state": "REKEYED"}, "new": {"state": "ESTABLISHED"}}}
    assert state.hear("ike-rekey", message) == [TunnelRekeyed(NAME, "ike")]


def test_a_refused_connection_is_told_although_it_was_never_up() -> None:
    state = Tunnels([NAME])
    state.hear_log(f"07[IKE] <{NAME}|1> received AUTHENTICATION_FAILED notify error")
    message = {NAME: {"state": "CONNECTING"}}
    refused = TunnelDown(NAME, "refused", "received AUTHENTICATION_FAILED notify error")
    assert state.hear("ike-updown", message) == [refused]


def test_the_reason_of_an_earlier_failure_is_not_given_again() -> None:
    state = Tunnels([NAME])
    state.hear_log(f"07[IKE] <{NAME}|1> giving up after 2 retransmits")
    state.hear("child-updown", child_changes("1", up=True))
    assert state.hear("child-updown", child_changes("1", up=False)) == [TunnelDown(NAME, "unknown", "")]


def test_connections_that_are_not_tunnels_of_ours_are_no_events() -> None:
    state = Tunnels([])
    assert state.hear("child-updown", child_changes("1", up=True)) == []


@pytest.mark.parametrize("said", ["TS_UNACCEPTABLE", "NO_PROPOSAL_CHOSEN"])
def test_phase_2_may_be_refused_while_phase_1_is_up(said: str) -> None:
    state = Tunnels([NAME])
    assert state.hear("ike-updown", {"up": "yes", NAME: {"state": "ESTABLISHED"}}) == []
    state.hear_log(f"07[IKE] <{NAME}|1> received {said} notify, no CHILD_SA built")
    assert state.refusal(NAME) == f"received {said} notify, no CHILD_SA built"
    state.hear("child-updown", child_changes("1", up=True))
    assert state.refusal(NAME) == ""
