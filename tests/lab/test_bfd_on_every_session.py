"""BFD comes up on every session, however many there are on a device, and however many gateways are behind it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from benchmarks.designs import SCENARIO, Size, topology
from dxemu.events.base import Event
from dxemu.events.sessions import BfdChanged
from dxemu.host import where
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

THIRD = """
  third: {type: private, connection: backup, vlan: 103, gateway: vgw, auth_key: rehearse-3, bfd: 300 ms x 3}
"""
SIZES = (
    Size(virtual_interfaces=1, gateways=1, ipv6=True),
    Size(virtual_interfaces=3, gateways=1),
    Size(virtual_interfaces=3, gateways=3),
    Size(virtual_interfaces=3, gateways=1, devices=2, routers=3),
    Size(virtual_interfaces=8, gateways=1, locations=4, devices=8, routers=8, ipv6=True),
    Size(virtual_interfaces=8, gateways=8, locations=4, devices=4, routers=4),
)
LARGE = (
    Size(virtual_interfaces=50, gateways=1),
    Size(virtual_interfaces=50, gateways=8, locations=4, devices=8, routers=8, ipv6=True),
)


def everything_with_bfd_is_up(text: str, instance: str, folder: Path) -> None:
    """Run it, and compare who told that BFD is up with who runs it."""
    design, story = folder / "design.yaml", folder / "story.yaml"
    design.write_text(text, encoding="utf-8")
    story.write_text(SCENARIO.format(topology=design, instance=instance), encoding="utf-8")
    prepared = prepare(story, None)
    events: list[Event] = []
    place = where.embedded("virtual", stall_limit_s=600)
    result = asyncio.run(rehearse(prepared, place, folder, 1, events.append))
    assert result.verdict == "pass"
    up = [(e.session, e.node) for e in events if isinstance(e, BfdChanged) and e.state == "up"]
    sessions = prepared.plan.sessions
    assert sorted(up) == sorted((s.name, end.node) for s in sessions for end in s.ends if s.has_bfd)


def words(size: Size) -> str:
    families = "-both_families" if size.ipv6 else ""
    return f"{size.virtual_interfaces}_on_{size.devices}_devices-{size.gateways}_gateways{families}"


@pytest.mark.parametrize("size", SIZES, ids=words)
def test_bfd_comes_up_on_every_session(size: Size, tmp_path: Path) -> None:
    everything_with_bfd_is_up(topology(size), size.last_instance, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("size", LARGE, ids=words)
def test_bfd_comes_up_on_fifty_virtual_interfaces(size: Size, tmp_path: Path) -> None:
    everything_with_bfd_is_up(topology(size), size.last_instance, tmp_path)


def test_bfd_comes_up_on_a_third_virtual_interface_of_the_backup(tmp_path: Path) -> None:
    shipped = (REPOSITORY / "topologies" / "backup_connection.yaml").read_text(encoding="utf-8")
    everything_with_bfd_is_up(shipped + THIRD, "web", tmp_path)
