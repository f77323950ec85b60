"""Whatever is changed, and taken back, in whatever order: the plan that follows by differences is a fresh start's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dxemu.plan.diff import applied, diff
from dxemu.plan.followed import not_followed
from dxemu.plan.listing import moved
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from tools.verify_changes import CHANGES, design_of

ROOT = Path(__file__).parents[3]
EXAMPLES = 45
"""For each topology; more than 300 in all."""


@cache
def plan_of(topology: str, changes: frozenset[int]) -> Plan:
    """A fresh start's, with these changes."""
    return make_plan(design_of(topology, changes).topology())


@pytest.mark.parametrize("topology", CHANGES)
def test_the_plan_is_a_fresh_starts(topology: str) -> None:
    numbers = st.integers(0, len(CHANGES[topology]) - 1)

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(st.lists(numbers, min_size=1, max_size=5))
    def each(sequence: Sequence[int]) -> None:
        stands: frozenset[int] = frozenset()
        here = plan_of(topology, stands)
        for number in sequence:
            stands ^= {number}  # one that stands is taken back
            fresh = plan_of(topology, stands)
            found = diff(here, fresh)
            assert moved(here, fresh) == ()
            assert [step.words for step in not_followed(found)] == []
            here = applied(here, found)
            assert here == fresh

    each()
