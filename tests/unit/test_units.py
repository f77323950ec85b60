from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.units import MAX_ASN, MAX_VLAN_ID, Asn, BitsPerSecond, PacketsPerSecond, Seconds, VlanId

TEXT = st.one_of(st.text(max_size=12), st.from_regex(r"[0-9]{1,6}(\.[0-9]{1,3})? ?[A-Za-z/%]{0,4}", fullmatch=True))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("300 ms", 0.3), ("90 s", 90), ("2 min", 120), ("1 h", 3600), ("50us", 5e-5), ("0 s", 0), (" 1.5 s ", 1.5)],
)
def test_seconds(text: str, seconds: float) -> None:
    assert Seconds.parse(text) == seconds


@pytest.mark.parametrize(
    ("text", "bits"),
    [("10 Gbps", 10**10), ("10Gbps", 10**10), ("500 Mbps", 5 * 10**8), ("1.6 Tbps", 1_600_000_000_000)],
)
def test_bits_per_second(text: str, bits: int) -> None:
    assert BitsPerSecond.parse(text) == bits


def test_packets_per_second() -> None:
    assert PacketsPerSecond.parse("1000/s") == 1000
    assert PacketsPerSecond(1000).interval == Seconds(0.001)


@pytest.mark.parametrize("unit", [Seconds, BitsPerSecond, PacketsPerSecond])
@pytest.mark.parametrize("bare", [10, 10.5, "10", "0.5"])
def test_a_bare_number_is_refused(unit: Any, bare: object) -> None:
    with pytest.raises(ValueError, match=f"cannot tell {bare} what; write it with a unit"):
        unit.parse(bare)


@pytest.mark.parametrize("unit", [Seconds, BitsPerSecond, PacketsPerSecond])
@pytest.mark.parametrize("wrong", [None, True, [], {}, "", "s", "-1 s", "1 S", "1 gbps", "1,5 s", "1e3 s", "9 %"])
def test_what_is_no_quantity_is_refused_with_an_example(unit: Any, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"such as|for example"):
        unit.parse(wrong)


@given(st.integers(0, 10**14))
def test_seconds_survive_their_text(nanoseconds: int) -> None:
    value = Seconds(round(nanoseconds * 1e-9, 9))
    assert Seconds.parse(str(value)) == value


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (90, "90 s"),
        (100_000, "100000 s"),
        (1234.567, "1234.567 s"),
        (10_800.001, "10800.001 s"),
        (0.1 + 0.2, "300 ms"),
        (0.0123456, "12.3456 ms"),
        (5e-5, "50 us"),
        (0.99999999999, "1000 ms"),
    ],
)
def test_seconds_are_written_to_the_nanosecond(seconds: float, text: str) -> None:
    assert str(Seconds(seconds)) == text


@given(st.integers(1000, 10**15))
def test_bit_rates_survive_their_text(rate: int) -> None:
    assert BitsPerSecond.parse(str(BitsPerSecond(rate))) == rate


@given(st.integers(1, 10**9))
def test_packet_rates_survive_their_text(rate: int) -> None:
    assert PacketsPerSecond.parse(str(PacketsPerSecond(rate))) == rate


@pytest.mark.parametrize("unit", [Seconds, BitsPerSecond, PacketsPerSecond])
@given(text=TEXT)
def test_any_text_is_a_quantity_or_a_value_error(unit: Any, text: str) -> None:
    try:
        assert unit.parse(text) >= 0
    except ValueError as error:
        assert str(error)


@pytest.mark.parametrize(("kind", "least", "most"), [(Asn, 1, MAX_ASN), (VlanId, 1, MAX_VLAN_ID)])
def test_numbers_with_a_range(kind: Any, least: int, most: int) -> None:
    assert (kind(least), kind(most)) == (least, most)
    for outside in (least - 1, most + 1):
        with pytest.raises(ValueError, match=f"{outside} is not"):
            kind(outside)


def test_text_of_a_duration_has_the_fitting_unit() -> None:
    assert [str(Seconds(s)) for s in (0, 90, 1.5, 0.3, 0.00005)] == ["0 s", "90 s", "1.5 s", "300 ms", "50 us"]
