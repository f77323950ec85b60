"""What charon is told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from dxemu.daemons.strongswan_conf import connection, render, secret
from dxemu.plan.model import DeadPeerDetection
from dxemu.units import Seconds
from tests.unit.daemons.tunnels import AWS, CUSTOMER, TUNNEL

RENDERED = render([TUNNEL], CUSTOMER, "/run/x.vici", "/log")


def settings(node: str) -> Any:
    return connection(TUNNEL, node, [TUNNEL])[TUNNEL.name]


def child(node: str) -> Any:
    return settings(node)["children"][TUNNEL.name]


def test_a_request_is_repeated_twice_at_even_intervals() -> None:
    said = dict(re.findall(r"^ +(retransmit_\w+) = (\S+)$", RENDERED, re.MULTILINE))
    assert said == {"retransmit_tries": "2", "retransmit_timeout": "10.000", "retransmit_base": "1.0"}


def test_a_tunnel_that_authenticates_again_has_no_gap() -> None:
    assert "\n  make_before_break = yes\n" in RENDERED


def test_one_setting_a_line_and_every_brace_closed() -> None:
    text = RENDERED
    depth = 0
    for line in text.splitlines():
        assert re.fullmatch(r" *(\w[\w-]* \{|\}|\w+ = [^{}]+)", line), line
        depth += line.count("{") - line.count("}")
        assert line.startswith("  " * (depth - line.count("{")))
    assert depth == 0


def test_the_key_is_in_the_secret_only() -> None:
    assert secret(TUNNEL, AWS)["data"] == TUNNEL.pre_shared_key
    assert secret(TUNNEL, AWS)["owners"] == ["203.0.113.1", "52.94.0.1"]
    rest = RENDERED + str([settings(node) for node in (CUSTOMER, AWS)]) + repr(TUNNEL)
    assert TUNNEL.pre_shared_key not in rest


def test_the_ends_mirror_each_other() -> None:
    mine, theirs = settings(CUSTOMER), settings(AWS)
    assert mine["local_addrs"] == theirs["remote_addrs"] == [mine["local"]["id"]] == ["203.0.113.1"]
    assert mine["remote_addrs"] == theirs["local_addrs"] == [mine["remote"]["id"]] == ["52.94.0.1"]


def test_only_the_customer_comes_back_by_itself_and_nobody_starts_untold() -> None:
    assert (child(CUSTOMER)["dpd_action"], child(CUSTOMER)["close_action"]) == ("start", "start")
    assert (child(AWS)["dpd_action"], child(AWS)["close_action"]) == ("none", "none")
    assert {child(node)["start_action"] for node in (CUSTOMER, AWS)} == {"none"}
    assert settings(CUSTOMER)["keyingtries"] == "0"


def test_each_end_has_its_own_lifetimes() -> None:
    mine = replace(TUNNEL.ends[0], phase1_lifetime=Seconds(86400), phase2_lifetime=Seconds(1800))
    tunnel = replace(TUNNEL, ends=(mine, TUNNEL.ends[1]))
    found: Any = [connection(tunnel, node, [tunnel])[TUNNEL.name] for node in (CUSTOMER, AWS)]
    assert [one["rekey_time"] for one in found] == ["86130s", "28530s"]
    assert [one["children"][TUNNEL.name]["life_time"] for one in found] == ["1800s", "3600s"]
    assert [one["children"][TUNNEL.name]["rekey_time"] for one in found] == ["1530s", "3330s"]
    assert (tunnel.shortest_phase2, TUNNEL.shortest_phase2) == (1800, 3600)


def test_lifetimes_margin_and_fuzz_are_aws() -> None:
    ike, esp = settings(AWS), child(AWS)
    assert (ike["rekey_time"], ike["rand_time"], ike["over_time"]) == ("28530s", "270s", "270s")
    assert (esp["rekey_time"], esp["rand_time"], esp["life_time"]) == ("3330s", "270s", "3600s")
    assert (ike["dpd_delay"], esp["replay_window"]) == ("10s", "1024")


def test_a_tunnel_with_a_longer_timeout_is_probed_later() -> None:
    quick = replace(TUNNEL, name="other", dpd_timeout=Seconds(30))
    said: Any = connection(TUNNEL, AWS, [TUNNEL, quick])[TUNNEL.name]
    assert said["dpd_delay"] == "20s"


def test_everything_goes_into_the_tunnel_by_its_interface() -> None:
    assert child(CUSTOMER)["local_ts"] == child(CUSTOMER)["remote_ts"] == ["0.0.0.0/0"]
    assert (child(CUSTOMER)["if_id_in"], child(CUSTOMER)["if_id_out"]) == ("7", "7")


def test_a_router_has_a_dead_peer_detection_of_its_own() -> None:
    def asked_after(dpd: DeadPeerDetection, node: str) -> object:
        mine = replace(TUNNEL, ends=(replace(TUNNEL.ends[0], dpd=dpd), TUNNEL.ends[1]))
        settings = connection(mine, node, [mine])[TUNNEL.name]
        assert isinstance(settings, dict)
        return settings["dpd_delay"]

    quick = DeadPeerDetection(delay=Seconds(5), timeout=Seconds(20))
    assert [asked_after(quick, node) for node in (CUSTOMER, AWS)] == ["5s", "10s"]
    assert [asked_after(replace(quick, asks=False), node) for node in (CUSTOMER, AWS)] == ["0s", "10s"]
