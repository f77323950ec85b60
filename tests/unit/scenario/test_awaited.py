"""Events that steps wait for: when they come, by what ends and kernels say, and which never can."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.events.base import Event
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.run.prepare import prepare
from dxemu.story.awaited.base import Awaited
from dxemu.story.awaited.bfd import BfdAwaited
from dxemu.story.awaited.lacp import LacpAwaited
from dxemu.story.awaited.outage import OutageAwaited
from dxemu.story.awaited.path import PathAwaited
from dxemu.story.awaited.route import RouteAwaited
from dxemu.story.awaited.tunnel import TunnelAwaited
from dxemu.story.replayed import first_at
from dxemu.topology.load import load
from tests.unit.events.filled import filled

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
PREFIX = ip_network("172.31.0.0/16")


def plan(name: str) -> Plan:
    return make_plan(load(TOPOLOGIES / f"{name}.yaml"))


def said(kind: str, t: float, node: str, **about: object) -> Event:
    return filled({"event": kind, "t": t, "node": node, **about})


def bfd(t: float, node: str, state: str) -> Event:
    return said("bfd", t, node, session="primary", state=state)


def member(t: float, node: str, *, up: bool) -> Event:
    return said("lacp", t, node, lag="bundle", cable="member_1", up=up)


def route(t: float, via: str | None, interface: str) -> Event:
    return said("route", t, "colo_router", prefix=str(PREFIX), via=via, interface=interface)


def tunnel(t: float, node: str, state: str, reason: str = "") -> Event:
    return said("tunnel", t, node, tunnel="vpn_tunnel_1", state=state, reason=reason)


BFD = [bfd(-1, "colo_router", "up"), bfd(-1, "dx_1", "up"), bfd(5, "dx_1", "down"), bfd(6, "colo_router", "down")]
BFD += [bfd(8, "colo_router", "up"), bfd(9, "dx_1", "up")]
LACP = [member(5, "dx_1", up=False), member(6, "colo_router", up=False)]
LACP += [member(8, "colo_router", up=True), member(9, "dx_1", up=True)]
ROUTES = [route(-1, "169.254.0.2", "primary.101"), route(5, None, "primary.101"), route(6, "169.254.0.6", "backup.102")]


@pytest.mark.parametrize(
    ("events", "awaited", "topology", "at"),
    [
        (BFD, BfdAwaited(name="primary", is_="down"), "backup_connection", 5),
        (BFD, BfdAwaited(name="primary", is_="up"), "backup_connection", 9),
        (LACP, LacpAwaited(name="member_1", is_="out"), "lag", 5),
        (LACP, LacpAwaited(name="member_1", is_="in"), "lag", 9),
        (LACP, LacpAwaited(name="member_2", is_="out"), "lag", None),
        (ROUTES, RouteAwaited(name="colo_router", prefix=PREFIX, is_="absent"), "backup_connection", 5),
        (ROUTES, RouteAwaited(name="colo_router", prefix=PREFIX, is_="present"), "backup_connection", 6),
        (ROUTES, RouteAwaited(name="colo_router", prefix=PREFIX, via="backup"), "backup_connection", 6),
        (ROUTES, RouteAwaited(name="colo_router", prefix=PREFIX, via="primary"), "backup_connection", None),
    ],
)
def test_it_comes_when_the_first_end_loses_it_and_when_the_last_has_it(
    events: list[Event], awaited: Awaited, topology: str, at: float | None
) -> None:
    assert first_at(plan(topology), events, awaited, 0.0) == at


def test_a_tunnel_whose_ike_was_replaced_is_not_down() -> None:
    made = plan("vpn_backup")
    ends = [end.node for tunnel in made.tunnels if tunnel.name == "vpn_tunnel_1" for end in tunnel.ends]
    events = [tunnel(-1, node, "up") for node in ends]
    events += [tunnel(3, ends[0], "rekeyed"), tunnel(4, ends[0], "down", "replaced"), tunnel(7, ends[1], "down", "dpd")]
    assert first_at(made, events, TunnelAwaited(name="vpn_tunnel_1", is_="down"), 0.0) == 7


def outage(t: float, direction: str, state: str) -> Event:
    return filled({"event": "outage", "t": t, "probe": "app", "direction": direction, "state": state})


@pytest.mark.parametrize(
    ("is_", "direction", "at"),
    [("begun", None, 3), ("begun", "from_aws", 4), ("over", None, 7), ("over", "to_aws", 6), ("over", "from_aws", 7)],
)
def test_an_outage_begins_in_one_direction_and_is_over_in_both(is_: str, direction: str | None, at: float) -> None:
    events = [outage(3, "to_aws", "begun"), outage(4, "from_aws", "begun")]
    events += [outage(6, "to_aws", "over"), outage(7, "from_aws", "over")]
    awaited = OutageAwaited(name="app", is_=is_, direction=direction)
    assert first_at(plan("backup_connection"), events, awaited, 0.0) == at
    assert first_at(plan("backup_connection"), [], awaited, 0.0) is None


def flows(t: float, direction: str, **over: int) -> Event:
    return filled({"event": "flows", "t": t, "probe": "app", "direction": direction, "flows": 8, "over": over})


@pytest.mark.parametrize(
    ("share", "direction", "at"),
    [(50.0, None, 4), (None, None, 7), (50.0, "to_aws", 3), (60.0, "to_aws", 5), (10.0, "from_aws", 2)],
)
def test_so_large_a_share_of_the_flows_has_to_lead_over_it(
    share: float | None, direction: str | None, at: float
) -> None:
    events = [flows(t, d, primary=8) for t, d in ((-1, "to_aws"), (-1, "from_aws"))]
    events += [flows(2, "from_aws", primary=7, backup=1), flows(3, "to_aws", primary=4, backup=4)]
    events += [flows(4, "from_aws", primary=4, backup=4), flows(5, "to_aws", backup=8), flows(7, "from_aws", backup=8)]
    awaited = PathAwaited(name="app", via="backup", direction=direction, share=share)
    assert first_at(plan("backup_connection"), events, awaited, 0.0) == at


@pytest.mark.parametrize(
    ("topology", "when", "message"),
    [
        ("vpn_backup", "{bfd: vpn_tunnel_1, is: down}", r"DX-S022.*session vpn_tunnel_1 has no BFD"),
        ("backup_connection", "{lacp: primary, is: out}", r"DX-S022.*primary is no member of a LAG"),
        ("lag", "{lacp: bundle, is: out}", r"DX-S022.*bundle is no member of a LAG"),
        ("lag", "{lacp: member_1, is: down}", r"DX-S012.*'down' is not expected here"),
        ("backup_connection", "{outage: app, is: down}", r"DX-S012.*'down' is not expected here"),
        ("backup_connection", "{outage: ap, is: begun}", r"DX-S004.*no probe 'ap'"),
        ("backup_connection", "{route: web, prefix: 10.0.0.0/16, is: absent}", r"DX-S022.*web is no router"),
        ("backup_connection", "{route: colo_router, is: absent}", r"DX-S013.*'route' needs prefix"),
        ("backup_connection", "{route: colo_router, prefix: 10.0.0.0/16}", r"DX-S013.*does not say what is expected"),
        ("backup_connection", "{route: colo_router, prefix: 10.0.0.1/16, is: absent}", r"DX-S012.*not a prefix"),
        ("backup_connection", "{route: colo, prefix: 10.0.0.0/16, is: absent}", r"DX-S004.*no node 'colo'"),
    ],
)
def test_what_can_never_come_is_refused(tmp_path: Path, topology: str, when: str, message: str) -> None:
    target = "member_1" if topology == "lag" else "primary"
    cut = f"{{at: 5 s, fault: {{cable_cut: {{connection: {target}}}}}}}"
    if topology == "vpn_backup":
        cut = "{at: 5 s, fault: {node_down: {router: colo_router}}}"
    path = tmp_path / "story.yaml"
    steps = f"steps:\n  - {cut}\n  - {{when: {when}, within: 5 s}}\nend: 60 s\n"
    path.write_text(f"topology: {TOPOLOGIES}/{topology}.yaml\n{steps}", encoding="utf-8")
    with pytest.raises(InputErrors, match=message):
        prepare(path)


@pytest.mark.parametrize("event", ["is: absent", "via: backup"])
def test_a_route_that_is_gone_needs_a_cause(tmp_path: Path, event: str) -> None:
    path = tmp_path / "story.yaml"
    steps = f"steps:\n  - {{when: {{route: colo_router, prefix: 172.31.0.0/16, {event}}}, within: 5 s}}\nend: 60 s\n"
    path.write_text(f"topology: {TOPOLOGIES}/backup_connection.yaml\n{steps}", encoding="utf-8")
    if "via" in event:
        assert prepare(path).scenario.cues[0].words == "route: colo_router, prefix: 172.31.0.0/16, via: backup"
        return
    with pytest.raises(InputErrors, match="nothing is done by 5 s that could bring this about"):
        prepare(path)
