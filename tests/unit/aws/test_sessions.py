"""AWS's rules of a BGP session on a virtual interface, each by its name: timers, BFD, TTL, key, family.

Source: Direct Connect User Guide, "BGP-specific settings", "Welcome" (network requirements) and "Virtual interfaces".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from dxemu.aws import bfd, timers
from dxemu.bgp.notification import Notification
from dxemu.daemons import bird, exabgp
from dxemu.plan.make import make_plan
from dxemu.plan.model import BgpSession, Plan
from dxemu.topology.load import loads
from dxemu.units import Seconds
from tests.lab.guest import REPOSITORY

TOPOLOGY = (REPOSITORY / "topologies" / "private_vif.yaml").read_text()


def plan_with(words: str = "") -> Plan:
    """The dual-stack virtual interface of `private_vif`, with more said of it."""
    return make_plan(loads(TOPOLOGY.replace("gateway: vgw, auth_key", f"gateway: vgw, {words}auth_key")))


def sessions_with(words: str = "") -> list[BgpSession]:
    found = [session for session in plan_with(words).sessions if session.virtual_interface == "prod"]
    assert found
    return found


def awss_lines(words: str = "") -> list[list[str]]:
    """What AWS's ExaBGP is told of each session."""
    plan, sessions = plan_with(words), sessions_with(words)
    peers = [exabgp.Peer(session, session.ends[1], session.ends[0]) for session in sessions]
    text = exabgp.render(plan.speaker(sessions[0].ends[1].speaker).router_id, peers)
    found = [[line.rstrip(";") for line in part.splitlines()] for part in text.split("\nneighbor ")[1:]]
    assert len(found) == len(sessions)
    return found


@dataclass(frozen=True)
class Timers:
    """What the customer wants, what both use, and how often each sends a KEEPALIVE."""

    rule: str
    words: str
    hold_time: int
    aws_keepalive: int
    customer_keepalive: int


TIMERS = (
    Timers("AWS offers 90 s and sends a KEEPALIVE every 30 s", "", 90, 30, 30),
    Timers("a customer who offers more gets 90 s", "hold_time: 240 s, ", 90, 30, 30),
    Timers("a customer who offers less gets what it offers", "hold_time: 30 s, ", 30, 10, 10),
    Timers("the shortest hold time is 3 s, with a KEEPALIVE every second", "hold_time: 3 s, ", 3, 1, 1),
    Timers("the customer's own KEEPALIVE is its own affair", "keepalive: 5 s, ", 90, 30, 5),
    Timers("a third is counted in whole seconds", "hold_time: 10 s, ", 10, 3, 3),
)


@pytest.mark.parametrize("row", TIMERS, ids=lambda row: row.rule)
def test_timers(row: Timers) -> None:
    for session in sessions_with(row.words):
        customer, aws = session.ends
        assert session.hold_time == row.hold_time
        assert session.keepalive_of(aws) == row.aws_keepalive
        assert session.keepalive_of(customer) == row.customer_keepalive
        assert aws.hold_time == timers.HOLD_TIME
    for lines in awss_lines(row.words):
        assert "hold-time 90" in lines


@pytest.mark.parametrize(
    ("offered", "taken"), [(0, False), (1, False), (2, False), (3, True), (90, True), (65535, True)]
)
def test_aws_takes_3_s_and_more_and_refuses_0_1_and_2(offered: int, taken: bool) -> None:
    assert timers.acceptable_hold_time(offered) is taken
    assert str(Notification(2, 6)) == "NOTIFICATION 2/6 (Unacceptable Hold Time)"


def test_the_graceful_restart_timer_is_120_s() -> None:
    assert Seconds(120) == timers.RESTART_TIME


@pytest.mark.parametrize(
    ("rule", "words", "interval", "detects_after"),
    [
        ("AWS's BFD is 300 ms x 3: 900 ms", "bfd: 300 ms x 3", 0.3, 0.9),
        ("the slower interval wins", "bfd: 1 s x 3", 1.0, 3.0),
        ("the multiplier is the sender's", "bfd: 300 ms x 5", 0.3, 1.5),
    ],
)
def test_bfd_at_awss_end(rule: str, words: str, interval: float, detects_after: float) -> None:
    plan = make_plan(loads(TOPOLOGY.replace("bfd: 300 ms x 3", words)))
    with_bfd = [s for s in plan.sessions if s.virtual_interface is not None and all(end.bfd for end in s.ends)]
    assert with_bfd
    for session in with_bfd:
        customer, aws = session.ends
        assert customer.bfd is not None and aws.bfd is not None
        assert (aws.bfd.interval, aws.bfd.detect_mult) == (bfd.INTERVAL, bfd.DETECT_MULT) == (Seconds(0.3), 3)
        assert max(customer.bfd.interval, aws.bfd.interval) == interval
        found = bfd.detection_time(bfd.INTERVAL, customer.bfd.interval, customer.bfd.detect_mult)
        assert found == pytest.approx(detects_after), rule


def test_aws_runs_bfd_on_every_virtual_interface_but_never_starts_it() -> None:
    (speaker,) = {session.ends[1].speaker for session in sessions_with()}
    peers = [peer for session in sessions_with() if (peer := bird.BfdPeer.of(session, session.ends[1].node))]
    text = bird.render(plan_with().speaker(speaker).router_id, peers)
    assert re.findall(r"passive (\w+)", text) == ["yes", "yes"]


def test_aws_sends_with_ttl_1_and_waits_for_the_customer() -> None:
    for lines in awss_lines():
        assert {"outgoing-ttl 1", "passive", "listen 179"} <= set(lines)
        assert not [line for line in lines if line.startswith("incoming-ttl")], "no minimum is asked of the customer"


def test_the_md5_key_cannot_be_left_out() -> None:
    without = re.sub(r"auth_key: [\w-]+, ", "", TOPOLOGY)
    assert without != TOPOLOGY
    keys = [session.auth_key for session in make_plan(loads(without)).sessions if session.virtual_interface]
    assert all(keys), "AWS makes one up"
    for lines in awss_lines():
        assert [line for line in lines if line.startswith("md5-password ")]


def test_there_is_one_session_for_each_family_on_one_vlan() -> None:
    ipv4, ipv6 = sessions_with()
    assert (ipv4.ends[1].address.version, ipv6.ends[1].address.version) == (4, 6)
    assert ipv4.ends[1].interface == ipv6.ends[1].interface
    assert ["family { ipv4 unicast; }" in lines for lines in awss_lines()] == [True, False]
    assert ["family { ipv6 unicast; }" in lines for lines in awss_lines()] == [False, True]


def test_capabilities_that_aws_offers_are_four_octet_as_and_route_refresh() -> None:
    for lines in awss_lines():
        (capability,) = [line for line in lines if line.startswith("capability ")]
        assert "asn4 enable" in capability
        assert "route-refresh enable" in capability
