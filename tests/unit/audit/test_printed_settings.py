"""What a finding prints as a setting can be set: in every shipped design, worsened or not, it ends that finding.

And it breaks no rule, nor brings another kind of finding, but that what waits now carries less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from dxemu.audit.base import Found
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from tests.unit.audit.audited import REPOSITORY, TOPOLOGIES, Change, audited

SETTING = re.compile(r"`(\w+): ([^`]+)`")
SMALLER = "DX-A010"
"""A backup that carries less: it is one only once it waits."""
OF_CUSTOMER = {"send_communities", "tcp_mss"}
WORSENED: Mapping[str, Change] = {
    "as it is": {},
    "without BFD": {"virtual_interfaces": {"bfd": None}},
    "restarting gracefully": {"virtual_interfaces": {"graceful_restart": True}},
    "without communities": {"virtual_interfaces": {"customer": {"send_communities": False}}},
    "with no minimum": {"lags": {"minimum_links": 0}},
}


def together(one: Change, other: Change) -> dict[str, object]:
    merged = dict(one)
    for key, value in other.items():
        before = merged.get(key)
        merged[key] = together(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return merged


def everywhere(change: Change, topology: Topology) -> Change:
    """The same of every element of its kind."""
    names = {"virtual_interfaces": topology.virtual_interfaces, "lags": topology.lags, "vpns": topology.vpns}
    return {kind: {one.name: value for one in names[kind]} for kind, value in change.items() if names[kind]}


def settings(found: Found, topology: Topology) -> Iterator[Change]:
    """What the finding says is to be set, as changes of the file. A setting that is not known here fails."""
    vifs = {vif.name: ("virtual_interfaces", vif.name) for vif in topology.virtual_interfaces}
    vpns = {vpn.name: ("vpns", vpn.name) for vpn in topology.vpns}
    lags = [("lags", lag.name) for lag in topology.lags]
    own = [(str(part), str(name)) for part, name in [found.finding.path[:2]]] if len(found.finding.path) > 1 else []
    places = {
        "bfd": [vifs[name] for name in vifs if re.search(rf"\b{name}\b", found.finding.remedy)] or own,
        "minimum_links": own,
        "routing": [vpns[name] for name in found.finding.names if name in vpns],
        "lacp_timeout": lags,
        "graceful_restart": list(vifs.values()),
        "send_communities": [{**vifs, **vpns}[name] for name in found.finding.names if name in {**vifs, **vpns}],
        "tcp_mss": [*vifs.values(), *vpns.values()],
    }
    for key, text in SETTING.findall(found.finding.remedy):
        value: object = int(text) if text.isdigit() else text
        setting: Change = {"customer": {key: value}} if key in OF_CUSTOMER else {key: value}
        if "`static_routes` taken out" in found.finding.remedy:
            setting = {**setting, "static_routes": []}
        change: Change = {}
        for kind, name in places[key]:
            change = together(change, {kind: {name: setting}})
        yield change


def test_settings_are_printed_at_all() -> None:
    """Or nothing below is tried: each of these in a shipped design as it is or worsened."""
    for name, worse, code in (
        ("backup_connection", "without BFD", "DX-A003"),
        ("lag", "with no minimum", "DX-A004"),
        ("vpn_backup_static", "as it is", "DX-A005"),
        ("vpn_backup", "as it is", "DX-A009"),
        ("vpn_backup_static", "as it is", "DX-A011"),
        ("backup_connection", "without communities", "DX-A012"),
        ("backup_connection", "restarting gracefully", "DX-A015"),
    ):
        shipped = load(REPOSITORY / "topologies" / f"{name}.yaml")
        found = audited(name, everywhere(WORSENED[worse], shipped)).found
        assert any([*settings(one, shipped)] for one in found if one.code == code), code


@pytest.mark.parametrize("worse", WORSENED)
@pytest.mark.parametrize("name", TOPOLOGIES)
def test_a_printed_setting_ends_its_finding(name: str, worse: str) -> None:
    shipped = load(REPOSITORY / "topologies" / f"{name}.yaml")
    change = everywhere(WORSENED[worse], shipped)
    if worse != "as it is" and not change:
        return
    before = audited(name, change).found
    kinds = {one.code for one in before}
    for one in before:
        for setting in settings(one, shipped):
            after = audited(name, together(change, setting)).found
            left = {(other.code, other.finding.path, other.finding.names) for other in after}
            assert (one.code, one.finding.path, one.finding.names) not in left, (one.finding.remedy, setting)
            assert {other.code for other in after} <= kinds | {SMALLER}, (one.finding.remedy, setting)
