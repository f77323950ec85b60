"""FRR on both of the customer's routers instead of ours: the same routes, and outages as they were predicted.

Each scenario runs as `dxemu run` does it and is judged by the same words; see `tests.peers.frr_customer`.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Collection
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.control.converge import converge
from dxemu.events.base import Event
from dxemu.events.codec import decoded
from dxemu.host.channel import Channel
from dxemu.lab.journal import Journal
from dxemu.lab.lab import Lab
from dxemu.measure.result import Result
from dxemu.plan.model import Plan, Side
from dxemu.predict.detect import EXABGP_TIMER
from dxemu.predict.predict import Prediction
from dxemu.predict.windows import Term, Window
from dxemu.probes.udp import UdpProbe
from dxemu.report.evaluate import RunMeta, evaluate
from dxemu.run.job import RunJob
from dxemu.run.lab_process import _carry_out_agenda
from dxemu.run.prepare import Rehearsal, prepare
from dxemu.run.prober import watched
from dxemu.story.expectations.outage import OutageExpected
from dxemu.story.model import Expectation
from dxemu.units import PacketsPerSecond, Seconds
from tests.lab.guest import REPOSITORY
from tests.lab.running import FOLDER, Told, all_seen, ip, told
from tests.peers.aws_side import only_aws_speaks
from tests.peers.frr_customer import configurations, heard_by, paths_in, paths_of, sessions_of, stamp_of
from tests.peers.programs import IS_FRR_10, Frr, frr, need

SEED = 1
LOOK_S = 1.0
PHASE_S = 1.0
SETTLES_WITHIN_S = 30.0

CLEAR_S = 0.0 if IS_FRR_10 else 0.010
"""FRR 10.3's bgpd decides anew in the moment an interface goes down, and not when it has cleared the peer's routes."""
QUEUES = (
    Term("bgpd's queue of a lost peer's routes", CLEAR_S, 0.010, "frr 8.4 bgpd/bgp_route.c: bgp_clear_node_queue_init"),
    Term("bgpd's queue of prefixes to decide", 0.050, 0.050, "frr 8.4 bgpd/bgp_route.c: bgp_process_queue_init"),
    Term("zebra's queue", 0.010, 0.010, "frr 8.4 zebra/zebra_router.h: ZEBRA_RIB_PROCESS_HOLD_TIME"),
)
"""FRR holds each back for so long, for more of the same to come. Ours waits for nothing."""

NOTICED = {"Cease/BFD Down": "bfd", "Hold Timer Expired": "hold_timer", "Down Interface down": "carrier"}
"""What FRR writes into its log when it gives up a session by itself, and the timeline's word for it."""
UP = "Up"
SAID = re.compile(rf"(?P<at>\S+ \S+) BGP: .*neighbor (?P<peer>[\d.]+).*\b(?P<why>{'|'.join(NOTICED)}|{UP})\b")


class Kept(Channel):
    """A channel that keeps the timeline."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.events: list[Event] = []

    def keep(self, event: str, t: float, **values: object) -> None:
        self.events.append(decoded(json.loads(json.dumps({"t": round(t, 6), "event": event, **values}))))

    def flush(self) -> None:
        """It is kept already."""


class Run:
    """One scenario with FRR on the customer's routers."""

    def __init__(self, scenario: str, rate: int, end_s: float) -> None:
        prepared = prepare(REPOSITORY / "scenarios" / f"{scenario}.yaml")
        probes = [probe for probe in prepared.scenario.probes if isinstance(probe, UdpProbe)]
        scenario_of_frr = replace(
            prepared.scenario,
            probes=tuple(replace(probe, rate=PacketsPerSecond(rate)) for probe in probes),
            expect=tuple(map(as_frr_can, prepared.scenario.expect)),
        )
        self.prepared = prepared = replace(prepared, scenario=scenario_of_frr, end=Seconds(end_s))
        self.plan = prepared.plan
        self.predictions = tuple(as_frr_does(self.plan, p) for p in prepared.predictions)
        self.lasting = {s for p in self.predictions if p.recovery is None for s in p.sessions}
        """The sessions that are down at the end."""
        self.channel = Kept()
        self.journal = Journal(self.channel, virtual=True)
        self.happened: list[Told] = []
        self.journal.listen(lambda event: self.happened.append(told(event)))
        self.routers: dict[str, Frr] = {}

    @property
    def customers(self) -> list[str]:
        return [speaker.name for speaker in self.plan.speakers if speaker.side is Side.CUSTOMER]

    async def story(self) -> Result:
        """Build it, run it, judge it."""
        started = time.monotonic()
        job = _job(self.prepared)
        with only_aws_speaks(), ExitStack() as stack:
            async with Lab.built(self.plan, self.journal, FOLDER) as lab:
                for name in self.customers:
                    configured = configurations(self.plan, self.plan.speaker(name))
                    self.routers[name] = stack.enter_context(frr(lab.node(name), configured))
                lab.ways.watched = watched(job.probes, job.runners, job.seed, job.spread)
                await self.up()
                await self.chosen(lab, ())
                await self.journal.clock.settle(PHASE_S)
                self.journal.start()
                await lab.ways.tell(always=True)
                async with AsyncExitStack() as probing:
                    await _carry_out_agenda(lab, job, FOLDER, probing)
                await lab.ways.tell(always=True)
                await self.chosen(lab, self.lasting)
                self.tell_what_frr_noticed()
        meta = RunMeta(
            kernel="embedded", clock="virtual", seed=SEED, virtual_s=float(job.end), wall_s=time.monotonic() - started
        )
        return evaluate(self.prepared.scenario, self.plan, self.predictions, self.channel.events, Path(FOLDER), meta)

    async def up(self) -> None:
        """Return when AWS's ends are up, with BFD where it runs."""
        signs = [
            {"event": kind, "session": session.name, "node": session.ends[1].node, "state": "up"}
            for session in self.plan.sessions
            if session.external
            for kind in (("bgp", "bfd") if session.has_bfd else ("bgp",))
        ]
        await all_seen(self.journal, self.happened, signs, within_s=SETTLES_WITHIN_S)

    async def chosen(self, lab: Lab, down: Collection[str]) -> None:
        """Return when FRR has all paths that our own routers have with these sessions down, and chose the same ones.

        So has its kernel. AWS's ends have heard the same of it.
        """
        expected = converge(self.plan, frozenset(down))
        for name, running in self.routers.items():
            wanted, waited = paths_in(expected[name]), 0.0
            while (found := paths_of(running, self.plan, name)) != wanted:
                assert waited < SETTLES_WITHIN_S, f"{name}: FRR {sorted(found - wanted)}, ours {sorted(wanted - found)}"
                await self.journal.clock.settle(LOOK_S)
                waited += LOOK_S
            kernel = {(r["dst"], r["gateway"]) for r in ip(name, "-4", "route", "show") if r.get("protocol") == "bgp"}
            assert kernel == {(path.prefix, path.next_hop) for path in wanted if path.best and path.session}, name
        for name, router in lab._routing.routers.items():
            assert heard_by(router.loc_rib) == heard_by(expected[name]), name

    def tell_what_frr_noticed(self) -> None:
        """Put what FRR's logs say of sessions with AWS into the timeline."""
        epoch = time.time() - self.journal.clock.now()
        for name, running in self.routers.items():
            sessions = {str(s.ends[1].address): s for s in sessions_of(self.plan, name) if s.external}
            for said in SAID.finditer(running.log.read_text()):
                session = sessions.get(said["peer"])
                if session is not None:
                    self.channel.keep(
                        "bgp",
                        stamp_of(said["at"]) - epoch,
                        node=name,
                        session=session.name,
                        peer=session.ends[1].node,
                        state="up" if said["why"] == UP else "down",
                        reason=NOTICED.get(said["why"], ""),
                        detail="",
                    )
        self.channel.events.sort(key=lambda event: event.t)


def _job(prepared: Rehearsal) -> RunJob:
    return RunJob(
        plan=prepared.plan,
        probes=prepared.scenario.probes,
        steps=prepared.scenario.steps,
        actions=(),
        end=prepared.end,
        seed=SEED,
        kernel="embedded",
        clock="virtual",
    )


def as_frr_does(plan: Plan, prediction: Prediction) -> Prediction:
    """The prediction with FRR's terms instead of ExaBGP's, where it is the customer's router that notices."""
    if plan.node(prediction.node).side is not Side.CUSTOMER or not prediction.outage.high_s:
        return prediction
    terms = [term for term in prediction.outage.terms if term.source != EXABGP_TIMER]
    return replace(prediction, outage=Window((*terms, *QUEUES)))


def as_frr_can(expectation: Expectation) -> Expectation:
    """The expectation with FRR's terms."""
    expected = expectation.expected
    if not isinstance(expected, OutageExpected) or expected.at_most is None:
        return expectation
    longer = Seconds(expected.at_most + Window(QUEUES).high_s)
    return replace(expectation, expected=replace(expected, at_most=longer))


@pytest.mark.parametrize(
    ("scenario", "rate", "end_s"),
    [
        ("cut_primary_silently", 500, 8),
        ("cut_primary_silently_without_bfd", 50, 115),
        ("pull_primary_cable", 500, 7),
        ("primary_comes_back", 100, 42),
    ],
)
def test_frr_is_the_same_customer(scenario: str, rate: int, end_s: float) -> None:
    """At 500 packets/s and not at 1000, and over sooner than the scenario: both for bfdd.

    It spins through the last part of a millisecond before each of its timers. Under the virtual clock nobody else runs
    meanwhile, so that a packet may leave that late, and a second costs half a second of wall time.
    """
    need("frr", "zebra", "bgpd", "bfdd", "vtysh")
    run = Run(scenario, rate, end_s)
    result = asyncio.run(run.story())
    assert result.verdict == "pass", [(e.text, e.measured) for e in result.expectations] + [result.invalid_because]
