"""No number hangs on how often somebody looked at the clock before the run: see `clock_reads`."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.host import where
from tests.lab.clock_reads import Looking
from tests.lab.rehearsals import rehearsed
from tests.lab.yardstick import differences

SCENARIOS = (
    pytest.param(
        "cut_primary_silently",  # BFD: BIRD's jitter
        marks=pytest.mark.xfail(
            strict=False,
            reason="40 looks change nothing; 4,000 take a millisecond while BIRD waits to send, and its packets then "
            "leave up to 0.6 ms earlier or later: what the lab's process does must cost no time",
        ),
    ),
    "cut_primary_silently_without_bfd",  # BGP's hold timer: whole seconds
    "lag_member_dies_silently",  # LACP's ticks, and the ports that decide on a member
    pytest.param(
        "direct_connect_fails_over_to_vpn",  # strongSwan
        marks=pytest.mark.xfail(
            strict=False,
            reason="40 looks at the end of building take 15 us while BIRD runs already. Nothing else of the timeline "
            "moves but BFD's return after the heal, by 0.75 ms: what the lab's process does must cost no time",
        ),
    ),
    "two_routers_die_at_once",  # VRRP
)


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_more_looks_at_the_clock_change_no_number(scenario: str, tmp_path: Path) -> None:
    found = []
    for reads in (0, 40, 4000):
        folder = tmp_path / str(reads)
        folder.mkdir()
        place = Looking.at(where.embedded("virtual", stall_limit_s=240), reads)
        found.append(rehearsed(scenario, folder, place=place).numbers())
    assert [list(differences(found[0], numbers)) for numbers in found[1:]] == [[], []]
