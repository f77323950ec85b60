"""A mistake of form hides no mistake of meaning: both are told, and nothing that only follows from the first."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.topology import yaml
from dxemu.topology.load import loads
from tests.unit.errors.cases import cases

LOADED = cases("topologies")
ROOT = Path(__file__).parents[3]
SHIPPED = (ROOT / "topologies" / "backup_connection.yaml").read_text()


def told(text: str) -> list[tuple[str, str]]:
    try:
        loads(text)
    except InputErrors as errors:
        return sorted((problem.code, problem.problem) for problem in errors.problems)
    return []


@pytest.mark.parametrize("name", LOADED)
def test_an_unknown_key_beside_a_mistake_is_one_more(name: str) -> None:
    text = LOADED[name]
    before = told(text)
    if not before or any(code in {"DX-F001", "DX-F003", "DX-F011", "DX-T029"} for code, _ in before):
        pytest.skip("nothing of it can be read")
    tree = yaml.parse(text, "t").value
    assert isinstance(tree, dict)
    if not all(isinstance(tree.get(key), dict) for key in ("aws", "customer")):
        pytest.skip("it has no place for the key")
    more = "\nqqqqq: 1\n"
    assert told(text.rstrip("\n") + more) == sorted([*before, ("DX-F005", "'qqqqq' is not known")])


BESIDE = {
    "unknown key": (
        "bfd: 300 ms x 3,\n            customer: {local_pref: 200",
        "qqqq: 1,\n            customer: {local_pref: 200",
        "DX-F005",
    ),
    "misspelt key": ("auth_key: rehearse-1", "auth_kye: rehearse-1", "DX-F005"),
    "misspelt key elsewhere": ("hosts: {app", "host: {app", "DX-F005"),
    "misspelt key of another entry": ("bandwidth: 10 Gbps}\n  backup", "bandwith: 10 Gbps}\n  backup", "DX-F005"),
    "wrong type": ("route_propagation: on", "route_propagation: maybe", "DX-F007"),
    "missing key": ("device: dx_2, ", "", "DX-F006"),
    "no quantity": ("delay: 3 ms", "delay: 3", "DX-F008"),
    "key twice": ("asn: 65000\n", "asn: 65000\n  asn: 65000\n", "DX-F004"),
}


@pytest.mark.parametrize("form", BESIDE)
def test_a_vlan_of_5000_is_told_beside_it(form: str) -> None:
    old, new, code = BESIDE[form]
    assert old in SHIPPED
    text = SHIPPED.replace(old, new, 1).replace("vlan: 101", "vlan: 5000")
    assert [found for found, _ in told(text)] == [code, "DX-T013"]


def test_a_misspelt_key_is_read_as_what_it_was_meant_to_be() -> None:
    text = SHIPPED.replace("vlan: 101", "vlna: 5000")
    assert told(text) == [
        ("DX-F005", "'vlna' is not known in virtual_interfaces.primary"),
        ("DX-T013", "VLAN 5000 is out of range"),
    ]
