"""What kind of packets a probe sent stands in every form of a report (RFC 7680 section 2.8.1)."""

from __future__ import annotations

from dataclasses import fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

import pytest

from dxemu.events.packet_type import PacketType, packet_type
from dxemu.events.probes import LatencyMeasured, OfPackets, PacketsLogged
from dxemu.lab.probe_flow import ProbeFlow
from dxemu.measure.result import Result
from dxemu.measure.result_codec import from_json, to_json
from dxemu.netlink.route import FlowPorts
from dxemu.report.html.page import PageOf
from dxemu.report.html.page import render as page
from dxemu.report.markdown import text_of
from dxemu.report.packet_types import packet_types
from dxemu.report.run import render
from tests.unit.report.test_run_report import quiet

UDP = PacketType(ip_version=4, bytes=1400, dscp=46, source_port=50001, destination_port=40001)
WORDS = "UDP over IPv4, 1400 bytes, DSCP 46, ports 50001 to 40001"


def with_type(folder: Path, *types: PacketType | None) -> Result:
    result = quiet(folder)
    probes = [replace(p, packets=kind) for p, kind in zip(result.probes, types * len(result.probes), strict=False)]
    return replace(result, probes=tuple(probes))


def test_every_form_says_it(tmp_path: Path) -> None:
    result = with_type(tmp_path, UDP)
    assert f"  Packets                  {WORDS}" in [str(line) for line in render(result)]
    assert WORDS in page(PageOf(result=result, events=(), folder=tmp_path))
    assert f"Packets of app: {WORDS}" in text_of(result)
    assert from_json(cast("dict[str, object]", to_json(result))) == result


def test_a_run_that_did_not_record_it_says_nothing(tmp_path: Path) -> None:
    assert list(packet_types(with_type(tmp_path, None))) == []
    assert not any("Packets" in str(line) for line in render(with_type(tmp_path, None)))


def test_directions_that_differ_are_told_apart(tmp_path: Path) -> None:
    assert [probe for probe, _ in packet_types(with_type(tmp_path, UDP, replace(UDP, dscp=0)))] == [
        "app to AWS",
        "app from AWS",
    ]


@pytest.mark.parametrize(
    ("version", "size", "flows", "words"),
    [
        (4, None, 1, "UDP over IPv4, 36 bytes, DSCP 0, ports 1 to 9"),
        (6, None, 1, "UDP over IPv6, 56 bytes, DSCP 0, ports 1 to 9"),
        (4, 1400, 3, "UDP over IPv4, 1400 bytes, DSCP 0, ports 1 and 2 more to 9"),
    ],
)
def test_it_is_that_of_what_leaves(version: int, size: int | None, flows: int, words: str) -> None:
    address = ip_address("10.0.0.1" if version == 4 else "2001:db8::1")
    nowhere: Any = None
    flow = ProbeFlow(
        probe="app",
        direction="to_aws",
        source=nowhere,
        source_address=address,
        target=nowhere,
        target_address=address,
        ports=FlowPorts(1, 9),
        interval_ns=1,
        sources=tuple(range(1, flows + 1)) if flows > 1 else (),
        size=size,
    )
    assert str(flow.packet_type) == words


def test_an_event_without_it_has_none() -> None:
    told = PacketsLogged(
        probe="app", direction="to_aws", interval_s=0.01, sent=1, received=1, lateness_max_s=0.0, file="x"
    )
    assert packet_type(told) is None


def test_events_that_tell_it_have_its_fields_behind_their_own() -> None:
    """The timeline's lines have them in the order in which they always had, and each knows all fields."""
    told = ("flows", "ip_version", "bytes", "dscp", "source_port", "destination_port")
    assert set(told) == {field.name for field in fields(PacketType)} == set(OfPackets.types)
    for kind, before in ((PacketsLogged, "file"), (LatencyMeasured, "lateness_max_s")):
        assert list(kind.types)[:3] == ["t", "probe", "direction"]
        assert tuple(kind.types)[-7:] == (before, *told)
        assert kind.defaults.keys() == {"t", *told}
