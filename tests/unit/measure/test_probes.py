"""Throughput, fetches, captures and path MTUs: from events to what a person reads, and the judgment."""

from __future__ import annotations

import pytest
from small_plan import small_plan
from stories import expect

from dxemu.events.base import Event
from dxemu.measure.probes import found
from dxemu.probes.base import Measurement
from dxemu.probes.fetch import Fetch
from dxemu.probes.throughput import Throughput
from dxemu.story.expectations.base import Measured
from dxemu.units import BitsPerSecond, Seconds
from dxemu.words import bit_rate
from tests.unit.events.filled import filled

GBPS = BitsPerSecond(10**9)


def throughput(**values: object) -> Event:
    base = {"bits_per_second": 9.4e9, "streams": 1, "seconds": 3.0, "omitted_s": 0.2, "started_s": 5.0, "problem": ""}
    unmeasured = {"offered_bps": None, "lost_percent": None}
    return filled({"event": "throughput", "probe": "bulk", "direction": "to_aws", **base, **unmeasured, **values})


def fetched(at: float, problem: str = "", **values: object) -> Event:
    answer = {"status": None, "bytes": 0, "seen_as": ""} if problem else {"status": 200, "bytes": 24, "seen_as": "::1"}
    about = {"probe": "shop", "service": "s3", "started_s": at, "took_s": 0.02, "problem": problem}
    return filled({"event": "fetched", **about, **answer, **values})


def captured(label: str, to_aws: int, from_aws: int = 0) -> Event:
    event = {"event": "captured", "probe": "link", "cable": "primary"}
    return filled({**event, "label": label, "to_aws": to_aws, "from_aws": from_aws})


def path_mtu(at: float, mtu: int, told: bool | None, by: str = "") -> Event:
    event = {"event": "path_mtu", "probe": "size", "direction": "to_aws", "started_s": at}
    return filled({**event, "mtu": mtu, "told": told, "told_by": by})


SHOP = [*(fetched(n) for n in range(5)), *(fetched(5 + n, "no answer within 2 s") for n in range(3)), fetched(8)]
LINK = [captured("esp", 900, 910), captured("bgp", 4), captured("vlan 101", 904, 910)]
SIZE = [path_mtu(2, 8500, told=True, by="10.0.0.1"), path_mtu(20, 1500, told=False)]


def judged(events: list[Event], subject: str, name: str, **arguments: object) -> tuple[bool, str]:
    nothing: dict[str, tuple[()]] = {key: () for key in ("faults", "outages", "probes", "stages", "predicted")}
    measured = Measured(plan=small_plan(), events=events, end_s=60.0, found=found(events), **nothing)
    return expect(subject, name, **arguments).expected.judge(measured)


def test_fetches_that_went_alike_are_one() -> None:
    fetches = found(SHOP).all_of(Fetch)
    assert [(f.first_s, f.last_s, f.count, f.answered) for f in fetches] == [
        (0, 4, 5, True),
        (5, 7, 3, False),
        (8, 8, 1, True),
    ]


def test_another_address_is_another_outcome() -> None:
    assert len(found([fetched(0), fetched(1, seen_as="203.0.113.1")]).all_of(Fetch)) == 2


def test_probes_come_in_the_order_of_the_file() -> None:
    events = [fetched(0, probe="b"), fetched(1, probe="a"), fetched(2, probe="b")]
    assert [f.probe for f in found(events, ["a", "b"]).all_of(Fetch)] == ["a", "b"]
    assert [f.probe for f in found(events, ["b", "a"]).all_of(Fetch)] == ["b", "a"]


def test_nothing_is_found_in_nothing() -> None:
    keys = ("captures", "fetches", "latencies", "path_mtus", "requests", "streams", "throughputs", "traces")
    assert set(found([]).by_key.items()) == {(key, ()) for key in keys}


@pytest.mark.parametrize(
    ("event", "arguments", "passed"),
    [
        (throughput(), {"at_least": BitsPerSecond(9_400_000_000)}, True),
        (throughput(), {"at_least": BitsPerSecond(9_400_000_001)}, False),
        (throughput(), {"at_most": BitsPerSecond(9_399_999_999)}, False),
        (throughput(), {"lost_at_most": 0.0}, False),
        (throughput(offered_bps=1e9, lost_percent=51.0), {"lost_at_least": 30.0}, True),
        (throughput(offered_bps=1e9, lost_percent=29.9), {"lost_at_least": 30.0}, False),
        (throughput(offered_bps=1e9, lost_percent=0.1), {"lost_at_most": 0.0}, False),
        (throughput(problem="nothing arrived", bits_per_second=0), {"at_most": GBPS}, False),
    ],
)
def test_throughput(event: Event, arguments: dict[str, object], passed: bool) -> None:
    assert judged([event], "throughput", "bulk", **arguments)[0] is passed
    assert judged([], "throughput", "bulk", **arguments)[0] is False


def test_tcp_has_no_loss_to_judge() -> None:
    assert "give the probe a `udp` rate" in judged([throughput()], "throughput", "bulk", lost_at_most=0.0)[1]


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ({"always": True}, False),
        ({"never": True}, False),
        ({"at": "start"}, True),
        ({"at": "end"}, True),
        ({"at": Seconds(6)}, False),
        ({"at": Seconds(4.5)}, True),
        ({"seen_as": "::1"}, True),
        ({"at": "end", "seen_as": "::2"}, False),
    ],
)
def test_fetched(arguments: dict[str, object], passed: bool) -> None:
    assert judged(SHOP, "fetched", "shop", **arguments)[0] is passed
    assert judged([], "fetched", "shop", **arguments)[0] is False


def test_fetched_always_and_never() -> None:
    assert judged(SHOP[:5], "fetched", "shop", always=True) == (True, "5 answered (200, 24 bytes, seen as ::1)")
    assert judged(SHOP[5:8], "fetched", "shop", never=True) == (True, "3 failed: no answer within 2 s")


@pytest.mark.parametrize(
    ("arguments", "passed", "words"),
    [
        ({"only": ("esp", "bgp", "arp")}, True, "only bgp, esp, vlan 101"),
        ({"only": ("esp",)}, False, "there was bgp (4)"),
        ({"has": ("esp", "vlan 101")}, True, "only bgp, esp, vlan 101"),
        ({"has": ("ike",)}, False, "no ike"),
        ({"never": ("udp",)}, True, "only bgp, esp, vlan 101"),
        ({"never": ("bgp", "udp")}, False, "there was bgp (4)"),
    ],
)
def test_capture(arguments: dict[str, object], passed: bool, words: str) -> None:
    assert judged(LINK, "capture", "link", **arguments) == (passed, words)
    assert judged([], "capture", "link", **arguments)[0] is False


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ({"is": 8500}, False),
        ({"is": 8500, "at": Seconds(2)}, True),
        ({"is": 8500, "at": Seconds(20)}, False),
        ({"told": True, "at": Seconds(19)}, True),
        ({"told": False, "at": Seconds(30)}, True),
        ({"told": True}, False),
        ({"is": 8500, "at": Seconds(1)}, False),
    ],
)
def test_path_mtu(arguments: dict[str, object], passed: bool) -> None:
    assert judged(SIZE, "pmtu", "size", **arguments)[0] is passed


@pytest.mark.parametrize("mtu", [0, 9001])
def test_nothing_to_tell_is_neither_told_nor_a_black_hole(mtu: int) -> None:
    events = [path_mtu(2, mtu, told=None)]
    assert [judged(events, "pmtu", "size", told=told)[0] for told in (True, False)] == [False, False]


@pytest.mark.parametrize(
    ("bits_per_second", "words"),
    [(9.564e9, "9.564 Gbps"), (9.4e8, "940 Mbps"), (382.733e9, "382.7 Gbps"), (56_000, "56 kbps"), (0, "0 bps")],
)
def test_bit_rate(bits_per_second: float, words: str) -> None:
    assert bit_rate(bits_per_second) == words


def test_values_are_those_of_the_event() -> None:
    (one,) = found([throughput(streams=16, offered_bps=2e9, lost_percent=3.0)]).all_of(Throughput)
    assert one == Throughput(
        probe="bulk",
        direction="to_aws",
        streams=16,
        started_s=5.0,
        seconds=3.0,
        omitted_s=0.2,
        bits_per_second=9.4e9,
        offered_bps=2e9,
        lost_percent=3.0,
        problem="",
    )


def test_the_kind_of_the_first_probe_comes_first() -> None:
    captured = {"event": "captured", "t": 5.0, "probe": "link", "cable": "primary", "label": "esp"}
    events = [filled({**captured, "to_aws": 1, "from_aws": 1})]
    assert next(iter(found(events, ["app", "link"]).by_key)) == "captures"
    path_mtu = {"event": "path_mtu", "t": 2.0, "probe": "size", "direction": "to_aws", "started_s": 2.0}
    events.append(filled({**path_mtu, "mtu": 1500, "told": None, "told_by": ""}))
    assert list(found(events, ["size", "link"]).by_key)[:2] == ["path_mtus", "captures"]
    assert list(found(events, ["link", "size"]).by_key)[:2] == ["captures", "path_mtus"]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (throughput(late_s=0.2), "bulk began 200 ms late"),
        (fetched(1, late_s=0.2), "shop began 200 ms late"),
        (filled({"event": "path_mtu", "probe": "size", "late_s": 0.2}), "size began 200 ms late"),
        (throughput(late_s=0.1), ""),
    ],
)
def test_what_began_too_late_is_not_valid(event: Event, words: str) -> None:
    assert [one.unkept for one in found([event]).all_of(Measurement)] == [words]
