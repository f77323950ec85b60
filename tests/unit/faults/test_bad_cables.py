"""Faults that worsen a cable: how they are written, what is refused, how they come together, what is not predicted."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import FaultNotApplied, InputErrors, Problem
from dxemu.faults.delay import Delay
from dxemu.faults.packet_loss import PacketLoss
from dxemu.faults.quality import Bursts, Jitter, Late, Narrow, Quality, together
from dxemu.run.prepare import prepare
from dxemu.story.load import load
from dxemu.units import Seconds

ROOT = Path(__file__).parents[3]


def story(tmp_path: Path, *steps: str, end: str = "end: 20 s") -> Path:
    """A scenario of these steps, each `at | for | fault`."""
    lines = []
    for step in steps:
        at, lasts, fault = (part.strip() for part in step.split("|"))
        lines.append(f"  - {{at: {at}, {f'for: {lasts}, ' if lasts else ''}fault: {{{fault}}}}}")
    text = f"topology: {ROOT}/topologies/backup_connection.yaml\nsteps:\n" + "\n".join(lines) + f"\n{end}\n"
    file = tmp_path / "story.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(file: Path) -> list[Problem]:
    with pytest.raises(InputErrors) as errors:
        load(file)
    return errors.value.problems


def test_every_value_is_read_with_its_unit(tmp_path: Path) -> None:
    found = load(
        story(
            tmp_path,
            "1 s | | packet_loss: {connection: primary, share: 20%, burst: 5, within: 80 %, direction: to_aws}",
            "2 s | | delay: {circuit: metro, by: 5 ms, jitter: 1 ms, distribution: pareto}",
            "3 s | | rate_limited: {connection: primary, rate: 100 Mbps}",
            "4 s | | reorder: {circuit: metro, share: 0.5 %, by: 200 us}",
            "5 s | | mtu_black_hole: {circuit: metro, mtu: 1400}",
        )
    )
    loss, delay, narrow, late, long = (step.fault for step in found.steps)
    assert loss == PacketLoss(connection="primary", share=20.0, burst=5, within=80.0, direction="to_aws")
    assert delay == Delay(circuit="metro", by=Seconds(0.005), jitter=Seconds(0.001), distribution="pareto")
    qualities = [fault.quality() for fault in (loss, delay, narrow, late, long)]  # type: ignore[attr-defined]
    assert qualities == [
        Quality(bursts=Bursts(loss_percent=20.0, length=5, within=80.0)),
        Quality(delay_s=0.005, jitter=Jitter(jitter_s=0.001, distribution="pareto")),
        Quality(narrow=Narrow(rate_bps=100_000_000, queue_s=0.05)),
        Quality(late=Late(percent=0.5, by_s=0.0002)),
        Quality(longest=1400),
    ]


@pytest.mark.parametrize(
    ("fault", "code", "problem", "remedy"),
    [
        ("packet_loss: {circuit: metro, share: 120 %}", "DX-F009", "'share' is '120 %', not a part of all", "20 %"),
        ("packet_loss: {circuit: metro, share: 0 %}", "DX-F009", "not a part of all", "20 %"),
        ("packet_loss: {circuit: metro, share: 20}", "DX-F009", "'share' is", "20 %"),
        ("packet_loss: {circuit: metro}", "DX-S003", "packet_loss lacks 'share'", "Add for example `share: 20 %`."),
        ("packet_loss: {circuit: metro, share: 20%, within: 50%}", "DX-S003", "no bad times without", "such as 5"),
        ("packet_loss: {circuit: metro, share: 60%, burst: 5, within: 60%}", "DX-S003", "cannot be lost", "longer"),
        ("packet_loss: {circuit: metro, share: 2%, direction: up}", "DX-F009", "'direction' cannot be 'up'", "to_aws"),
        ("packet_loss: {circuit: metr, share: 2%}", "DX-S004", "no circuit 'metr'", "metro"),
        ("packet_loss: {share: 2%}", "DX-S003", "packet_loss needs", "connection"),
        ("delay: {circuit: metro, by: 5}", "DX-F008", "cannot tell 5 what", "5 s"),
        ("delay: {circuit: metro, by: 50 s}", "DX-F009", "'by' cannot be 50 s", "10 s"),
        ("delay: {circuit: metro, by: 5 ms, jitter: 6 ms}", "DX-S003", "a jitter of 6 ms is more", "at most 5 ms"),
        ("delay: {circuit: metro, by: 5 ms, distribution: uniform}", "DX-S003", "varies without", "jitter"),
        ("mtu_black_hole: {circuit: metro, mtu: 20}", "DX-F009", "'mtu' is 20; it must be at least 68", "number"),
        ("rate_limited: {circuit: metro, rate: 10}", "DX-F008", "cannot tell 10 what", "10 Gbps"),
        ("delay: {circuit: metro, bye: 5 ms}", "DX-S003", "delay has no parameter 'bye'", "by"),
    ],
)
def test_what_cannot_be_meant_is_told(tmp_path: Path, fault: str, code: str, problem: str, remedy: str) -> None:
    found = problems(story(tmp_path, f"1 s | | {fault}"))
    assert any(p.code == code and problem in p.problem and remedy in p.remedy for p in found), found
    assert all(str(p.mark).startswith(str(tmp_path)) for p in found)


def test_all_mistakes_of_a_fault_are_told_at_once(tmp_path: Path) -> None:
    found = problems(story(tmp_path, "1 s | | delay: {circuit: metr, by: soon, direction: up}"))
    assert {p.code for p in found} == {"DX-S004", "DX-F008", "DX-F009"}


JITTER = "delay: {circuit: metro, by: 5 ms, jitter: 1 ms%s}"


def test_what_one_end_cannot_do_twice_at_once_is_told(tmp_path: Path) -> None:
    other = JITTER.replace("5 ms", "6 ms")
    (clash,) = problems(story(tmp_path, f"1 s | 5 s | {JITTER % ''}", f"2 s | | {other % ''}"))
    assert clash.code == "DX-S010"
    assert "delay at 2 s meets delay at 1 s, which heals at 6 s: two delays with jitter" in clash.problem
    assert load(story(tmp_path, f"1 s | 5 s | {JITTER % ''}", f"6 s | | {other % ''}")).steps
    ways = JITTER % ", direction: to_aws", other % ", direction: from_aws"
    assert load(story(tmp_path, f"1 s | | {ways[0]}", f"2 s | | {ways[1]}")).steps
    assert load(story(tmp_path, f"1 s | | {JITTER % ''}", "2 s | | delay: {circuit: metro, by: 6 ms}")).steps


def test_qualities_come_together_and_go_again() -> None:
    loss, more, late = Quality(loss_percent=20.0), Quality(loss_percent=10.0), Quality(late=Late(percent=5, by_s=0.1))
    narrow, wide = (Quality(narrow=Narrow(rate_bps=rate, queue_s=0.1)) for rate in (10, 20))
    assert together([loss, more]).loss_percent == 28.0
    assert together([wide, narrow, wide]).narrow == narrow.narrow
    assert together([Quality(delay_s=0.005), Quality(delay_s=0.001)]).delay_s == 0.006
    assert together([Quality(longest=1500), late, Quality(longest=1400)]) == Quality(longest=1400, late=late.late)
    assert together([]) == Quality()
    with pytest.raises(FaultNotApplied, match="cannot reorder at once"):
        together([late, late])


def test_what_chance_does_is_not_predicted_and_what_happens_meanwhile_is_neither(tmp_path: Path) -> None:
    loss, cut = "packet_loss: {connection: backup, share: 20%}", "cable_cut: {connection: primary}"
    assert prepare(story(tmp_path, f"1 s | 5 s | {loss}")).predictions == ()
    assert prepare(story(tmp_path, f"1 s | 5 s | {loss}", f"5 s | | {cut}")).predictions == ()
    after = prepare(story(tmp_path, f"1 s | 5 s | {loss}", f"6 s | | {cut}")).predictions
    before = prepare(story(tmp_path, f"1 s | 1 s | {cut}", f"2 s | | {loss}")).predictions
    assert {p.fault for p in (*after, *before)} == {"cable_cut"}


def test_a_run_without_an_end_lasts_until_the_cable_is_good_again(tmp_path: Path) -> None:
    loss = "packet_loss: {connection: backup, share: 20%}"
    assert prepare(story(tmp_path, f"1 s | 50 s | {loss}", end="")).end > 51
    with pytest.raises(InputErrors, match="never end"):
        prepare(story(tmp_path, f"1 s | | {loss}", end=""))


def test_a_blink_ends_by_itself_and_a_short_one_is_not_predicted(tmp_path: Path) -> None:
    short, long = (f"1 s | | blink: {{connection: primary, dark: {dark}}}" for dark in ("50 ms", "2 s"))
    (step,) = load(story(tmp_path, short)).steps
    assert step.until == Seconds(1.05)
    assert prepare(story(tmp_path, short)).predictions == ()
    assert {p.fault for p in prepare(story(tmp_path, long)).predictions} == {"blink"}


def test_one_silent_direction_is_not_predicted_and_both_are(tmp_path: Path) -> None:
    silent = "1 s | 5 s | cable_silent: {connection: primary%s}"
    assert prepare(story(tmp_path, silent % ", direction: to_aws")).predictions == ()
    assert {p.fault for p in prepare(story(tmp_path, silent % "")).predictions} == {"cable_silent"}
