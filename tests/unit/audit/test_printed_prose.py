"""What a finding prints in words, where a setting is meant, is one, too: laid over the design, the finding is gone.

`test_printed_settings` has those that stand as they can be set. Here in every shipped design, worsened or not, those
that name a setting otherwise, also of two ends that differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from dxemu.audit.base import Found
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from tests.unit.audit.audited import REPOSITORY, TOPOLOGIES, Change, audited
from tests.unit.audit.test_printed_settings import WORSENED, everywhere, together

ENDS: Mapping[str, Change] = {
    "asn": {"asn": 65533},
    "amazon_asn": {"amazon_asn": 65533},
    "auth_key": {"auth_key": "another one"},
    "signs": {"signs": False},
    "ttl_security": {"ttl_security": True},
    "smaller mtu": {"mtu": 1280},
    "larger mtu": {"mtu": 9216},
}
TUNNEL_ENDS: Mapping[str, Change] = {
    "configured": {"configured": False},
    "pre_shared_key": {"pre_shared_key": "Rehearse_9"},
    "phase1_proposal": {"phase1_proposal": "3DES-SHA1-2"},
    "phase2_proposal": {"phase2_proposal": "AES128-MD5-2"},
}
WORSE: Mapping[str, Change] = {**WORSENED, "preferring VPNs": {"vpns": {"customer": {"local_pref": 400}}}}
OUT_OF_CUSTOMER = re.compile(r"Take `(\w+)` out of `customer`\.")
Tried = Callable[[Found, Topology], Change]


def of_vifs(setting: Change, topology: Topology) -> Change:
    return everywhere({"virtual_interfaces": setting}, topology)


def of_circuits(_: Found, topology: Topology) -> Change:
    named = {circuit.name: {"bfd": "300 ms x 3"} for circuit in topology.customer.circuits}
    return {"customer": {"circuits": named}}


def bgp(_: Found, topology: Topology) -> Change:
    return {"vpns": {vpn.name: {"routing": "bgp", "static_routes": []} for vpn in topology.vpns}}


def one_way(_: Found, topology: Topology) -> Change:
    first, *_others = topology.virtual_interfaces
    preferred = {"customer": {"local_pref": 500, "communities": ["7224:7300"]}}
    return {"virtual_interfaces": {first.name: preferred}}


PROSE: Mapping[str, Tried] = {
    "set `until_bfd_down`": lambda _, topology: of_vifs({"graceful_restart": "until_bfd_down"}, topology),
    "Run BFD between the customer's own routers": of_circuits,
    "Use a BGP VPN, whose hold timer": bgp,
    "Prefer the same way in both directions": one_way,
}


def key(one: Found) -> tuple[object, ...]:
    """With what it says: where two things are wrong, the one is told once the other is mended."""
    return one.code, one.finding.path, one.finding.names, one.finding.problem


def out_of(path: tuple[str | int, ...]) -> Change:
    """A patch that takes out what stands at a place of the file; tunnels are counted from 1 there."""
    first, *rest = (str(part + 1) if isinstance(part, int) else part for part in path)
    value: object = None
    for part in reversed(rest):
        value = {part: value}
    return {first: value}


SAID_IN = (
    ("backup_connection", "restarting gracefully"),
    ("hardware_high_availability", "as it is"),
    ("vpn_backup_static", "as it is"),
    ("vpn_backup", "preferring VPNs"),
)
"""Where each of them is said."""


@pytest.mark.parametrize(("words", "where"), list(zip(PROSE, SAID_IN, strict=True)))
def test_it_is_said_at_all(words: str, where: tuple[str, str]) -> None:
    """Or nothing below is tried."""
    name, worse = where
    shipped = load(REPOSITORY / "topologies" / f"{name}.yaml")
    assert any(words in one.finding.remedy for one in audited(name, everywhere(WORSE[worse], shipped)).found)


@pytest.mark.parametrize("worse", WORSE)
@pytest.mark.parametrize("name", TOPOLOGIES)
def test_what_is_said_in_words_ends_its_finding(name: str, worse: str) -> None:
    shipped = load(REPOSITORY / "topologies" / f"{name}.yaml")
    change = everywhere(WORSE[worse], shipped)
    for one in audited(name, change).found:
        for words, tried in PROSE.items():
            if words in one.finding.remedy:
                after = audited(name, together(change, tried(one, shipped))).found
                assert key(one) not in {key(other) for other in after}, (one.finding.remedy, one.finding.problem)


@pytest.mark.parametrize("name", TOPOLOGIES)
def test_what_differs_and_is_taken_out_differs_no_more(name: str) -> None:
    """One finding for each virtual interface and each first tunnel that differs; without it the design is as it was."""
    shipped = load(REPOSITORY / "topologies" / f"{name}.yaml")
    clean = {key(one) for one in audited(name).found}
    for setting in ENDS.values():
        differs = of_vifs({"customer": setting}, shipped)
        taken_out(name, differs, len(shipped.virtual_interfaces), clean)
    tags = {vif.name: {"customer": {"vlan": 3900 + n}} for n, vif in enumerate(shipped.virtual_interfaces)}
    taken_out(name, {"virtual_interfaces": tags}, len(tags), clean)
    for setting in TUNNEL_ENDS.values():
        both = {number: {"customer": setting} for number in ("1", "2")}
        differs = {"vpns": {vpn.name: {"tunnels": both} for vpn in shipped.vpns}}
        taken_out(name, differs, 2 * len(shipped.vpns), clean)


def taken_out(name: str, differs: Change, wanted: int, clean: set[tuple[object, ...]]) -> None:
    if not wanted:
        return
    found = [one for one in audited(name, differs).found if one.code == "DX-A017"]
    assert len(found) == wanted, differs
    mended = differs
    for one in found:
        named = OUT_OF_CUSTOMER.fullmatch(one.finding.remedy)
        assert named and one.finding.path[-1] == named[1]
        mended = together(mended, out_of(one.finding.path))
    assert {key(one) for one in audited(name, mended).found} == clean
