"""`update_allowed_prefixes`: what changes nothing, or what AWS refuses, is refused with a reason."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.run.prepare import prepare

ROOT = Path(__file__).parents[3] / "topologies"
TWO_TRANSIT_GATEWAYS = """\
change:
  aws:
    region_delays: {us-west-2: 30 ms}
    vpcs: {far: {cidr: 10.65.0.0/16, region: us-west-2, instances: {far_web: 10.65.1.10}}}
    transit_gateways: {far_tgw: {asn: 64514, region: us-west-2, attachments: [far]}}
    direct_connect_gateways: {dxgw: {associations: {far_tgw: {allowed_prefixes: [10.65.0.0/16]}}}}
"""


def prepared(folder: Path, topology: str, action: str, more: str = "", then: str = "") -> list[frozenset[str]]:
    """What AWS's speakers announce, design by design."""
    file = folder / "story.yaml"
    steps = "".join(
        f"  - {{at: {at} s, action: {{update_allowed_prefixes: {one}}}}}\n"
        for at, one in ((5, action), (8, then))
        if one
    )
    file.write_text(f"topology: {ROOT}/{topology}.yaml\n{more}end: 12 s\nsteps:\n{steps}", encoding="utf-8")
    rehearsal = prepare(file)
    found = [rehearsal.plan, *rehearsal.acted]
    return [frozenset(str(p) for s in plan.speakers if ":" in s.name for p in s.originates) for plan in found]


def refused(folder: Path, topology: str, action: str, more: str = "") -> str:
    with pytest.raises(InputErrors) as caught:
        prepared(folder, topology, action, more)
    assert [problem.code for problem in caught.value.problems] == ["DX-S020"]
    return caught.value.problems[0].problem


def test_a_default_route_lets_a_virtual_private_gateways_vpc_through_and_nothing_else(tmp_path: Path) -> None:
    said = refused(tmp_path, "direct_connect_gateway", "{gateway: vgw_east, add: 0.0.0.0/0}")
    assert said == (
        "the customer goes on hearing 172.31.0.0/16, 172.30.0.0/16: nothing of 'vgw_east' comes or goes with it"
    )
    away, back = "{gateway: vgw_east, remove: 172.31.0.0/16}", "{gateway: vgw_east, add: 0.0.0.0/0}"
    assert prepared(tmp_path, "direct_connect_gateway", away, then=back)[1:] == [
        {"172.30.0.0/16"},
        {"172.30.0.0/16", "172.31.0.0/16"},
    ]


@pytest.mark.parametrize("prefix", ["172.30.0.0/16", "172.31.0.0/17", "10.99.0.0/16"])
def test_what_lets_nothing_of_the_gateway_through_is_refused(prefix: str, tmp_path: Path) -> None:
    for word in ("add", "remove"):
        said = refused(tmp_path, "direct_connect_gateway", f"{{gateway: vgw_east, {word}: {prefix}}}")
        assert "nothing of 'vgw_east' comes or goes with it" in said


def test_the_prefix_of_another_transit_gateway_is_not_removed(tmp_path: Path) -> None:
    said = refused(tmp_path, "transit_gateway", "{gateway: tgw, remove: 10.65.0.0/16}", TWO_TRANSIT_GATEWAYS)
    assert "nothing of 'tgw' comes or goes with it" in said


@pytest.mark.parametrize("prefix", ["10.65.0.0/16", "10.65.4.0/24", "10.0.0.0/8"])
def test_the_lists_of_two_transit_gateways_do_not_overlap(prefix: str, tmp_path: Path) -> None:
    said = refused(tmp_path, "transit_gateway", f"{{gateway: tgw, add: {prefix}}}", TWO_TRANSIT_GATEWAYS)
    assert said == f"{prefix} overlaps with 10.65.0.0/16, an allowed prefix of 'far_tgw': AWS refuses it"


def test_a_transit_gateways_prefixes_are_announced_literally(tmp_path: Path) -> None:
    add, remove = "{gateway: tgw, add: 10.99.0.0/16}", "{gateway: tgw, remove: 10.99.0.0/16}"
    before, more, after = prepared(tmp_path, "transit_gateway", add, then=remove)
    assert more - before == {str(ip_network("10.99.0.0/16"))}
    assert after == before
