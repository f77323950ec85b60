"""Wireshark reads what our speakers say on the wire: every message whole, and as AWS asks for it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dxemu.host import where
from dxemu.host.job import Job
from dxemu.plan.make import make_plan
from dxemu.topology.load import load
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.peers

OPEN, UPDATE, NOTIFICATION, KEEPALIVE = "1", "2", "3", "4"
MD5_OPTION = "19"
FIELDS = (
    "vlan.id", "ip.src", "ip.ttl", "tcp.flags.syn", "tcp.option_kind", "bgp.type", "bgp.open.holdtime", "bgp.open.myas",
    "bgp.update.path_attribute.as_path_segment.as4", "bgp.update.path_attribute.community_as",
    "bgp.update.path_attribute.community_value", "bgp.nlri_prefix", "_ws.malformed", "frame.time_relative",
)  # fmt: skip
PLAN = make_plan(load(REPOSITORY / "topologies" / "backup_connection.yaml"))
CUSTOMER, AWS = next(s for s in PLAN.sessions if s.name == "primary").ends


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A capture of the primary connection from the start of its session."""
    for package in ("tshark", "tcpdump"):
        if shutil.which(package) is None:
            pytest.skip(f"{package} is missing: apt-get install {package}")
    folder = tmp_path_factory.mktemp("capture")

    async def run() -> None:
        place = where.embedded("virtual", stall_limit_s=120)
        job = Job(target="tests.peers.wire:main", payload=PLAN)
        async with contextlib.aclosing(place.run(job, folder, 1)) as stream:
            assert [event["event"] async for event in stream] == ["captured"]

    asyncio.run(run())
    return folder / "capture.pcap"


@pytest.fixture(scope="module")
def segments(capture: Path) -> list[dict[str, list[str]]]:
    """Every TCP segment of the capture: the values of each field, as tshark decodes them."""
    fields = [word for field in FIELDS for word in ("-e", field)]
    command = ["tshark", "-r", str(capture), "-Y", "tcp.port == 179", "-T", "json", *fields]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    packets: list[dict[str, Any]] = json.loads(done.stdout)
    assert packets, "or nothing is asked of them"
    return [packet["_source"]["layers"] for packet in packets]


def messages(segments: list[dict[str, list[str]]], kind: str, source: object) -> list[dict[str, list[str]]]:
    """The segments from an address that hold a BGP message of this type."""
    return [s for s in segments if kind in s.get("bgp.type", []) and s["ip.src"] == [str(source)]]


def test_nothing_is_malformed(segments: list[dict[str, list[str]]]) -> None:
    assert len(segments) > 10
    assert [s for s in segments if "_ws.malformed" in s] == []
    kinds = {kind for s in segments for kind in s.get("bgp.type", [])}
    assert kinds == {OPEN, UPDATE, KEEPALIVE}


def test_everything_is_tagged_signed_and_one_hop_away(segments: list[dict[str, list[str]]]) -> None:
    for segment in segments:
        assert segment["vlan.id"] == ["101"]
        assert MD5_OPTION in segment["tcp.option_kind"], segment
        assert segment["ip.ttl"] == ["1"], segment


def test_customer_connects_and_both_offer_ninety_seconds(segments: list[dict[str, list[str]]]) -> None:
    assert segments[0]["ip.src"] == [str(CUSTOMER.address)]
    assert segments[0]["tcp.flags.syn"] in (["1"], ["True"])  # tshark 4.0, 4.4
    for end in (CUSTOMER, AWS):
        (offer,) = messages(segments, OPEN, end.address)
        assert offer["bgp.open.holdtime"] == ["90"]
        assert offer["bgp.open.myas"] == [str(end.asn)]


@pytest.mark.parametrize(
    ("source", "prefix", "asn", "communities"),
    [(CUSTOMER, "10.0.0.0", "65000", ["7224:7300"]), (AWS, "172.31.0.0", "64512", [])],
    ids=["customer", "aws"],
)
def test_updates_say_what_the_topology_says(
    segments: list[dict[str, list[str]]], source: Any, prefix: str, asn: str, communities: list[str]
) -> None:
    (update,) = [s for s in messages(segments, UPDATE, source.address) if prefix in s.get("bgp.nlri_prefix", [])]
    assert update["bgp.update.path_attribute.as_path_segment.as4"] == [asn]
    high = update.get("bgp.update.path_attribute.community_as", [])
    low = update.get("bgp.update.path_attribute.community_value", [])
    assert [f"{a}:{b}" for a, b in zip(high, low, strict=True)] == communities


def test_keepalives_come_every_thirty_seconds(segments: list[dict[str, list[str]]]) -> None:
    for end in (CUSTOMER, AWS):
        times = [float(s["frame.time_relative"][0]) for s in messages(segments, KEEPALIVE, end.address)]
        # The first answers the OPEN.
        gaps = [later - earlier for earlier, later in itertools.pairwise(times[1:])]
        assert gaps and all(29 <= gap <= 31 for gap in gaps), times
