"""From timeline to verdict, on two stories of the same silent cut."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from stories import (
    META,
    PRIMARY,
    bfd_story,
    expect,
    failover,
    fault,
    healed,
    hold_timer_story,
    leak_story,
    path,
    probe_log,
    run,
    sessions_up,
    silent_cut,
)

from dxemu.events.routes import RouteRefused
from dxemu.measure.result_codec import from_json, to_json
from dxemu.predict.impact import Impact
from dxemu.units import Seconds


def verdicts(result):
    return [(e.verdict, e.measured) for e in result.expectations]


def judged(result):
    assert len(result.expectations) == 1
    return result.expectations[0].verdict, result.expectations[0].measured


def test_the_hold_timer_story(tmp_path):
    result = hold_timer_story(
        tmp_path,
        expect("outage", "app", within_prediction=True),
        expect("outage", "app", at_most=Seconds(95)),
        expect("detected", "cable_silent", by="hold_timer"),
        expect("path", "app", via="backup", at="end"),
        expect("session", "backup", never="down"),
    )
    assert result.verdict == "pass", verdicts(result)
    to_aws = next(o for o in result.outages if o.direction == "to_aws")
    assert (to_aws.fault, to_aws.after) == ("cable_silent", "fault")
    assert (to_aws.start_s, to_aws.end_s, to_aws.duration_ms, to_aws.uncertainty_ms) == (20.0, 108.4, 88400, 10)
    assert to_aws.packets_lost == 8840
    stage = next(s for s in result.stages if s.direction == "from_aws")
    assert (stage.detected_by, stage.node, stage.probe) == ("hold_timer", "dx_1", "app")
    assert (stage.detect_ms, stage.withdraw_ms, stage.install_ms, stage.first_packet_ms) == (88402, 88404, 88405, 88410)
    assert [(p.when, p.direction, p.connections) for p in result.paths] == [
        ("before", "to_aws", ("primary",)),
        ("after", "to_aws", ("backup",)),
        ("before", "from_aws", ("primary",)),
        ("after", "from_aws", ("backup",)),
    ]
    assert result.paths[0].text == "app > customer_router > colo_router =primary=> dx_1 > vgw > web"


def test_the_bfd_story(tmp_path):
    result = bfd_story(
        tmp_path,
        expect("outage", "app", within_prediction=True),
        expect("detected", "cable_silent", by="bfd"),
        expect("path", "app", via="primary", at="start"),
        expect("path", "app", via="primary", at=Seconds(4)),
    )
    assert result.verdict == "pass", verdicts(result)
    assert [o.duration_ms for o in result.outages] == [686, 766]
    assert {s.node: s.detect_ms for s in result.stages} == {"colo_router": 683, "dx_1": 763}


@pytest.mark.parametrize(
    ("expected", "measured"),
    [
        (
            expect("outage", "app", at_most=Seconds(0.5)),
            "686 ms ± 1 ms to AWS, 766 ms ± 1 ms from AWS; to AWS over at 5.683 s, it broke at primary, "
            "between colo_router and dx_1 (hop 3)",
        ),
        (expect("outage", "app", at_least=Seconds(0.7)), "686 ms ± 1 ms to AWS"),
        (expect("outage", "other", at_most=Seconds(9)), "no packet of other was sent to AWS"),
        (expect("outage", "app", fault="cable_cut", at_most=Seconds(9)), "the fault cable_cut never happened"),
        (expect("path", "app", via="primary", at="end"), "=backup=>"),
        (expect("path", "app", via="primary", at=Seconds(-1)), "was not asked for"),
        (expect("path", "other", via="primary", at="end"), "was not asked for"),
        (expect("session", "primary", never="down"), "down at 5.683 s: colo_router says bfd"),
        (expect("session", "primary", stays="up"), "down at 5.683 s"),
        (expect("session", "nobody", never="down"), "no BGP event of session nobody"),
        (
            expect("session", "primary", within=Seconds(5), after="fault"),
            "still down at the end, 10.00 s after the fault",
        ),
        (expect("session", "primary", within=Seconds(5), after="heal"), "there was no heal"),
        (expect("detected", "cable_silent", by="carrier"), "bfd on colo_router after 683 ms, bfd on dx_1 after 763 ms"),
        (expect("detected", "cable_cut", by="bfd"), "never happened"),
        (expect("lost", "app", after="heal", at_most=0), "nothing was healed"),
        (expect("lost", "app", at_most=1451), "1,452 packets lost"),
        (expect("lost", "other", at_most=0), "no packet of other"),
    ],
)
def test_an_expectation_that_is_not_met_says_what_was_measured(tmp_path, expected, measured):
    verdict, words = judged(bfd_story(tmp_path, expected))
    assert verdict == "fail"
    assert measured in words


@pytest.mark.parametrize(
    ("session", "prefix", "verdict", "words"),
    [
        ("primary", "10.0.0.0/8", "pass", "dx_1 refused it at 3.000 s: private"),
        ("backup", "10.0.0.0/8", "fail", "nobody refused 10.0.0.0/8 on backup"),
        ("primary", "10.0.0.0/9", "fail", "nobody refused 10.0.0.0/9 on primary"),
    ],
)
def test_a_prefix_that_was_refused(tmp_path, session, prefix, verdict, words):
    event = RouteRefused(t=3, node="dx_1", session="primary", prefix="10.0.0.0/8", reason="private")
    result = run(tmp_path, [*sessions_up(-1), event], {}, expect("refused", session, prefix=prefix))
    assert judged(result) == (verdict, words)


@pytest.mark.parametrize(
    "expected",
    [
        expect("outage", "app", at_most=Seconds(0.7), direction="to_aws"),
        expect("outage", "app", at_least=Seconds(0.7), direction="from_aws"),
        expect("lost", "app", at_most=1452),
    ],
)
def test_one_direction_can_be_meant(tmp_path, expected):
    assert judged(bfd_story(tmp_path, expected))[0] == "pass"


def test_an_outage_outside_its_prediction_fails(tmp_path):
    events = silent_cut(5.0, (5.95, 5.7), "bfd")
    logs = {"to_aws": probe_log(15, 0.001, [(5, 5.95)]), "from_aws": probe_log(15, 0.001, [(5, 5.7)])}
    result = run(tmp_path, events, logs, expect("outage", "app", within_prediction=True), interval_s=0.001)
    assert judged(result) == (
        "fail",
        "950 ms ± 1 ms, predicted 599 - 912 ms to AWS, 700 ms ± 1 ms, predicted 599 - 913 ms from AWS; "
        "to AWS over at 5.950 s, it broke at primary, between colo_router and dx_1 (hop 3)",
    )


def test_of_an_outage_in_pieces_the_longest_has_the_predicted_length(tmp_path):
    events = silent_cut(5.0, (5.7, 5.7), "bfd")
    within = expect("outage", "app", within_prediction=True)
    whole = {"from_aws": probe_log(15, 0.001, [(5, 5.7)])}
    in_pieces = {**whole, "to_aws": probe_log(15, 0.001, [(5, 5.01), (5.02, 5.7)])}
    assert judged(run(tmp_path, events, in_pieces, within, interval_s=0.001))[0] == "pass"
    too_short = {**whole, "to_aws": probe_log(15, 0.001, [(5, 5.3), (5.32, 5.7)])}
    assert judged(run(tmp_path, events, too_short, within, interval_s=0.001))[0] == "fail"
    one_too_long = {**whole, "to_aws": probe_log(15, 0.001, [(5, 5.7), (5.72, 6.72)])}
    assert judged(run(tmp_path, events, one_too_long, within, interval_s=0.001))[0] == "fail"


def test_no_outage_where_one_was_predicted_fails(tmp_path):
    logs = {"to_aws": probe_log(15, 0.01, []), "from_aws": probe_log(15, 0.01, [])}
    result = run(tmp_path, [*sessions_up(-1), fault(5)], logs, expect("outage", "app", within_prediction=True))
    assert "nothing was lost, predicted 599 - 912 ms" in judged(result)[1]
    assert judged(result)[0] == "fail"


def test_a_fault_on_the_waiting_connection_must_cost_nothing(tmp_path):
    impacts = (Impact(fault="cable_silent", at=Seconds(5), until=None, cables=("backup",)),)
    within = expect("outage", "app", within_prediction=True)
    clean = {"to_aws": probe_log(15, 0.01, []), "from_aws": probe_log(15, 0.01, [])}
    assert judged(run(tmp_path, [fault(5, target="backup")], clean, within, impacts=impacts))[0] == "pass"
    one = {**clean, "to_aws": probe_log(15, 0.01, [(5.1, 5.11)])}
    assert judged(run(tmp_path, [fault(5, target="backup")], one, within, impacts=impacts))[0] == "fail"


def test_a_fault_that_nobody_predicted_fails(tmp_path):
    logs = {"to_aws": probe_log(15, 0.01, []), "from_aws": probe_log(15, 0.01, [])}
    result = run(tmp_path, [fault(5)], logs, expect("outage", "app", within_prediction=True), impacts=())
    assert judged(result) == ("fail", "nothing was predicted for cable_silent, no outage to AWS, no outage from AWS")


def test_loss_before_any_fault_is_explained_by_none(tmp_path):
    logs = {"to_aws": probe_log(15, 0.01, [(2, 2.03)]), "from_aws": probe_log(15, 0.01, [])}
    result = run(tmp_path, [fault(5)], logs, expect("outage", "app", within_prediction=True, direction="to_aws"))
    assert (result.outages[0].fault, result.outages[0].after) == (None, None)
    assert "30 ms ± 10 ms that no fault explains" in judged(result)[1]


def test_an_outage_still_open_at_the_end_has_no_number(tmp_path):
    logs = {"to_aws": probe_log(120, 0.01, [(20, 999)]), "from_aws": probe_log(120, 0.01, [(20, 999)])}
    result = run(tmp_path, [fault(20)], logs, expect("outage", "app", at_most=Seconds(200)))
    assert judged(result)[0] == "fail"
    assert "still out at the end, after 100.00 s" in judged(result)[1]
    assert result.outages[0].duration_ms is None and result.outages[0].end_s is None
    assert judged(run(tmp_path, [fault(20)], logs, expect("outage", "app", at_least=Seconds(99))))[0] == "pass"


def test_an_outage_still_open_is_not_inside_a_window_that_ends(tmp_path):
    logs = {"to_aws": probe_log(120, 0.01, [(20, 999)]), "from_aws": probe_log(120, 0.01, [(20, 999)])}
    result = run(tmp_path, [fault(20)], logs, expect("outage", "app", within_prediction=True))
    assert judged(result)[0] == "fail"


def test_a_fault_counts_from_when_it_was_begun_not_from_when_it_was_read_back(tmp_path):
    late = fault(5.02, "cable_cut", begun_at=5.0)
    events = [late, *failover(5.001, "colo_router", "colo_router", "172.31.0.0/16", "carrier"), *path(15.001, PRIMARY)]
    logs = {"to_aws": probe_log(15, 0.001, [(5, 5.004)]), "from_aws": probe_log(15, 0.001, [])}
    at_end = expect("path", "app", via="primary", at="end")
    result = run(tmp_path, events, logs, at_end, interval_s=0.001, meta=replace(META, virtual_s=15.0))
    assert result.faults[0].injected_at_s == 5.0
    assert result.outages[0].fault == "cable_cut"
    stage = result.stages[0]
    assert (stage.detected_by, stage.detect_ms, stage.first_packet_ms) == ("carrier", 1, 4)
    assert judged(result)[0] == "pass"


def test_an_outage_without_end_can_be_what_was_predicted(tmp_path):
    impacts = (Impact(fault="cable_silent", at=Seconds(20), until=None, cables=("primary", "backup")),)
    logs = {"to_aws": probe_log(120, 0.01, [(20, 999)]), "from_aws": probe_log(120, 0.01, [(20, 999)])}
    result = run(tmp_path, [fault(20)], logs, expect("outage", "app", within_prediction=True), impacts=impacts)
    assert judged(result)[0] == "pass"
    assert result.predicted[0].outage_ms == (None, None)


def heal_story(tmp_path, lost_after_heal, *expected):
    """Light lost at 5 s, back at 35 s, session back at 41.5 s."""
    events = [
        *sessions_up(-1),
        *path(0, PRIMARY),
        fault(5, "cable_cut"),
        *failover(5.001, "colo_router", "colo_router", "172.31.0.0/16", "carrier"),
        *failover(5.001, "dx_1", "vgw", "10.0.0.0/16", "carrier"),
        healed(35, "cable_cut"),
        *sessions_up(41.5, "primary"),
        *path(42, PRIMARY),
    ]
    lost = [(5, 5.004), *lost_after_heal]
    logs = {"to_aws": probe_log(100, 0.001, lost), "from_aws": probe_log(100, 0.001, [(5, 5.004)])}
    impacts = (
        Impact(
            fault="cable_cut",
            at=Seconds(5),
            until=Seconds(35),
            cables=("primary",),
            carrier_lost_at=("colo_router", "dx_1"),
        ),
    )
    return run(
        tmp_path, events, logs, *expected, impacts=impacts, interval_s=0.001, meta=replace(META, virtual_s=100.0)
    )


def test_a_heal_without_loss(tmp_path):
    result = heal_story(
        tmp_path,
        [],
        expect("outage", "app", within_prediction=True),
        expect("lost", "app", after="heal", at_most=0),
        expect("session", "primary", within=Seconds(30), after="heal"),
        expect("detected", "cable_cut", by="carrier"),
        expect("path", "app", via="primary", at="end"),
    )
    assert result.verdict == "pass", verdicts(result)
    assert result.recoveries[0].back_ms == 6500
    assert result.predicted[0].session_back_ms == (0, 4000)
    assert result.expectations[2].measured == "up 6.50 s after the heal"


def test_loss_after_a_heal_is_the_heals(tmp_path):
    result = heal_story(
        tmp_path,
        [(41.6, 41.603)],
        expect("lost", "app", after="heal", at_most=2),
        expect("outage", "app", within_prediction=True),
        expect("session", "primary", within=Seconds(5), after="heal"),
    )
    assert [e.verdict for e in result.expectations] == ["fail", "fail", "fail"]
    assert result.expectations[0].measured == "3 packets lost after the heal"
    assert result.expectations[2].measured == "up only 6.50 s after the heal; it came at 41.500 s"
    assert "3 ms ± 1 ms after the heal, predicted 0 ms" in result.expectations[1].measured


def test_two_faults_each_have_their_own_outage_and_stage(tmp_path):
    events = [
        *sessions_up(-1),
        fault(5, "cable_silent", "primary"),
        fault(6, "cable_silent#2", "lan"),
        *failover(5.7, "colo_router", "colo_router", "172.31.0.0/16", "bfd"),
    ]
    logs = {"to_aws": probe_log(15, 0.01, [(5, 5.7), (6, 6.05)]), "from_aws": probe_log(15, 0.01, [])}
    impacts = tuple(
        Impact(fault=f, at=Seconds(t), until=None, cables=(c,))
        for f, t, c in (("cable_silent", 5, "primary"), ("cable_silent#2", 6, "app"))
    )
    result = run(
        tmp_path,
        events,
        logs,
        expect("outage", "app", fault="cable_silent#2", at_most=Seconds(0.05), direction="to_aws"),
        impacts=impacts,
    )
    assert [(o.fault, o.duration_ms) for o in result.outages] == [("cable_silent", 700), ("cable_silent#2", 50)]
    stages = {(s.fault, s.direction): s.detected_by for s in result.stages}
    assert stages["cable_silent", "to_aws"] == "bfd"
    assert stages["cable_silent#2", "to_aws"] == stages["cable_silent", "from_aws"] == "none"
    assert result.verdict == "pass"


def test_a_machine_that_slept_makes_a_run_with_the_real_clock_invalid(tmp_path):
    logs = {"to_aws": probe_log(120, 0.01, []), "from_aws": probe_log(120, 0.01, [])}
    slept = run(tmp_path, [], logs, meta=replace(META, clock="real", asleep_s=3600.0))
    assert (slept.verdict, slept.invalid_because) == ("invalid", "this machine slept for 3600.00 s meanwhile")
    assert run(tmp_path, [], logs, meta=replace(META, clock="real", asleep_s=0.0001)).verdict == "pass"
    assert run(tmp_path, [], logs, meta=replace(META, asleep_s=3600.0)).verdict == "pass", "its clock is virtual"


def test_a_late_sender_makes_the_run_invalid(tmp_path):
    logs = {"to_aws": probe_log(15, 0.01, []), "from_aws": probe_log(15, 0.01, [])}
    assert run(tmp_path, [], logs, lateness_s=0.005).verdict == "pass"
    late = run(tmp_path, [], logs, lateness_s=0.0051)
    assert late.verdict == "invalid"
    assert "app to AWS left up to 5.1 ms late" in late.invalid_because


def test_lateness_adds_to_the_uncertainty(tmp_path):
    logs = {"to_aws": probe_log(15, 0.01, [(5, 5.7)]), "from_aws": probe_log(15, 0.01, [])}
    assert run(tmp_path, [fault(5)], logs, lateness_s=0.002).outages[0].uncertainty_ms == 12


def test_the_json_has_the_keys_that_were_promised_and_comes_back(tmp_path):
    result = hold_timer_story(tmp_path, expect("outage", "app", at_most=Seconds(95)))
    data = json.loads(json.dumps(to_json(result), allow_nan=False))
    assert data["schema"] == "dxemu.result/1"
    assert {"scenario", "topology", "kernel", "clock", "seed", "verdict", "virtual_s", "wall_s"} <= data.keys()
    keys = {
        "expectations": {"text", "verdict", "measured", "file", "line"},
        "faults": {"kind", "injected_at_s", "healed_at_s", "evidence"},
        "outages": {"probe", "direction", "fault", "start_s", "end_s", "duration_ms", "uncertainty_ms", "packets_lost"},
        "stages": {"fault", "detected_by", "detect_ms", "withdraw_ms", "install_ms", "first_packet_ms"},
        "predicted": {"fault", "detect_ms", "outage_ms", "terms"},
    }
    for key, wanted in keys.items():
        assert wanted <= data[key][0].keys()
    assert from_json(data) == result


def test_a_result_that_is_none_is_refused_with_the_place(tmp_path):
    data = to_json(hold_timer_story(tmp_path))
    with pytest.raises(ValueError, match=r"not a 'dxemu[.]result/1'"):
        from_json({**data, "schema": "dxemu.result/2"})
    with pytest.raises(ValueError, match="result lacks outages"):
        from_json({k: v for k, v in data.items() if k != "outages"})
    with pytest.raises(ValueError, match=r"result\.seed should be int, not '1'"):
        from_json({**data, "seed": "1"})
    whole = from_json({**data, "virtual_s": 3, "seed": 7})
    assert (type(whole.virtual_s), type(whole.seed)) == (float, int)
    assert from_json({**data, "weather": "fine"}).seed == 1


def test_an_outage_after_an_action_is_the_actions(tmp_path):
    result = leak_story(
        tmp_path,
        expect("session", "primary", **{"is": "up", "at": "start"}),
        expect("session", "primary", **{"is": "down", "at": Seconds(20)}),
        expect("session", "primary", **{"is": "up"}),
        expect("session", "backup", **{"is": "down", "at": "end"}),
        expect("outage", "app", at_least=Seconds(29)),
    )
    assert result.verdict == "pass", verdicts(result)
    assert [(o.fault, o.after, o.action, o.duration_ms) for o in result.outages] == [
        (None, None, "announce_prefixes", 30000.0)
    ] * 2
    assert [(a.action, a.done_at_s) for a in result.actions] == [
        ("announce_prefixes", 10.0),
        ("withdraw_prefixes", 30.0),
        ("reset_session", 40.0),
    ]
    assert [(q.session, q.count, q.limit) for q in result.quotas] == [("backup", 151, 100), ("primary", 151, 100)]
    assert [(s.fault, s.direction, s.detected_by, s.node, s.detect_ms) for s in result.stages] == [
        ("announce_prefixes", "to_aws", "notification", "colo_router", 6.0),
        ("announce_prefixes", "from_aws", "prefix_limit", "dx_1", 5.0),
    ]
    assert from_json(json.loads(json.dumps(to_json(result)))) == result


@pytest.mark.parametrize(
    ("expected", "measured"),
    [
        (("is", "up", 20), "down: dx_1 says prefix_limit; it came at 40.002 s"),
        (("is", "down", 41), "up; it never came, until the end at 120.000 s"),
    ],
)
def test_the_state_of_a_session_that_is_not_as_expected(expected, measured, tmp_path):
    word, state, at = expected
    result = leak_story(tmp_path, expect("session", "primary", **{word: state, "at": Seconds(at)}))
    assert judged(result) == ("fail", measured)


def test_nothing_is_predicted_for_an_action(tmp_path):
    result = leak_story(tmp_path, expect("outage", "app", within_prediction=True))
    assert judged(result)[0] == "fail"
    assert "after announce_prefixes, which predicts none" in judged(result)[1]
