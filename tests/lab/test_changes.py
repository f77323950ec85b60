"""Labs that follow changes on arrangements other than those of `scenarios/`: what happened, and what was read back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from dxemu.host import versions, where
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

Event = dict[str, Any]


def happened(topology: str, steps: str, folder: Path, more: str = "") -> list[Event]:
    """The events of a run of these steps, after which the verdict is that all went well."""
    file = folder / "story.yaml"
    file.write_text(f"topology: {REPOSITORY}/topologies/{topology}.yaml\n{more}steps:\n{steps}", encoding="utf-8")
    prepared = prepare(file, None, versions.installed())
    result = asyncio.run(rehearse(prepared, where.embedded("virtual"), folder, 1, lambda _: None))
    assert result.verdict == "pass", result
    return [json.loads(line) for line in (folder / "timeline.jsonl").read_text(encoding="utf-8").splitlines()]


def read_back(events: list[Event]) -> list[str]:
    return [event["evidence"] for event in events if event["event"] == "change_done"]


def of(events: list[Event], word: str, session: str) -> list[str]:
    """The states of a session's `bgp` or `bfd`, once the run has started, by time and node."""
    return [
        f"{event['t']:.1f} {event['node']} {event['state']}"
        for event in events
        if event["event"] == word and event.get("session") == session and event["t"] > 0
    ]


def test_sessions_are_configured_anew(tmp_path: Path) -> None:
    steps = """\
  - {at: 2 s, change: {virtual_interfaces: {dc_1: {auth_key: second-1}}}}
  - {at: 4 s, change: {virtual_interfaces: {dc_1: {bfd: 500 ms x 4}}}, for: 2 s}
  - {at: 8 s, change: {virtual_interfaces: {dc_1: {bfd: off}}}, for: 2 s}
  - {at: 12 s, change: {virtual_interfaces: {dc_1: {graceful_restart: on}}}}
  - {at: 15 s, change: {virtual_interfaces: {dc_1: {amazon: {enabled: off}}}}, for: 2 s}
"""
    events = happened("maximum_resiliency", steps, tmp_path, "end: 20 s\n")
    times = [line.split(" ", 1)[0] for line in of(events, "bgp", "dc_1")]
    assert times[:8] == ["2.0"] * 4 + ["12.0"] * 4
    assert times[8:10] == ["15.0", "15.0"]
    assert of(events, "bgp", "dc_1")[-2:] == ["18.0 colo_dc up", "18.0 dc_dx_1 up"]
    assert of(events, "bfd", "dc_1")[:4] == [
        "8.0 colo_dc down",
        "8.0 dc_dx_1 down",
        "10.0 colo_dc up",
        "10.0 dc_dx_1 up",
    ]
    assert of(events, "bfd", "dc_2") == []
    assert read_back(events)[0] == (
        "virtual_interfaces.dc_1.auth_key *** -> *** (both ends say that it is down, and take connections)"
    )


@pytest.mark.parametrize(
    ("topology", "change", "says"),
    [
        ("hosted_connection", "{connections: {hosted: {bandwidth: 200 Mbps}}}", "the kernels say 200 Mbps"),
        ("site_link", "{virtual_interfaces: {ny_1: {site_link: off}}}", "both ends take connections"),
        (
            "many_vpcs",
            "{virtual_interfaces: {staging: null}, aws: {virtual_private_gateways: {vgw_staging: null},"
            " vpcs: {staging: null}}}",
            "neither end knows it; vgw_staging: 0 routes of BGP's in table 254; 20 taken down",
        ),
        ("backup_connection", "{connections: {backup: null}, virtual_interfaces: {backup: null}}", "16 taken down"),
        (
            "direct_connect_gateway",
            "{aws: {direct_connect_gateways: {dxgw: {associations: {vgw_west: null}}}}}",
            "vgw_west: 0 routes of BGP's in table 254",
        ),
        ("direct_connect_gateway", "{customer: {data_center: {hosts: {other: 10.0.1.77}}}}", "6 built"),
        ("lag", "{lags: {bundle: {minimum_links: 2}}}", "the kernels say 2 at least"),
        (
            "lag",
            "{connections: {member_3: {location: EqDC2, device: dx_1, router: colo_router, bandwidth: 10 Gbps,"
            " lag: bundle}}}",
            "dx_1: LACP has agreed on member_3",
        ),
        ("lag", "{virtual_interfaces: {prod: {mtu: 8500}}}", "MTU 8500"),
        (
            "backup_connection",
            "{aws: {vpcs: {prod: {static_routes: {0.0.0.0/0: vgw}}}}, customer: {data_center: {routers:"
            " {customer_router: {static_routes: {172.31.0.0/16: colo_router}}}}}}",
            "1 route in the VPC's table 10000",
        ),
        (
            "backup_connection",
            "{aws: {virtual_private_gateways: {vgw: {route_propagation: off}}}}",
            "0 routes of BGP's in table 254",
        ),
        ("vpn_backup", "{vpns: {vpn: null}}", "vpn_tunnel_1 and vpn_tunnel_2: neither end knows it; 33 taken down"),
        ("vpn_backup_static", "{vpns: {vpn: {static_routes: [10.0.0.0/17]}}}", "both ends' tables say so"),
        ("vpn_backup", "{vpns: {vpn: {tunnels: {1: {customer: {enabled: off}}}}}}", "both ends say that it is down"),
        (
            "vpn_backup",
            "{vpns: {second: {gateway: vgw, router: customer_router, customer_address: 198.51.100.2}}}",
            "both ends take connections",
        ),
        (
            "../tests/unit/topology/valid/route_reflectors",
            "{customer: {data_center: {routers: {core_1: {route_reflector_clients: [exit_1], cluster_id: 10.0.0.9}}}}}",
            "both ends say that it is down, and take connections",
        ),
    ],
)
def test_what_is_read_back(topology: str, change: str, says: str, tmp_path: Path) -> None:
    """The change is made, taken back, and made again: the same is read back both times."""
    steps = "".join(f"  - {{at: {at} s, change: {change}, for: 2 s, interruption: 1 s}}\n" for at in (2, 6))
    events = happened(topology, steps, tmp_path, "end: 10 s\n")
    found = read_back(events)
    assert len(found) == 4
    assert says in found[0]
    assert found[0] == found[2]
    assert found[1] == found[3]
