"""A term that is taken off the sum is said so: nobody knows what an outage's -0.6 ms are."""

from __future__ import annotations

import pytest

from dxemu.measure.terms import FIRST_PACKET, ON_THE_WAY, MeasuredTerm
from dxemu.report.stage_notes import term_span


@pytest.mark.parametrize(
    ("name", "ms", "said"),
    [
        (FIRST_PACKET, 9.44, ("until the first packet", "9.44 ms")),
        (ON_THE_WAY, -0.563, ("less", "0.563 ms: the first packet through was sent before that")),
    ],
)
def test_no_term_is_a_negative_duration(name: str, ms: float, said: tuple[str, str]) -> None:
    assert term_span(MeasuredTerm(name=name, ms=ms), None) == said
