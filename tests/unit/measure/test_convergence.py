"""The three measures of an outage, why they differ, and what is left of an availability."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from stories import BACKUP, PRIMARY, bfd_story, fault, healed, hold_timer_story, path, probe_log, run, sessions_up

from dxemu.measure.availability import availability, intervals
from dxemu.measure.convergence import _reasons, by_event, held_s
from dxemu.measure.result import Outage, Result
from dxemu.report.html import figures
from dxemu.report.html.figures import inter_loss_period_lengths


def test_the_three_measures_agree(tmp_path: Path) -> None:
    result = hold_timer_story(tmp_path)
    to_aws, from_aws = result.convergences
    assert (to_aws.event, to_aws.after, to_aws.direction) == ("cable_silent", "fault", "to_aws")
    assert to_aws.loss_of_connectivity_ms == 88_400
    assert to_aws.loss_derived_ms == 88_400
    assert to_aws.control_plane_to_data_plane_ms == 88_400
    assert to_aws.moved_ms == pytest.approx(88_412)
    assert (to_aws.packets_lost, to_aws.loss_periods, to_aws.differs) == (8840, 1, "")
    (event,) = by_event(result.convergences)
    assert (event.first_ms, event.full_ms) == (88_400, from_aws.control_plane_to_data_plane_ms)


def story(folder: Path, lost: list[tuple[float, float]], *, heal: float | None = None) -> Result:
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0), *path(5.7, BACKUP)]
    if heal is not None:
        events += [healed(heal), *path(heal + 1.5, PRIMARY)]
    return run(folder, events, {d: probe_log(30, 0.01, lost) for d in ("to_aws", "from_aws")})


def test_why_measures_differ(tmp_path: Path) -> None:
    for lost, says in (
        ([(5.0, 5.3), (6.0, 6.2)], "2 loss periods, the last from 1.00 s after the first"),
        ([(8.0, 9.0)], "nothing was lost for the first 3.00 s: control_plane_to_data_plane counts them"),
    ):
        found = story(tmp_path, lost).convergences
        assert found[0].packets_lost > 0
        assert says in found[0].differs
    two = story(tmp_path, [(5.0, 5.3), (6.0, 6.2)]).convergences[0]
    assert (two.loss_of_connectivity_ms, two.loss_derived_ms, two.loss_periods) == (300, 500, 2)
    assert two.control_plane_to_data_plane_ms == 1200


def test_what_never_ends_has_no_measure(tmp_path: Path) -> None:
    found = story(tmp_path, [(5.0, 99.0)]).convergences[0]
    assert (found.loss_of_connectivity_ms, found.control_plane_to_data_plane_ms) == (None, None)
    assert (found.loss_derived_ms, found.differs) == (25_000, "")
    (event,) = by_event([found])
    assert (event.first_ms, event.full_ms) == (None, None)


def test_failover_and_reversion(tmp_path: Path) -> None:
    result = story(tmp_path, [(5.0, 5.7)], heal=12.0)
    moved = {(c.after, c.direction): c.moved_ms for c in result.convergences}
    assert moved["fault", "to_aws"] == pytest.approx(700)
    assert moved["heal", "to_aws"] == pytest.approx(1500)
    heal = next(c for c in result.convergences if c.after == "heal")
    assert (heal.packets_lost, heal.loss_of_connectivity_ms) == (0, 0)
    by_fault, by_heal = figures.events(result)
    assert by_fault[1:] == ("700 ms", "700 ms", "700 ms")
    assert by_heal[1:] == ("none", "none", "1.50 s"), "where nothing was lost, nothing is still away"


def test_tables_that_move_at_the_very_moment_moved_at_once(tmp_path: Path) -> None:
    """Nothing that a lab does costs virtual time: a port's two ends lose light, and the routes are gone, in 0 ms."""
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0), *path(5.0, BACKUP)]
    events += [healed(9.0), *path(9.2, PRIMARY)]
    result = run(tmp_path, events, {d: probe_log(30, 0.01, []) for d in ("to_aws", "from_aws")})
    moved = {(c.after, c.direction): c.moved_ms for c in result.convergences}
    assert moved["fault", "to_aws"] == 0
    assert moved["heal", "to_aws"] == pytest.approx(200)


def test_what_moves_later_was_moved_by_what_came_later(tmp_path: Path) -> None:
    """The first fault is healed before anything moved; the second one moves the tables."""
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0), healed(7.0)]
    events += [fault(12.0, name="cable_silent#2"), *path(12.7, BACKUP)]
    result = run(tmp_path, events, {d: probe_log(30, 0.01, []) for d in ("to_aws", "from_aws")})
    assert {(c.event, c.after): c.moved_ms for c in result.convergences} == {
        ("cable_silent#2", "fault"): pytest.approx(700)
    }


def test_what_stands_and_moves_nothing_is_not_charged_with_what_a_later_fault_moves(tmp_path: Path) -> None:
    """The first fault is never healed and costs nothing."""
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0, name="degraded")]
    events += [fault(12.0, name="cable_silent#2"), *path(12.7, BACKUP)]
    result = run(tmp_path, events, {d: probe_log(30, 0.01, []) for d in ("to_aws", "from_aws")})
    assert {(c.event, c.after): c.moved_ms for c in result.convergences} == {
        ("cable_silent#2", "fault"): pytest.approx(700)
    }


def test_who_lost_packets_by_a_fault_moves_because_of_it_also_after_the_next_one(tmp_path: Path) -> None:
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0), fault(12.0, name="degraded"), *path(12.7, BACKUP)]
    result = run(tmp_path, events, {d: probe_log(30, 0.01, [(5.0, 12.7)]) for d in ("to_aws", "from_aws")})
    moved = {c.event: c.moved_ms for c in result.convergences}
    assert moved["cable_silent"] == pytest.approx(7700)


def test_a_heal_that_cost_packets_did_not_move_what_a_later_fault_moves(tmp_path: Path) -> None:
    """A fault's own way back may come late; after a heal the next fault is what moves the tables."""
    events = [*sessions_up(-2.0), *path(0.0, PRIMARY), fault(5.0), *path(5.7, BACKUP), healed(12.0)]
    events += [fault(15.0, name="cable_silent#2", target="backup"), *path(15.7, PRIMARY)]
    lost = [(5.0, 5.7), (12.0, 12.5), (15.0, 15.7)]
    result = run(tmp_path, events, {d: probe_log(30, 0.01, lost) for d in ("to_aws", "from_aws")})
    found = {(c.event, c.after): (c.packets_lost, c.moved_ms) for c in result.convergences if c.direction == "to_aws"}
    assert found["cable_silent", "heal"] == (50, None)
    assert found["cable_silent#2", "fault"] == (70, pytest.approx(700))


def test_availability_is_out_while_either_direction_is(tmp_path: Path) -> None:
    (found,) = availability(bfd_story(tmp_path))
    assert found.out_s == pytest.approx(0.768)
    assert (found.counted_s, found.open) == (0, False)
    year = {b.target: b for b in found.budgets()}
    assert year[99.99].allowed_s == pytest.approx(3153.6)
    assert year[99.99].left_s == pytest.approx(3153.6 - 0.768)


def test_aws_counts_from_two_minutes_on(tmp_path: Path) -> None:
    result = bfd_story(tmp_path)
    (first, second) = result.outages
    long = replace(first, start_s=10.0, end_s=131.0, duration_ms=121_000)
    (found,) = availability(replace(result, virtual_s=500.0, outages=(long, second)))
    assert (found.counted_s, found.longest_s) == (121.0, 121.0)
    (found,) = availability(replace(result, virtual_s=500.0, outages=(replace(long, end_s=129.9), second)))
    assert found.counted_s == 0


def test_seconds_with_loss_and_without_anything(tmp_path: Path) -> None:
    result = bfd_story(tmp_path)
    out = replace(result.outages[0], start_s=4.5, end_s=7.25)
    found = intervals(replace(result, outages=(out,)), "app", "to_aws")
    assert (found.count, found.violated, found.severely_violated) == (15, 4, 2)
    assert intervals(result, "app", "from_aws").violated == 2


def test_loss_periods_are_told_from_the_lost_packet_before(tmp_path: Path) -> None:
    result = story(tmp_path, [(5.0, 5.3), (6.0, 6.2)])
    mine = [o for o in result.outages if o.direction == "to_aws"]
    assert [words for _, words in inter_loss_period_lengths(mine, {("app", "to_aws"): 10.0})] == ["0", "71"]


def test_full_convergence_that_was_not_seen_to_last_says_so(tmp_path: Path) -> None:
    """RFC 6412, 3.2.3: it MUST be maintained for the sustained convergence validation time, at least 5 s."""
    for lost, heal, end_s, held in (
        ([(5.0, 5.7)], None, 30.0, 24.3),
        ([(5.0, 5.7), (9.0, 9.1)], 9.0, 30.0, 3.3),
        ([(5.0, 5.7)], None, 8.0, 2.3),
    ):
        result = replace(story(tmp_path, lost, heal=heal), virtual_s=end_s)
        first = next(by_event(result.convergences))
        assert held_s(first, result) == pytest.approx(held)
        told = next(iter(figures.events(result)))[2]
        assert ("held for" in told) == (held < 5)


def test_measures_that_differ_by_what_cannot_be_told_have_no_reason() -> None:
    """Loss before the event and once more after it, whose end is 10 ms later than the longest loss is long."""

    def outage(start_s: float, end_s: float) -> Outage:
        return Outage(
            probe="app",
            direction="to_aws",
            fault="cut",
            after="fault",
            start_s=start_s,
            end_s=end_s,
            duration_ms=round((end_s - start_s) * 1e3, 6),
            uncertainty_ms=10.0,
            packets_lost=2,
        )

    both = [outage(4.98, 5.0), outage(5.01, 5.11)]
    early = "packets that were sent up to 20 ms before it were lost on their way"
    assert early not in "; ".join(_reasons(5.0, both, 100.0, 120.0, 110.0, 10.0))
    assert early in "; ".join(_reasons(5.0, both, 100.0, 120.0, 110.001, 10.0))
    assert list(_reasons(5.0, both, 100.0, 110.0, None, 10.0)) == []
    (why,) = _reasons(5.0, both, 100.0, 110.001, None, 10.0)
    assert why.startswith("2 loss periods, the last from 30 ms after the first")
