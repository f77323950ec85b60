"""No number hangs on how often somebody looked at the clock before the run: see `clock_reads`."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.host import where
from tests.lab.clock_reads import Looking
from tests.lab.rehearsals import rehearsed
from tests.lab.yardstick import compared, differences

SCENARIOS = (
    "cut_primary_silently",  # BFD: BIRD's jitter
    "cut_primary_silently_without_bfd",  # BGP's hold timer: whole seconds
    "lag_member_dies_silently",  # LACP's ticks, and the ports that decide on a member
    "direct_connect_fails_over_to_vpn",  # strongSwan
    "two_routers_die_at_once",  # VRRP
)


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_more_looks_at_the_clock_change_no_number(scenario: str, tmp_path: Path) -> None:
    """Nor is any other than the yardstick's, which was written without: `test_scenarios` runs each so."""
    found = []
    for reads in (40, 4000):
        folder = tmp_path / str(reads)
        folder.mkdir()
        place = Looking.at(where.embedded("virtual", stall_limit_s=240), reads)
        found.append(rehearsed(scenario, folder, place=place).numbers())
    assert compared(scenario, found[0]) == []
    assert list(differences(*found)) == []
