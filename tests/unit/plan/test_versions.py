"""Which rules a version of a daemon is predicted with."""

from __future__ import annotations

import pytest

from dxemu.plan.versions import DEBIAN_12, KNOWN, Versions, rules_of, unknown


@pytest.mark.parametrize(
    ("version", "rules"),
    [
        ("5.9.8", "5.9.8"),
        ("5.9.13", "5.9.8"),
        ("6.0.0", "5.9.8"),
        ("6.0.1", "6.0.1"),
        ("6.0.10", "6.0.1"),
        ("7.1rc1", "6.0.1"),
        ("5.8.2", "5.9.8"),
        ("", "6.0.1"),
    ],
)
def test_a_version_follows_the_newest_known_one_that_is_not_newer(version: str, rules: str) -> None:
    assert rules_of("strongSwan", version) == rules


@pytest.mark.parametrize(
    ("version", "traffic"), [("5.9.8", True), ("5.9.13", True), ("6.0.1", False), ("6.1.0", False)]
)
def test_traffic_is_a_sign_of_life_before_6_0_1(version: str, traffic: bool) -> None:
    assert Versions(strongswan=version).traffic_is_a_sign_of_life is traffic


def test_an_unknown_version_is_told_with_the_rules_that_were_taken() -> None:
    assert unknown("strongSwan", "6.1.0") == (
        "strongSwan 6.1.0: compared with labs of 5.9.8 and 6.0.1; taken are the rules of 6.0.1"
    )
    assert [unknown(name, version) for name, known in KNOWN.items() for version in known] == [""] * 7


def test_those_of_debian_12_are_known() -> None:
    assert all(version == KNOWN[name][0] for name, version in DEBIAN_12.named())
