"""A customer who sets another MTU in a running lab: long packets are lost, one way without a word."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from test_returns import TOPOLOGIES

from dxemu.predict.predict import Prediction
from dxemu.run.prepare import prepare


def changed(folder: Path, mtu: int, size: int, *more: str) -> dict[tuple[str, str], Prediction]:
    """By step and direction; packets 20 ms apart, and 3 ms to the router at AWS's location."""
    file = folder / "scenario.yaml"
    to = f"{{virtual_interfaces: {{prod: {{customer: {{mtu: {mtu}}}}}}}}}"
    steps = "\n".join(f"  - {{{step}}}" for step in (f"at: 5 s, change: {to}", *more))
    file.write_text(
        f"story: another MTU\ntopology: {TOPOLOGIES / 'private_vif.yaml'}\nprobes:\n"
        f"  app: {{udp: {{from: app, to: web, rate: 50/s, size: {size}}}}}\nsteps:\n{steps}\nend: 20 s\n",
        encoding="utf-8",
    )
    return {(p.fault, p.direction): p for p in prepare(file).predictions}


def test_long_packets_from_aws_are_lost_for_as_long_as_the_router_has_the_smaller_mtu(tmp_path: Path) -> None:
    found = changed(tmp_path, 1300, 1400, "at: 12 s, change: back")
    assert found["change", "from_aws"].outage.contains(7.0)
    assert found["change", "from_aws"].outage.low_s > 6.8
    assert math.isinf(changed(tmp_path, 1300, 1400)["change", "from_aws"].outage.low_s)


def test_who_sends_long_packets_to_aws_is_told_by_the_router(tmp_path: Path) -> None:
    to_aws = changed(tmp_path, 1300, 1400)["change", "to_aws"].outage
    assert to_aws.contains(0.02), "two packets were lost: 40 ms to a packet"
    assert to_aws.high_s == pytest.approx(0.02 + 2 * 0.003, abs=0.001)


def test_what_fits_is_not_lost(tmp_path: Path) -> None:
    for mtu, size in ((1300, 1300), (1450, 1400), (1300, 64)):
        found = changed(tmp_path, mtu, size)
        assert {one.outage.high_s for one in found.values()} == {0}, (mtu, size)


def test_a_larger_mtu_than_awss_loses_what_the_customer_sends(tmp_path: Path) -> None:
    found = changed(tmp_path, 8500, 1400)
    assert {one.outage.high_s for one in found.values()} == {0}
    found = changed(tmp_path, 8500, 4000)
    assert math.isinf(found["change", "to_aws"].outage.low_s)
    assert found["change", "from_aws"].outage.high_s == 0
