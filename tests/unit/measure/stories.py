"""Synthetic timelines: what a run of a silent cut records, with BFD and without."""

from __future__ import annotations

from array import array
from pathlib import Path

from small_plan import BFD, small_plan

from dxemu.aws import quotas
from dxemu.errors import Mark
from dxemu.events.base import Event
from dxemu.events.steps import FaultInjected
from dxemu.events.timeline import ProbeLog
from dxemu.measure.result import Result
from dxemu.parameters import parameters_of
from dxemu.predict.impact import Impact
from dxemu.predict.predict import predict
from dxemu.probes.udp import UdpProbe
from dxemu.report.evaluate import RunMeta, evaluate
from dxemu.story.expectations.menu import subjects
from dxemu.story.model import Expectation, Scenario
from dxemu.topology.load import load
from dxemu.topology.marks import Marks
from dxemu.units import PacketsPerSecond, Seconds
from tests.unit.events.filled import filled

TOPOLOGY = Path(__file__).parents[3] / "topologies/backup_connection.yaml"

META = RunMeta(kernel="embedded", kernel_release="6.12", clock="virtual", seed=1, virtual_s=120.0, wall_s=8.1)
PRIMARY = [
    "app",
    "app",
    "customer_router",
    "metro",
    "colo_router",
    "primary",
    "dx_1",
    "backbone_dx_1_vgw",
    "vgw",
    "web",
    "web",
]
BACKUP = [{"primary": "backup", "dx_1": "dx_2", "backbone_dx_1_vgw": "backbone_dx_2_vgw"}.get(h, h) for h in PRIMARY]


def probe_log(seconds: float, interval_s: float, lost: list[tuple[float, float]], delay_s: float = 0.004) -> ProbeLog:
    """Packets every `interval_s`; those sent in one of the `lost` times (start included, end not) never arrive."""
    sent = array("q", (round(n * interval_s * 1e9) for n in range(round(seconds / interval_s))))
    received = array("q")
    for number, at in enumerate(sent):
        if not any(a <= at / 1e9 < b for a, b in lost):
            received.extend((number, at + round(delay_s * 1e9)))
    return ProbeLog(sent, received)


def fault(
    at: float, name: str = "cable_silent", target: str = "primary", kind: str = "", begun_at: float | None = None
) -> Event:
    about = {"fault": name, "kind": kind or name.split("#")[0], "target": target, "evidence": "212 packets dropped"}
    return filled({"t": at, "event": "fault_injected", **about, "injected_at_s": at if begun_at is None else begun_at})


def healed(at: float, name: str = "cable_silent") -> Event:
    return filled({"t": at, "event": "fault_healed", "fault": name, "evidence": "packets pass"})


def sessions_up(at: float, *names: str) -> list[Event]:
    device = {"primary": "dx_1", "backup": "dx_2"}
    return [
        filled({"t": at, "event": "bgp", "node": n, "session": s, "state": "up"})
        for s in names or ("primary", "backup")
        for n in ("colo_router", device[s])
    ]


def path(at: float, hops: list[str]) -> list[Event]:
    return [
        filled({"t": at, "event": "path", "probe": "app", "direction": d, "hops": way, "complete": True})
        for d, way in (("to_aws", hops), ("from_aws", hops[::-1]))
    ]


def failover(at: float, node: str, forwarder: str, prefix: str, reason: str, session: str = "primary") -> list[Event]:
    """What a router records when it loses `session`: down, withdrawn and chosen anew 2 ms later, then installed."""
    base = {"node": node, "session": session}
    first: list[dict[str, object]] = []
    if reason == "bfd":
        first = [{"t": at, "event": "bfd", **base, "state": "down", "reason": "control detection time expired"}]
    if reason == "carrier":
        first = [{"t": at, "event": "carrier", "node": node, "interface": session, "cable": session, "up": False}]
    told: list[dict[str, object]] = [
        *first,
        {"t": at, "event": "bgp", **base, "state": "down", "reason": reason},
        {"t": at + 0.002, "event": "withdrawn", **base, "prefixes": [prefix]},
        {"t": at + 0.002, "event": "best", "node": node, "prefix": prefix, "session": "backup", "rule": "only path"},
        {"t": at + 0.003, "event": "route", "node": node, "prefix": prefix, "via": None, "interface": None},
        {
            "t": at + 0.003,
            "event": "route",
            "node": forwarder,
            "prefix": prefix,
            "via": "169.254.0.6",
            "interface": "backup.102",
        },
    ]
    return [filled(event) for event in told]


def silent_cut(at: float, noticed: tuple[float, float], reason: str) -> list[Event]:
    """The customer's router notices at `noticed[0]`, the AWS device at `noticed[1]`, seconds since the run's start."""
    events = [
        *sessions_up(-2.0),
        *path(0.0, PRIMARY),
        fault(at),
        *failover(noticed[0], "colo_router", "colo_router", "172.31.0.0/16", reason),
        *failover(noticed[1], "dx_1", "vgw", "10.0.0.0/16", reason),
        *path(max(noticed) + 0.01, BACKUP),
    ]
    return sorted(events, key=lambda e: e.t)


def expect(subject: str, name: str, **arguments: object) -> Expectation:
    """As if written on line 13 of silent.yaml."""
    words = ", ".join(f"{k}: {v}" for k, v in {subject: name, **arguments}.items())
    kind = subjects()[subject]
    attributes = {p.key: p.attribute for p in parameters_of(kind)}
    expected = kind(name=name, **{attributes[key]: value for key, value in arguments.items()})
    return Expectation(expected=expected, text=f"{{{words}}}", mark=Mark("silent.yaml", 13, 5))


def run(
    folder: Path,
    events: list[Event],
    logs: dict[str, ProbeLog],
    *expected: Expectation,
    bfd: bool = True,
    impacts: tuple[Impact, ...] | None = None,
    interval_s: float = 0.01,
    lateness_s: float = 0.0,
    meta: RunMeta = META,
    see_also: str = "",
) -> Result:
    plan = small_plan(bfd=BFD if bfd else None)
    recorded = list(events)
    for direction, log in logs.items():
        log.write(folder / f"app-{direction}.log")
        recorded.append(
            filled(
                {
                    "t": meta.virtual_s,
                    "event": "probe",
                    "probe": "app",
                    "direction": direction,
                    "interval_s": interval_s,
                    "sent": len(log.sent),
                    "received": len(log.received) // 2,
                    "lateness_max_s": lateness_s,
                    "file": f"app-{direction}.log",
                }
            )
        )
    if impacts is None:
        impacts = tuple(
            Impact(fault=e.fault, at=Seconds(e.t), until=None, cables=("primary",))
            for e in events
            if isinstance(e, FaultInjected)
        )
    scenario = Scenario(
        name="cut_primary_silently",
        story="",
        topology=load(TOPOLOGY),
        steps=(),
        actions=(),
        expect=expected,
        end=None,
        see_also=see_also,
        probes=(UdpProbe(name="app", from_host="app", to_host="web", rate=PacketsPerSecond(100)),),
        marks=Marks("", {}, ()),
    )
    return evaluate(scenario, plan, predict(plan, impacts), recorded, folder, meta)


def hold_timer_story(folder: Path, *expected: Expectation, see_also: str = "") -> Result:
    """Cut at 20 s, the hold timers expire at 108.398 s and 108.402 s."""
    lost = {"to_aws": probe_log(120, 0.01, [(19.997, 108.398)]), "from_aws": probe_log(120, 0.01, [(19.999, 108.404)])}
    return run(
        folder, silent_cut(20.0, (108.398, 108.402), "hold_timer"), lost, *expected, bfd=False, see_also=see_also
    )


def bfd_story(folder: Path, *expected: Expectation) -> Result:
    """Cut at 5 s, BFD notices after 683 ms and 763 ms; a probe each millisecond, 15 s."""
    lost = {"to_aws": probe_log(15, 0.001, [(4.997, 5.683)]), "from_aws": probe_log(15, 0.001, [(4.999, 5.765)])}
    meta = RunMeta(kernel="embedded", kernel_release="6.12", clock="virtual", seed=1, virtual_s=15.0, wall_s=3.0)
    return run(folder, silent_cut(5.0, (5.683, 5.763), "bfd"), lost, *expected, interval_s=0.001, meta=meta)


def action(at: float, name: str, target: str, evidence: str, done_at: float | None = None) -> Event:
    """An action that was read back at `at`."""
    kind = name.split("#")[0]
    done = at if done_at is None else done_at
    words = {"action": name, "kind": kind, "target": target, "evidence": evidence}
    return filled({"t": at, "event": "action_done", **words, "done_at_s": done})


def closed_for_too_many(at: float, session: str, device: str, reason: str, count: int = 151) -> list[Event]:
    """AWS's end takes no more prefixes; the customer hears of it 1 ms later."""
    limit = {"node": device, "session": session, "count": count, "limit": 100, "reason": reason}
    bgp = {"event": "bgp", "session": session, "state": "down"}
    return [
        filled({"t": at, "event": "prefix_limit", **limit}),
        filled({"t": at, **bgp, "node": device, "reason": "prefix_limit"}),
        filled({"t": at + 0.001, **bgp, "node": "colo_router", "reason": "notification"}),
    ]


def leak_story(folder: Path, *expected: Expectation) -> Result:
    """Leaked at 10 s, both sessions closed at once; withdrawn at 30 s, reset at 40 s, up again 2 ms later."""
    beyond = quotas.ROUTES_PRIVATE.check(151, "prefixes") or ""
    events = [
        *sessions_up(-2.0),
        *path(0.0, PRIMARY),
        action(10.0, "announce_prefixes", "colo_router", "151 to primary, 151 to backup"),
        *closed_for_too_many(10.004, "backup", "dx_2", beyond),
        *closed_for_too_many(10.005, "primary", "dx_1", beyond),
        action(30.0, "withdraw_prefixes", "colo_router", "nothing"),
        *sessions_up(40.002, "primary"),
        action(40.002, "reset_session", "primary", "primary is up", 40.0),
    ]
    lost = [(10.005, 40.003)]
    return run(folder, events, {d: probe_log(50, 0.01, lost) for d in ("to_aws", "from_aws")}, *expected)
