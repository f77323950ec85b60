"""A tunnel whose endpoint has lost its keys is back when its peer has noticed, not when the endpoint is."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_plan import small_plan
from test_unheard import predicted

from dxemu.faults.failover_test import FailoverTest
from dxemu.faults.node_down import NodeDown
from dxemu.faults.region_isolated import RegionIsolated
from dxemu.run.prepare import prepare

REPOSITORY = Path(__file__).parents[3]
SCENARIO = """
story: The endpoint of the only tunnel is without power for a while, with Direct Connect gone.
topology: {topology}
change: {{vpns: {{vpn: {{tunnels: {{2: {{customer: {{configured: {configured}}}}}}}}}}}}}
probes:
  app: {{udp: {{from: app, to: web, rate: 100/s}}}}
steps:
  - {{at: 2 s, fault: {{cable_cut: {{connection: primary}}}}}}
  - {{at: 10 s, fault: {{node_down: {{tunnel: vpn_tunnel_1}}}}, for: {lasts} s}}
end: 200 s
"""


@pytest.mark.parametrize("direction", ["to_aws", "from_aws"])
@pytest.mark.parametrize(("lasts", "most"), [(3, 55.4), (10, 55.4), (60, 75.4)])
def test_an_only_tunnel(tmp_path: Path, direction: str, lasts: int, most: float) -> None:
    """Dead peer detection takes 39 to 41 s; a fault that lasts longer leaves the next request for keys."""
    found = predictions(tmp_path, lasts, "off")[direction]
    assert found[0] == pytest.approx(lasts, abs=0.01)
    assert lasts + 10 < found[1] < most + 1


@pytest.mark.parametrize("direction", ["to_aws", "from_aws"])
def test_a_second_tunnel_takes_over(tmp_path: Path, direction: str) -> None:
    assert predictions(tmp_path, 100, "on")[direction][1] < 45


@pytest.mark.parametrize("direction", ["to_aws", "from_aws"])
def test_tunnels_that_follow_other_sessions_are_lost_with_their_routers_power(direction: str) -> None:
    """No cable is theirs, and yet the router has lost the keys: 12.06 s were measured, with 0.86 s of no power."""
    plan = small_plan(name="ipsec_over_transit_vif")
    found = predicted(plan, NodeDown(router="customer_router"), lasts=0.862)[direction]
    assert found.outage.contains(12.06)
    assert {"vpn_tunnel_1", "vpn_tunnel_2"} <= set(found.sessions)


@pytest.mark.parametrize("direction", ["to_aws", "from_aws"])
def test_tunnels_come_back_behind_the_sessions_that_they_follow(direction: str) -> None:
    """They had no way for 60 s, and gave up: 20.2 s after the failover test were measured, 13.16 s of them BGP's."""
    plan = small_plan(name="ipsec_over_public_vif")
    test = FailoverTest(virtual_interface="public")
    long, short = (predicted(plan, test, lasts=lasts)[direction].outage for lasts in (60, 10))
    waits = 17 + 1 + 0.2  # for the last refusal, the next try and an acknowledgement
    assert 60 + waits + 10 < long.high_s < 60 + waits + 10 + 5
    assert 10 < short.high_s < 10 + 5 + 2, "nobody has given a tunnel up"


@pytest.mark.parametrize("direction", ["to_aws", "from_aws"])
def test_tunnels_without_a_way_give_up_though_no_session_is_noticed_to_be_gone(direction: str) -> None:
    """The Region's public border has no light: 60.62 s were measured of a fault of 59.684 s."""
    plan = small_plan(name="ipsec_over_public_vif")
    outage = predicted(plan, RegionIsolated(region="us-east-1"), lasts=59.684)[direction].outage
    assert outage.contains(60.62)


def predictions(folder: Path, lasts: int, configured: str) -> dict[str, tuple[float, float]]:
    topology = REPOSITORY / "topologies" / "vpn_backup.yaml"
    file = folder / "story.yaml"
    file.write_text(SCENARIO.format(topology=topology, configured=configured, lasts=lasts), encoding="utf-8")
    found = [one for one in prepare(file).predictions if one.fault.startswith("node_down")]
    return {one.direction: (one.outage.low_s, one.outage.high_s) for one in found}
