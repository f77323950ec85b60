"""A lab that takes orders: the same as a scenario with the same steps, still while it waits, unharmed by mistakes."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from dxemu.errors import LabError
from dxemu.faults.cable_cut import CableCut
from dxemu.host import where
from dxemu.run import session
from dxemu.run.order_codec import encoded
from dxemu.run.orders import (
    Advance,
    AskPaths,
    AskRoutes,
    AskStates,
    Execute,
    Heal,
    Inject,
    OrderRefused,
    StopProbe,
    Until,
)
from dxemu.run.session import Session
from dxemu.run.timeline_file import KEPT_S
from dxemu.units import Seconds
from tests.lab.by_hand import as_in_the_scenario, differences, in_lab_of, lab_of, numbers, prepared
from tests.lab.machine import processor_s
from tests.lab.rehearsals import rehearsed
from tests.lab.test_plugins import install

pytestmark = pytest.mark.lab

SMALL = "pull_primary_cable"
CUT = Inject(id="cut", fault=CableCut(connection="primary"))
WAITS_S = 5.0
READS_WITHIN_S = 60.0
MOST_PERCENT = 1.0


@pytest.mark.parametrize(
    "scenario",
    [
        "cut_primary_silently",  # BFD
        "cut_primary_silently_without_bfd",  # BGP's hold timer
        "pull_primary_cable",  # carrier
    ],
)
def test_by_hand_it_is_as_in_the_scenario(scenario: str, tmp_path: Path) -> None:
    (tmp_path / "scenario").mkdir()
    run = rehearsed(scenario, tmp_path / "scenario")
    rehearsal = prepared(scenario)
    by_hand = in_lab_of(scenario, tmp_path / "by_hand", lambda lab: as_in_the_scenario(lab, rehearsal))
    found = numbers(run.events, rehearsal.end)
    assert any('"fault_injected"' in line for line in found)
    assert differences(found, numbers(by_hand, rehearsal.end)) == []
    logs = sorted(path.name for path in (tmp_path / "scenario").glob("*.probe"))
    assert logs
    for name in logs:
        assert (tmp_path / "by_hand" / name).stat().st_size == (tmp_path / "scenario" / name).stat().st_size


def test_a_lab_that_waits_stands_still(tmp_path: Path) -> None:
    async def wait(lab: Session) -> None:
        await lab.give(Advance(to=Seconds(1.5)))
        before = (await lab.give(AskStates(of="sessions")))["t"]
        used = processor_s(lab.pid)
        await asyncio.sleep(WAITS_S)
        used = processor_s(lab.pid) - used
        asked = time.monotonic()
        now = (await lab.give(AskStates(of="sessions")))["t"]
        took_s = time.monotonic() - asked
        assert used / WAITS_S * 100 < MOST_PERCENT
        assert now == before, "nanoseconds: an order that only asks for what the lab knows takes none"
        assert took_s < 1.0, "benchmarks/held.py has the exact limit: this machine may be busy"

    in_lab_of(SMALL, tmp_path / "lab", wait)


async def refusal(lab: Session, **written: object) -> str:
    """What is said of an order that cannot be carried out."""
    with pytest.raises(OrderRefused) as refused:
        await lab.give_written({"protocol": 1, **written})
    return str(refused.value)


def test_an_order_that_cannot_be_carried_out_harms_nothing(tmp_path: Path) -> None:
    async def mistakes(lab: Session) -> None:
        cut = {"order": "inject", "id": "cut", "kind": "cable_cut", "parameters": {"connection": "primary"}}
        assert "Did you mean 'cable_cut'?" in await refusal(lab, **{**cut, "kind": "cable_cutt"})
        assert "Did you mean 'primary'?" in await refusal(lab, **{**cut, "parameters": {"connection": "primry"}})
        assert "protocol 1, and this one is of '2'" in await refusal(lab, **{**cut, "protocol": 2})
        assert "this lab has no" not in await refusal(lab, order="heal", id="cut")
        assert "no probe 'app' goes on" in await refusal(lab, order="stop_probe", name="app")
        assert "Did you mean 'web'?" in await refusal(lab, order="ask_paths", from_node="app", to_node="wep")
        assert "Did you mean 'dx_1'?" in await refusal(lab, order="ask_routes", node="dx1")
        assert "Did you mean 'app'?" in await refusal(lab, order="execute", node="ap", command=["true"])
        assert "no-such-program cannot be executed: No such file" in await refusal(
            lab, order="execute", node="app", command=["no-such-program"]
        )
        assert "more than ten years" in await refusal(lab, order="advance", by=1e12)
        capture = {"order": "start_probe", "name": "c", "kind": "capture", "parameters": {"connection": "primary"}}
        assert "cannot be started by hand" in await refusal(lab, **capture)
        await lab.give(Advance(to=Seconds(2)))
        assert "1 s is past: it is 2.0" in await refusal(lab, order="advance", to=1)
        await lab.give(CUT)
        assert "a fault 'cut' stands already" in await refusal(lab, **cut)
        assert "it is what 'cut' has broken already" in await refusal(lab, **{**cut, "id": "again"})
        await lab.give(Heal(id="cut"))
        assert "Nothing is broken." in await refusal(lab, order="heal", id="cut")
        states = await lab.give(AskStates(of="cables"))
        assert all(end["carrier"] for ends in states["cables"].values() for end in ends.values())  # type: ignore[attr-defined]

    events = in_lab_of(SMALL, tmp_path / "lab", mistakes)
    assert [e["event"] for e in events if e["event"].startswith("fault")] == ["fault_injected", "fault_healed"]
    assert events[-1]["event"] == "run_ended"


def test_what_can_be_asked(tmp_path: Path) -> None:
    async def ask(lab: Session) -> None:
        before: Any = await lab.give(AskPaths(from_node="app", to_node="web"))
        assert before["there"]["complete"]
        assert "primary" in before["there"]["hops"]
        await lab.give(CUT)
        down: Any = await lab.give(Until(event="bgp", having={"state": "down", "session": "primary"}))
        assert down["event"]["reason"] == "carrier"
        await lab.give(Advance(by=Seconds(1)))
        after: Any = await lab.give(AskPaths(from_node="app", to_node="web"))
        assert "backup" in after["there"]["hops"]
        assert "primary" not in after["there"]["hops"]
        sessions: Any = await lab.give(AskStates(of="sessions"))
        assert sessions["sessions"]["primary"] == {"colo_router": False, "dx_1": False}
        assert sessions["sessions"]["backup"] == {"colo_router": True, "dx_2": True}
        cables: Any = await lab.give(AskStates(of="cables"))
        assert not any(end["carrier"] for end in cables["cables"]["primary"].values())
        routes: Any = await lab.give(AskRoutes(node="customer_router"))
        assert "172.31.0.0/16" in [found["prefix"] for found in routes["routes"]]

    in_lab_of(SMALL, tmp_path / "lab", ask)


def test_a_program_in_a_node(tmp_path: Path) -> None:
    async def execute(lab: Session) -> None:
        said: Any = await lab.give(Execute(node="app", command=("sh", "-c", "echo here; echo there >&2; exit 3")))
        assert (said["status"], said["stdout"], said["stderr"], said["in_time"]) == (3, "here\n", "there\n", True)
        began = (await lab.give(AskStates(of="bfd")))["t"]
        slow: Any = await lab.give(Execute(node="app", command=("sleep", "100"), within=Seconds(2)))
        assert (slow["status"], slow["in_time"]) == (-signal.SIGKILL, False)
        assert slow["t"] - began == pytest.approx(2.0, abs=0.01)
        left: Any = await lab.give(Execute(node="app", command=("sh", "-c", "sleep 100 & echo left")))
        assert (left["status"], left["stdout"]) == (0, "left\n"), "what it leaves behind ends with it"
        much: Any = await lab.give(Execute(node="app", command=("head", "-c", "1000000", "/dev/zero")))
        assert much["cut"]
        assert len(much["stdout"]) == 1 << 16
        long: Any = await lab.give(Execute(node="app", command=("echo", "x" * 20_000)))
        assert long["stdout"] == "x" * 20_000 + "\n", "an order longer than the guest's line takes"

    in_lab_of(SMALL, tmp_path / "lab", execute)
    assert not [*(tmp_path / "lab").glob("order-*"), *(tmp_path / "lab").glob("answer-*")]


def test_what_takes_time_can_be_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "COMPUTES_S", 2.0)

    async def interrupt(lab: Session) -> None:
        computes: Any = await lab.give(Execute(node="app", command=("sh", "-c", "while :; do :; done")))
        assert computes["status"] == -signal.SIGILL, "no time passes for it, and no deadline comes"
        assert computes["t"] < 1.0
        enough = asyncio.Event()
        with lab.events() as events:
            far = asyncio.create_task(lab.give_written(encoded(Advance(by=Seconds(100_000)), 0), enough))
            await anext(events)
            seen: Any = await asyncio.wait_for(lab.give(AskStates(of="sessions")), READS_WITHIN_S)
            assert not far.done(), "who only looks does not wait until time has gone on"
            assert all(up for ends in seen["sessions"].values() for up in ends.values())
            enough.set()
        reached: Any = await far
        assert seen["t"] <= reached["t"]
        assert reached["t"] < 100_000
        assert (await lab.give(AskStates(of="sessions")))["sessions"]

    in_lab_of(SMALL, tmp_path / "lab", interrupt)


def test_until_an_event_or_a_deadline(tmp_path: Path) -> None:
    async def wait(lab: Session) -> None:
        await lab.give(Advance(to=Seconds(1)))
        nothing = await lab.give(Until(event="bgp", having={"state": "down"}, within=Seconds(7)))
        assert nothing["event"] is None
        assert nothing["t"] == pytest.approx(8.0, abs=0.001)
        await lab.give(CUT)
        await lab.give(Until(event="bgp", having={"state": "down", "session": "primary"}))
        await lab.give(Heal(id="cut"))
        up: Any = await lab.give(Until(event="bgp", having={"state": "up", "session": "primary"}))
        assert up["event"]["state"] == "up"
        assert 8.0 < up["t"] < 30.0
        again = await lab.give(Until(event="bgp", having={"session": "backup"}, within=Seconds(1)))
        assert again["event"] is None, "what happened before an earlier order let time go on is past"

    in_lab_of(SMALL, tmp_path / "lab", wait)


def test_a_lab_that_dies_in_the_middle_of_an_order_says_so(tmp_path: Path) -> None:
    async def run() -> None:
        async with lab_of(SMALL, tmp_path / "lab") as lab:
            with lab.events() as events:
                order = asyncio.create_task(lab.give(Advance(by=Seconds(100_000))))
                await anext(events)
                os.killpg(lab.pid, signal.SIGKILL)
                with pytest.raises(LabError, match=r"the lab (died|was killed).*in the middle of order 1 \(advance\)"):
                    await order
                with pytest.raises(LabError, match=r"the lab (died|was killed)"):
                    await lab.give(StopProbe(name="app"))

    with pytest.raises(LabError, match=r"the lab (died|was killed)"):
        asyncio.run(run())


def test_events_are_heard_as_they_happen(tmp_path: Path) -> None:
    async def hear(lab: Session) -> None:
        with lab.events() as events:
            await lab.give(CUT)
            await lab.give(Advance(by=Seconds(1)))
            heard = [(await anext(events)).word for _ in range(3)]
        assert heard[0] == "fault_injected"
        await asyncio.sleep(2 * KEPT_S)
        file = (tmp_path / "lab" / "timeline.jsonl").read_text(encoding="utf-8")
        assert '"run_started"' in file, "it is written while the lab runs"

    in_lab_of(SMALL, tmp_path / "lab", hear)


def test_where_the_clock_is_real_time_goes_on(tmp_path: Path) -> None:
    async def run() -> None:
        async with lab_of(SMALL, tmp_path / "lab", place=where.embedded("real", 240)) as lab:
            before: Any = await lab.give(AskStates(of="sessions"))
            await asyncio.sleep(1.0)
            await lab.give(CUT)
            down: Any = await lab.give(Until(event="bgp", having={"state": "down", "session": "primary"}))
            assert down["event"]["reason"] == "carrier"
            assert down["t"] - before["t"] >= 1.0
            nothing: Any = await lab.give(Until(event="bgp", having={"session": "backup"}, within=Seconds(0.5)))
            assert nothing["event"] is None

            slow = asyncio.create_task(lab.give(Execute(node="app", command=("sleep", "30"), within=Seconds(60))))
            late: Any = await lab.give(AskStates(of="sessions"))
            assert not slow.done(), "orders are carried out beside each other"
            assert late["t"] < nothing["t"] + 10
            slow.cancel()

    asyncio.run(run())


def test_kinds_of_other_distributions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(install(tmp_path / "prefix", "installed"))

    async def strike(lab: Session) -> None:
        fault = {"order": "inject", "id": "line", "kind": "line_down", "parameters": {"circuit": "metro"}}
        await lab.give_written({"protocol": 1, **fault})
        await lab.give(Heal(id="line"))
        assert "Did you mean 'line_down'?" in await refusal(lab, **{**fault, "kind": "line_downn"})

    events = in_lab_of(SMALL, tmp_path / "lab", strike)
    assert [e["kind"] for e in events if e["event"].startswith("fault")] == ["line_down", "line_down"]
