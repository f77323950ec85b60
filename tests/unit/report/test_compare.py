"""Two runs beside each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from stories import bfd_story, expect, hold_timer_story

from dxemu.measure.result import Result
from dxemu.measure.terms import costs
from dxemu.report.compare import compare, lines
from dxemu.units import Seconds


@pytest.fixture
def fast(tmp_path: Path) -> Result:
    """BFD notices."""
    folder = tmp_path / "fast"
    folder.mkdir()
    return bfd_story(folder, expect("outage", "app", at_most=Seconds(1)))


@pytest.fixture
def slow(tmp_path: Path) -> Result:
    """The hold timer has to."""
    folder = tmp_path / "slow"
    folder.mkdir()
    return hold_timer_story(folder, expect("outage", "app", at_most=Seconds(1)))


def test_terms_sum_up_to_the_outage(fast: Result) -> None:
    found = list(costs(fast))
    assert [(cost.fault, cost.direction) for cost in found] == [("cable_silent", d) for d in ("to_aws", "from_aws")]
    for cost in found:
        assert cost.outage is not None
        assert cost.outage.duration_ms == pytest.approx(sum(term.ms for term in cost.terms))
        assert [term.name for term in cost.terms[:2]] == ["under way", "notice"]


def test_terms_are_what_the_stage_says(fast: Result) -> None:
    """Also where the first packet that got through had left before the router noticed: the terminal says the same."""
    late = tuple(replace(s, detect_ms=s.first_packet_ms + 2.0) for s in fast.stages if s.first_packet_ms is not None)
    found_costs = list(costs(replace(fast, stages=late)))
    assert [cost.direction for cost in found_costs] == ["to_aws", "from_aws"]
    for cost in found_costs:
        assert cost.outage is not None
        assert cost.stage is not None
        found = {term.name: term.ms for term in cost.terms}
        assert found["notice"] == cost.stage.detect_ms
        assert found["on the way"] < 0
        assert cost.outage.duration_ms == pytest.approx(sum(found.values()))


def test_an_outage_whose_stage_is_of_another_one_has_no_terms(fast: Result) -> None:
    again = tuple(replace(o, start_s=9.0, end_s=9.01, duration_ms=10.0) for o in fast.outages)
    late = tuple(replace(s, first_packet_ms=4_010.0) for s in fast.stages)
    found = [(cost.periods, cost.terms) for cost in costs(replace(fast, outages=fast.outages + again, stages=late))]
    assert found == [(2, ())] * 2


def test_the_term_that_grew_is_named_first(fast: Result, slow: Result) -> None:
    found = compare(fast, slow)
    to_aws = found.outages[0]
    assert to_aws.grew_ms == pytest.approx(88_401 - 686, abs=2)
    assert [term.term for term in to_aws.terms[:2]] == ["the hold timer noticing", "BFD noticing"]
    assert found.expectations == {slow.expectations[0].text: ("pass", "fail")}
    text = "\n".join(lines(found, ("a", "b")))
    assert "grew by 87.7" in text
    assert "BFD noticing" in text
    assert text.endswith("PASS -> FAIL")


def test_a_run_compared_with_itself_is_the_same(slow: Result) -> None:
    found = compare(slow, slow)
    assert all(outage.same for outage in found.outages)
    assert (found.settings, found.expectations, found.only_before, found.only_after) == ({}, {}, (), ())
    assert "the same, to within 20 ms" in "\n".join(lines(found, ("a", "a")))


def test_what_is_in_one_run_only_is_named(fast: Result) -> None:
    other = replace(fast, faults=(), seed=9)
    found = compare(fast, other)
    assert (found.only_before, found.outages) == (("cable_silent, app",), ())
    assert found.settings == {"seed": ("1", "9")}


def test_an_outage_that_does_not_end(fast: Result) -> None:
    out = tuple(replace(o, end_s=None, duration_ms=None) for o in fast.outages)
    dead = replace(fast, outages=out, stages=())
    assert [change.grew_ms for change in compare(fast, dead).outages] == [None, None]
    assert "DID NOT END" in "\n".join(lines(compare(fast, dead), ("a", "b")))
    assert compare(dead, dead).outages[0].same


@pytest.mark.parametrize("others", [("aaa",), ("zzz",), ("aaa", "zzz"), (None, "zzz"), (None, "aaa")])
def test_a_stage_of_the_probe_itself_is_taken_before_any_other(fast: Result, others: tuple[str | None, ...]) -> None:
    """Whatever the others are called, and wherever they stand."""
    probe = fast.probes[0].probe
    own = tuple(replace(stage, probe=probe) for stage in fast.stages)
    false = tuple(replace(stage, probe=other, detected_by="none") for stage in own for other in others)
    for stages in (false + own, own + false):
        taken = [cost.stage for cost in costs(replace(fast, stages=stages))]
        assert {stage.probe for stage in taken if stage is not None} == {probe}
    of_none = tuple(replace(stage, probe=None) for stage in own)
    assert all(cost.stage is not None for cost in costs(replace(fast, stages=of_none)))
