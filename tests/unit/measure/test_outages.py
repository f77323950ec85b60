"""Bursts of lost packets, by the time they were sent."""

from __future__ import annotations

import json
import time
from array import array

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stories import probe_log

from dxemu.events.older_packets import OlderPackets, from_json
from dxemu.events.probes import PacketsLogged
from dxemu.events.timeline import ProbeLog
from dxemu.measure.outages import Burst, FaultMark, cause, reception
from dxemu.probes.latency import latency_of

MS = 1_000_000


def log_of(lost: set[int], count: int, extra: list[int] | None = None) -> ProbeLog:
    received = array("q")
    for number in range(count):
        if number not in lost:
            received.extend((number, number * 10 * MS + 4 * MS))
    for value in extra or []:
        received.append(value)
    return ProbeLog(array("q", (n * 10 * MS for n in range(count))), received)


def test_one_burst_lasts_from_the_first_lost_packet_to_the_first_that_gets_through():
    found = reception(log_of({3, 4, 5}, 10))
    assert found.bursts == (Burst(3, 5, 0.03, 0.06, 3),)
    assert found.bursts[0].packets == 3
    assert found.bursts[0].duration_s == 0.03
    assert (found.sent, found.lost, found.duplicates, found.reordered) == (10, 3, 0, 0)
    assert found.longest_s == pytest.approx(0.004)


def test_a_burst_that_nothing_ends_is_open():
    burst = reception(log_of({8, 9}, 10)).bursts[0]
    assert burst.end_s is None and burst.duration_s is None


def test_two_bursts_stay_two():
    assert [b.packets for b in reception(log_of({0, 4, 5, 9}, 10)).bursts] == [1, 2, 1]


def test_no_packets_and_no_loss():
    assert reception(ProbeLog(array("q"), array("q"))).bursts == ()
    assert reception(log_of(set(), 10)).bursts == ()


def test_duplicates_and_reordering_are_counted_and_are_no_loss():
    twice = reception(log_of(set(), 3, extra=[2, 25 * MS]))
    assert (twice.lost, twice.duplicates, twice.reordered) == (0, 1, 0)
    late = reception(log_of({1}, 4, extra=[1, 40 * MS]))
    assert (late.lost, late.duplicates, late.reordered) == (0, 0, 1)


def test_a_number_that_was_never_sent_is_an_error():
    with pytest.raises(ValueError, match="numbered 10"):
        reception(log_of(set(), 10, extra=[10, 0]))


def test_loss_belongs_to_the_last_fault_or_heal_before_it():
    marks = [FaultMark(5, "cable_cut", "fault"), FaultMark(35, "cable_cut", "heal")]
    assert cause(Burst(0, 0, 4.0, 4.1, 1), marks, 0.01) is None
    assert cause(Burst(0, 0, 4.995, 90.0, 1), marks, 0.01) == marks[0]
    assert cause(Burst(0, 0, 35.0, 35.1, 1), marks, 0.01) == marks[1]


def test_what_left_before_a_heal_is_lost_to_the_fault_of_that_moment():
    """A router goes on 5 ms after a failover test has begun elsewhere."""
    test, thawed = FaultMark(6.293, "failover_test", "fault"), FaultMark(6.298, "router_freeze", "heal")
    marks = [FaultMark(5.7, "router_freeze", "fault"), test, thawed]
    assert cause(Burst(0, 0, 6.2945, 15.0, 1), marks, 0.01) == test
    assert cause(Burst(0, 0, 6.299, 15.0, 1), marks, 0.01) == thawed
    assert cause(Burst(0, 0, 6.295, 15.0, 1), [marks[0], thawed], 0.01) == thawed


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_bursts_account_for_every_lost_packet_and_agree_with_a_capture(case):
    count, lost = case
    found = reception(log_of(lost, count))
    assert sum(b.packets for b in found.bursts) == found.lost == len(lost)
    for burst in found.bursts:
        assert set(range(burst.first, burst.last + 1)) <= lost
        if burst.first and burst.end_s is not None and burst.duration_s is not None:
            # what a capture says: from the last packet before to the first packet after, both received
            gap = (burst.last + 1) * 0.01 - (burst.first - 1) * 0.01
            assert abs(gap - burst.duration_s) <= 0.01 + 1e-9


def test_a_hundred_thousand_packets_take_no_time():
    log = probe_log(120, 0.001, [(20, 100)])
    began = time.process_time()
    assert reception(log).lost == 80_000
    assert time.process_time() - began < 1, "quadratic?"


def test_a_log_survives_the_disk(tmp_path):
    log = log_of({3}, 10)
    log.write(tmp_path / "log")
    assert reception(ProbeLog.read(tmp_path / "log")) == reception(log)


def test_a_fault_that_strikes_some_flows_is_one_outage_of_them() -> None:
    lost = {number for number in range(40, 80) if number % 4 in (1, 2)}
    found = reception(log_of(lost, 200), 4)
    assert found.bursts == (Burst(41, 77, 0.41, 0.81, 20, 2),)
    assert (found.lost, len(reception(log_of(lost, 200)).bursts)) == (20, 10)


def test_a_flow_that_is_struck_twice_while_another_one_is_out_counts_once() -> None:
    odd, even = {1, 3, 5, 7, 9, 11}, {2, 8}
    assert reception(log_of(odd | even, 14), 2).bursts == (Burst(1, 11, 0.01, 0.13, 8, 2),)


def test_outages_of_flows_at_different_times_are_several() -> None:
    lost = {41, 45, 150, 154}
    assert [(b.start_s, b.packets, b.flows) for b in reception(log_of(lost, 200), 4).bursts] == [
        (0.41, 2, 1),
        (1.5, 2, 1),
    ]
    assert reception(log_of({196, 197, 198, 199}, 200), 4).bursts == (Burst(196, 196, 1.96, None, 4, 4),)


def test_order_is_that_of_a_flow() -> None:
    log = log_of(set(), 8)
    log.received[:4] = array("q", [1, 11_000_000, 0, 12_000_000])
    assert (reception(log).reordered, reception(log, 2).reordered) == (1, 0)


def slow(*delays_ns: int) -> ProbeLog:
    """One packet each 10 ms, which take so long."""
    received = array("q")
    for number, delay_ns in enumerate(delays_ns):
        received.extend((number, number * 10 * MS + delay_ns))
    return ProbeLog(array("q", (n * 10 * MS for n in range(len(delays_ns)))), received)


SLOW = [
    ((4_000_000, 4_000_050, 4_000_100), 0.0),
    ((4_000_100, 4_000_050, 4_000_000), 0.0),
    ((4_000_000, 4_000_600, 4_001_200), 0.01),
    ((4_000_000, 4_001_001, 3_000_000), 0.01),
]
"""Delays, and when the packet left that is said to have been the slowest: 50 ns are no difference, 1,001 are."""


@pytest.mark.parametrize(("delays", "left_s"), SLOW)
def test_the_first_of_those_that_were_as_slow_is_told(delays: tuple[int, ...], left_s: float) -> None:
    log = slow(*delays)
    found = reception(log)
    assert (found.slowest_s, found.longest_s) == (left_s, pytest.approx(max(delays) * 1e-9, abs=0))
    logged = PacketsLogged(
        probe="app", direction="to_aws", interval_s=0.01, sent=0, received=0, lateness_max_s=0.0, file=""
    )
    assert latency_of(logged, log).slowest_s == left_s


@pytest.mark.parametrize("forgotten", [1, 2, 3])
@pytest.mark.parametrize(("delays", "left_s"), SLOW)
def test_the_same_is_told_of_older_packets(forgotten: int, delays: tuple[int, ...], left_s: float) -> None:
    log, older = slow(*delays), OlderPackets()
    older.add(log.sent, dict(log.arrivals()), 0, forgotten)
    later = array("q", (v if at % 2 else v - forgotten for at, v in enumerate(log.received[2 * forgotten :])))
    found = reception(ProbeLog(log.sent[forgotten:], later, from_json(json.loads(json.dumps(older.as_json())))))
    assert (found.slowest_s, found.longest_s) == (left_s, pytest.approx(max(delays) * 1e-9, abs=0))


def forgot(log: ProbeLog, count: int, flows: int) -> ProbeLog:
    """The same log once its first packets are forgotten."""
    older = OlderPackets(flows=flows)
    arrivals = dict(log.arrivals())
    older.add(log.sent, arrivals, 0, count)
    later = array("q", (v for n, t in arrivals.items() if n >= count for v in (n - count, t)))
    return ProbeLog(log.sent[count:], later, from_json(json.loads(json.dumps(older.as_json()))))


@given(st.integers(1, 3), st.integers(0, 8), st.sets(st.integers(0, 29)))
@example(1, 3, {2, 3, 4})
@example(1, 3, {1, 2})
@example(2, 4, {0, 4, 5, 9})
@example(3, 1, set(range(30)))
def test_outages_are_the_same_whatever_is_forgotten(flows: int, rounds: int, lost: set[int]) -> None:
    """Also one that goes on when its first packets are forgotten, or that has just ended then."""
    whole = log_of(lost, 30)
    expected, found = reception(whole, flows), reception(forgot(whole, rounds * flows, flows), flows)
    assert (found.bursts, found.sent, found.lost) == (expected.bursts, expected.sent, expected.lost)
    assert found.delays_s == pytest.approx(expected.delays_s)
