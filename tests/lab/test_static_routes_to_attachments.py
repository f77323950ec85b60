"""In a lab a transit gateway's static route follows what is up of its attachment, in both IP versions."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from dxemu.events.base import Event
from dxemu.events.routes import BestChosen
from dxemu.host import where
from dxemu.measure.result import Result
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab

DESIGN = REPOSITORY / "tests/unit/topology/valid/static_routes_to_attachments.yaml"
SILENT_THEN_ITS_ENDPOINT_DIES = f"""
story: The virtual interface that answers come by is silent, and comes back. Then the endpoint of a tunnel dies.
topology: {DESIGN}
probes:
  app_4: {{udp: {{from: app, to: web, rate: 200/s}}}}
  app_6: {{udp: {{from: app, to: web, rate: 200/s, ip_version: 6}}}}
  meter: {{udp: {{from: meter, to: web, rate: 200/s}}}}
steps:
  - {{at: 5 s, fault: {{cable_silent: {{connection: first}}}}, for: 10 s}}
  - {{at: 25 s, fault: {{node_down: {{tunnel: vpn_tunnel_1}}}}}}
expect:
  - {{outage: app_4, within_prediction: true}}
  - {{outage: app_6, within_prediction: true}}
  - {{outage: meter, within_prediction: true}}
  - {{outage: app_4, at_most: 1 s}}
  - {{outage: app_6, at_most: 1 s}}
  - {{path: app_4, via: first, at: start, direction: from_aws}}
  - {{path: app_4, via: second, at: 10 s, direction: from_aws}}
  - {{path: app_6, via: second, at: 10 s, direction: from_aws}}
  - {{path: app_4, via: first, at: end, direction: from_aws}}
  - {{path: app_6, via: first, at: end, direction: from_aws}}
  - {{path: meter, via: vpn_tunnel_2, at: end, direction: from_aws}}
end: 35 s
"""
TABLE = "aws: {transit_gateways: {tgw: {route_tables: {main: {static_routes: {10.9.0.0/16: %s}}}}}}"
OTHERS = ("blackhole", "prod", "dxgw", "null")
STEPS = "".join(
    f"  - {{at: {at} s, change: {{{TABLE % to}}}, for: 2 s}}\n" for at, to in zip((2, 6, 10, 14), OTHERS, strict=True)
)
LED_ELSEWHERE = f"""
story: The static route leads to a VPC, to Direct Connect or nowhere, and each time back to the VPN.
topology: {DESIGN}
change: {{aws: {{transit_gateways: {{tgw: {{vpn_ecmp_support: off}}}}}}}}
probes:
  meter: {{udp: {{from: meter, to: web, rate: 100/s}}}}
steps:
{STEPS}
expect:
  - {{path: meter, via: first, at: 11 s, direction: from_aws}}
  - {{path: meter, via: vpn_tunnel_1, at: 13 s, direction: from_aws}}
  - {{path: meter, via: first, at: 15 s, direction: from_aws}}
  - {{path: meter, via: vpn_tunnel_1, at: end, direction: from_aws}}
end: 18 s
"""


def ran(text: str, folder: Path) -> tuple[Result, list[BestChosen]]:
    """What came of it, and what the transit gateway chose."""
    story = folder / "story.yaml"
    story.write_text(text, encoding="utf-8")
    events: list[Event] = []
    result = asyncio.run(rehearse(prepare(story, None), where.embedded("virtual"), folder, 1, events.append))
    assert [one for one in result.expectations if one.verdict != "pass"] == []
    return result, [event for event in events if isinstance(event, BestChosen) and event.node == "tgw"]


def test_it_follows_what_is_up_and_what_that_costs_is_predicted(tmp_path: Path) -> None:
    _, chosen = ran(SILENT_THEN_ITS_ENDPOINT_DIES, tmp_path)
    assert {one.session for one in chosen if one.prefix == "2001:db8:10::/48"} == {"first_ipv6", "second_ipv6"}


def test_it_is_led_elsewhere_while_the_lab_runs(tmp_path: Path) -> None:
    result, _ = ran(LED_ELSEWHERE, tmp_path)
    lost = [(round(one.start_s), round(one.end_s or 0)) for one in result.outages if one.direction == "from_aws"]
    assert lost == [(2, 4), (6, 8)]
