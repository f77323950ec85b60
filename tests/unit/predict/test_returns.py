"""What comes back one after the other, and what strikes before all is back."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from small_plan import made

from dxemu.control.forward import Believed
from dxemu.predict.outcome import World
from dxemu.predict.predict import Prediction
from dxemu.predict.returns import MOST_AT_ONCE, Comeback, Return
from dxemu.predict.windows import Term, Window
from dxemu.run.prepare import prepare

HERE = Path(__file__).parent
TOPOLOGIES = HERE.parents[2] / "topologies"


def predicted(folder: Path, topology: Path, ends: str, *steps: str) -> dict[tuple[str, str], Prediction]:
    """By fault and direction."""
    file = folder / "scenario.yaml"
    lines = "\n".join(f"  - {{{step}}}" for step in steps)
    file.write_text(
        f"story: it comes back\ntopology: {topology}\nprobes:\n"
        f"  app: {{udp: {{{ends}, rate: 100/s}}}}\nsteps:\n{lines}\nend: 300 s\n",
        encoding="utf-8",
    )
    found = {(p.fault, p.direction): p for p in prepare(file).predictions}
    assert {direction for _, direction in found} == {"to_aws", "from_aws"}
    return found


def test_a_way_that_is_healed_in_the_same_moment_is_there_when_its_session_is(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        TOPOLOGIES / "backup_connection.yaml",
        "from: app, to: web",
        "at: 10 s, fault: {cable_silent: {connection: backup}}, for: 60 s",
        "at: 20 s, fault: {cable_silent: {connection: primary}}, for: 50 s",
    )
    for direction in ("to_aws", "from_aws"):
        outage = found["cable_silent#2", direction].outage
        assert outage.contains(50.0, 0.01)
        assert outage.contains(50.77)
        assert not outage.contains(54)


def test_sessions_that_come_back_one_after_the_other_cost_what_lies_between(tmp_path: Path) -> None:
    """The other exit hears of the better way by iBGP, and no longer tells its own: dc1 waits for its own session."""
    down = "at: 10 s, fault: {node_down: {router: edge_1}}, for: 20 s"
    found = predicted(tmp_path, HERE / "triangle.yaml", "from: dc1_host, to: web", down)
    recovery = found["node_down", "to_aws"].recovery
    assert recovery is not None
    assert recovery.outage.contains(0.675)
    assert recovery.outage.high_s < 5


@pytest.mark.parametrize(
    ("struck", "at_most_s"), [("node_down: {router: colo_router}", 4.0), ("cable_cut: {connection: member_1}", 2.0)]
)
def test_a_lag_of_which_all_members_were_out_chooses_its_group_anew(
    struck: str, at_most_s: float, tmp_path: Path
) -> None:
    """Measured: 0 to 2.53 s, by when it is healed. With another member that carries packets nobody waits."""
    found = predicted(
        tmp_path, TOPOLOGIES / "lag.yaml", "from: app, to: web", f"at: 5 s, fault: {{{struck}}}, for: 4 s"
    )
    for prediction in found.values():
        assert prediction.recovery is not None
        assert prediction.recovery.outage.high_s == pytest.approx(at_most_s)


def test_a_restart_costs_what_is_under_way_to_the_router_that_lost_its_routes(tmp_path: Path) -> None:
    restart = "at: 3 s, fault: {bgp_restart: {device: dx_1}}, for: 10 s"
    found = predicted(tmp_path, TOPOLOGIES / "vpn_backup.yaml", "from: app, to: web", restart)
    assert 0.001 < found["bgp_restart", "from_aws"].outage.high_s < 0.1


def test_an_endpoint_without_power_has_no_keys_when_it_is_back(tmp_path: Path) -> None:
    """The customer's end has to notice by itself; and until it has, the endpoint is no help if the other one dies."""
    found = predicted(
        tmp_path,
        TOPOLOGIES / "vpn_backup.yaml",
        "from: app, to: web",
        "at: 2 s, fault: {cable_cut: {connection: primary}}",
        "at: 20 s, fault: {node_down: {tunnel: vpn_tunnel_1}}, for: 3 s",
        "at: 50 s, fault: {node_down: {tunnel: vpn_tunnel_2}}",
    )
    assert found["node_down", "to_aws"].outage.contains(25.98)
    assert found["node_down#2", "from_aws"].outage.contains(11.23)
    recovery = found["node_down", "to_aws"].recovery
    assert recovery is not None
    assert recovery.session_back.contains(38.14)


DRAIN = "virtual_interfaces: {primary: {customer: {local_pref: 50, as_path_prepend: 3, communities: ['7224:7100']}}}"


@pytest.mark.parametrize(
    ("change", "to_aws", "from_aws"),
    [
        pytest.param(DRAIN, (0, 0), (0, 0), id="drained by preference"),
        pytest.param("virtual_interfaces: {primary: {customer: {enabled: off}}}", (0, 0), (0, 0.1), id="shut down"),
        pytest.param("virtual_interfaces: {primary: {customer: {announce: []}}}", (0, 0), (0, 0.1), id="filtered"),
    ],
)
def test_a_change_costs_what_is_under_way_between_two_that_do_not_know_the_same(
    tmp_path: Path, change: str, to_aws: tuple[float, float], from_aws: tuple[float, float]
) -> None:
    step = f"at: 5 s, change: {{{change}}}, for: 5 s"
    found = predicted(tmp_path, TOPOLOGIES / "backup_connection.yaml", "from: app, to: web", step)
    for direction, (low, high) in (("to_aws", to_aws), ("from_aws", from_aws)):
        outage = found["change", direction].outage
        assert outage.low_s == low
        assert outage.high_s <= high
        assert (outage.high_s > 0) is (high > 0)
        assert found["change back", direction].outage.high_s == 0  # the other way goes on until this one is there


def test_a_change_that_leaves_no_way_costs_all_until_it_is_taken_back(tmp_path: Path) -> None:
    """The only connection; and what is switched on again has been refused meanwhile."""
    step = "at: 5 s, change: {virtual_interfaces: {prod: {customer: {enabled: off}}}}, for: 5 s"
    found = predicted(tmp_path, TOPOLOGIES / "private_vif.yaml", "from: app, to: web", step)
    outage = found["change", "to_aws"].outage
    assert outage.contains(5.0, 0.1)
    assert 5.5 < outage.high_s < 20


def test_a_fault_and_its_heal_are_predicted_in_the_designs_of_their_moments(tmp_path: Path) -> None:
    """Drained while it is silent, primary comes back without traffic; and what strikes it then costs nothing."""
    found = predicted(
        tmp_path,
        TOPOLOGIES / "backup_connection.yaml",
        "from: app, to: web",
        "at: 5 s, fault: {cable_silent: {connection: backup}}, for: 20 s",
        "at: 10 s, change: {virtual_interfaces: {backup: {customer: {enabled: off}}}}",
        "at: 40 s, fault: {cable_silent: {connection: primary}}, for: 5 s",
    )
    recovery = found["cable_silent", "to_aws"].recovery
    assert recovery is not None
    assert recovery.outage.high_s == 0
    outage = found["cable_silent#2", "to_aws"].outage
    assert outage.contains(5.5)  # nothing is left
    assert outage.low_s > 4.9


NODE, CUT = "fault: {node_down: {router: colo_router}}", "fault: {cable_cut: {connection: primary}}"


def windows(found: dict[tuple[str, str], Prediction], fault: str) -> dict[str, tuple[float, float]]:
    recovery = found[fault, "to_aws"].recovery
    assert recovery is not None
    back = {recovery.session: recovery.session_back, **recovery.others_back}
    return {name: (window.low_s, window.high_s) for name, window in back.items()}


def test_a_session_is_not_back_while_another_fault_keeps_it_down(tmp_path: Path) -> None:
    """A dark node is lit again while one of its cables is cut: the session over that waits for the cable."""
    steps = f"at: 10 s, {NODE}, for: 2 s", f"at: 11 s, {CUT}, for: 4 s"
    found = windows(
        predicted(tmp_path, TOPOLOGIES / "backup_connection.yaml", "from: app, to: web", *steps), "node_down"
    )
    assert found["backup"] == pytest.approx((0, 3), abs=0.1)
    low, high = found["primary"]
    assert low == 3
    assert low < 4.2 < high


def test_a_session_that_another_fault_keeps_down_for_good_is_never_back(tmp_path: Path) -> None:
    steps = f"at: 10 s, {NODE}, for: 20 s", f"at: 11 s, {CUT}"
    found = predicted(tmp_path, TOPOLOGIES / "backup_connection.yaml", "from: app, to: web", *steps)
    assert windows(found, "node_down")["primary"][1] == math.inf
    assert windows(found, "node_down")["backup"][1] < 5


def test_how_long_a_session_was_down_counts_from_the_first_fault(tmp_path: Path) -> None:
    """The longer nothing answered, the longer it takes until the next try."""
    cut, node = f"at: 5 s, {CUT}, for: 9 s", f"at: 13 s, {NODE}, for: 2 s"
    found = predicted(tmp_path, TOPOLOGIES / "backup_connection.yaml", "from: app, to: web", cut, node)
    assert windows(found, "node_down")["primary"][1] == pytest.approx(4, abs=0.1)
    alone = predicted(tmp_path, TOPOLOGIES / "backup_connection.yaml", "from: app, to: web", node)
    assert windows(alone, "node_down")["primary"][1] == pytest.approx(3, abs=0.1)


def half_up() -> dict[tuple[str, str], list[float]]:
    """What one end being up before the other costs when both routers in the colocation come back, at most."""
    found = {}
    for prediction in prepare(TOPOLOGIES.parent / "scenarios" / "both_colo_routers_die.yaml").predictions:
        assert prediction.recovery is not None
        terms = [t for t in prediction.recovery.outage.terms if t.name == "one end of a session up before the other"]
        found[prediction.fault, prediction.direction] = [term.high_s for term in terms]
    return found


def test_a_session_that_is_up_at_one_end_only_loses_packets_for_its_handshake() -> None:
    """To AWS one over the metro of 3 ms does, from AWS the one of the cross connect, each in a few of many states."""
    costs = {"to_aws": pytest.approx([0.224]), "from_aws": pytest.approx([0.20008])}
    assert half_up() == {
        (fault, direction): cost for fault in ("node_down", "node_down#2") for direction, cost in costs.items()
    }


def test_of_the_sessions_that_lose_packets_half_up_the_slowest_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """If all did, those over the metro would count in both directions."""
    monkeypatch.setattr(Return, "_loses_half_up", lambda *_: True)
    assert all(cost == pytest.approx([0.224]) for cost in half_up().values())


def test_a_session_over_a_lag_waits_for_the_lag_and_then_for_its_next_syn(tmp_path: Path) -> None:
    """The light is back within a second; the LAG needs up to 3 s more, and nobody answers a SYN until then."""
    away = "at: 5 s, fault: {aws_device_maintenance: {device: dx_1, phase: away}}, for: 2.868 s"
    found = predicted(tmp_path, TOPOLOGIES / "lag.yaml", "from: app, to: web", away)
    for direction in ("to_aws", "from_aws"):
        outage = found["aws_device_maintenance", direction].outage
        assert outage.contains(7.32), "so much was measured"
        assert outage.high_s == pytest.approx(2.868 + 1 + 3 + 3, abs=0.01)


def test_a_short_silence_of_one_of_two_equal_ways_may_not_be_met(tmp_path: Path) -> None:
    short = "at: 5 s, fault: {cable_silent: {connection: first}}, for: 0.139 s"
    found = predicted(tmp_path, TOPOLOGIES / "load_sharing.yaml", "from: app, to: web", short)
    for direction in ("to_aws", "from_aws"):
        outage = found["cable_silent", direction].outage
        assert (outage.low_s, outage.high_s) == pytest.approx((0, 0.139), abs=0.001)


def test_a_heal_that_leads_into_what_nobody_has_noticed_yet_waits_for_sessions_or_for_that(tmp_path: Path) -> None:
    """The south carrier is silent for iBGP of 90 s: the way without the pruned VLAN leads there."""
    found = predicted(
        tmp_path,
        TOPOLOGIES / "hardware_high_availability.yaml",
        "from: app, to: web",
        "at: 5.756 s, fault: {carrier_down: {carrier: south}}",
        "at: 6.277 s, fault: {vlan_pruned: {virtual_interface: primary}}, for: 28.184 s",
    )
    for direction in ("to_aws", "from_aws"):
        assert found["vlan_pruned", direction].outage.contains(28.81)


def test_a_heal_that_helps_only_once_something_else_is_noticed(tmp_path: Path) -> None:
    """AWS's side has the way over the dark circuit until colo_dc's hold timer runs out."""
    found = predicted(
        tmp_path,
        TOPOLOGIES / "maximum_resiliency.yaml",
        "from: app, to: web",
        "at: 5.841 s, fault: {region_isolated: {region: us-east-1}}, for: 1.392 s",
        "at: 5.841 s, fault: {light_lost: {circuit: metro_dc, at: customer_router}}, for: 92.690 s",
    )
    assert found["region_isolated", "to_aws"].outage.high_s < 2
    assert found["region_isolated", "from_aws"].outage.contains(81.88), "so much was measured"
    assert found["region_isolated", "from_aws"].outage.low_s == pytest.approx(60, abs=0.1)


def test_updates_that_waited_for_a_silent_way_are_delivered_one_by_one(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        TOPOLOGIES / "direct_connect_gateway.yaml",
        "from: app, to: web_east",
        "at: 5.719 s, fault: {quota_lowered: {virtual_interface: dxgw, to: 0}}, for: 0.507 s",
        "at: 5.719 s, fault: {cable_silent: {circuit: metro}}, for: 5.717 s",
    )
    recovery = found["cable_silent", "to_aws"].recovery
    assert recovery is not None
    assert recovery.outage.contains(0.004), "so much was measured"
    assert recovery.outage.high_s < 0.25


@pytest.mark.parametrize(("number", "states"), [(MOST_AT_ONCE, 2**MOST_AT_ONCE), (10, 1 + 10 + 10 + 1)])
def test_of_many_things_only_those_states_are_asked_in_which_one_is_there_or_missing(number: int, states: int) -> None:
    returning = Return(World(made("private_vif")), (), 0.0)
    soon = Window((Term("soon", 0, 1, "here"),))
    vars(returning)["comebacks"] = tuple(Comeback(str(n), soon, Believed(), ()) for n in range(number))
    assert len(set(returning._states)) == len(returning._states) == states
