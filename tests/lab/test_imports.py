"""Nothing is imported while time passes in a lab: what is looked for and not found there costs virtual time."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dxemu.host import where
from dxemu.host.channel import Channel
from dxemu.host.job import Job
from dxemu.run import lab_process
from dxemu.run.job import RunJob
from dxemu.run.lab_process import get_ready as get_ready  # `dxemu.host.guest` calls it
from tests.lab.rehearsals import rehearsed

IMPORTED = "imported.txt"
AFTERWARDS = {"dxemu.lab.whole"}
"""Imported once the run is over, where something was broken."""


class Watching(where.Where):
    """A place whose runs write down what they import on the way."""

    def run(self, job: Job, folder: Path, seed: int) -> Any:
        return where.Where.run(self, replace(job, target="tests.lab.test_imports:main"), folder, seed)


def main(job: RunJob, channel: Channel, folder: str) -> None:
    """The target of the job, in the guest."""
    before = set(sys.modules)
    lab_process.main(job, channel, folder)
    (Path(folder) / IMPORTED).write_text("\n".join(sorted(set(sys.modules) - before)))


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    [
        "cut_primary_silently",
        "direct_connect_fails_over_to_vpn",  # strongSwan, and probes of two kinds
        "two_routers_die_at_once",  # VRRP
        "a_static_route_does_not_notice",  # static routes
        "drain_when_the_session_flaps",  # steps on events, and changes
    ],
)
def test_nothing_is_imported_while_time_passes(scenario: str, tmp_path: Path) -> None:
    there = where.embedded("virtual", stall_limit_s=240)
    place = Watching(kernel=there.kernel, clock=there.clock, release=there.release, stall_limit_s=240, boot=there.boot)
    rehearsed(scenario, tmp_path, place=place)
    assert set((tmp_path / IMPORTED).read_text().split()) <= AFTERWARDS
