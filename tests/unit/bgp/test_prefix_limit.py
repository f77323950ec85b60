"""What counts towards a prefix limit."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from dxemu.bgp.prefix_limit import ReceivedPrefixes
from dxemu.bgp.route import Announcement
from dxemu.units import Asn

OWN, CUSTOMER = Asn(64512), Asn(65000)
PREFIXES = [IPv4Network(f"10.64.{number}.0/24") for number in range(5)]


def announced(*numbers: int, as_path: tuple[Asn, ...] = (CUSTOMER,)) -> list[Announcement]:
    return [
        Announcement(prefix=PREFIXES[number], next_hop=IPv4Address("169.254.0.6"), as_path=as_path)
        for number in numbers
    ]


def test_a_prefix_counts_once_until_it_is_withdrawn() -> None:
    received = ReceivedPrefixes(OWN)
    assert received.hear(announced(0, 1, 2), []) == 3
    assert received.hear(announced(2, 3, as_path=(CUSTOMER, CUSTOMER)), []) == 4
    assert received.hear([], [PREFIXES[0], PREFIXES[4]]) == 3
    assert received.hear(announced(4), [PREFIXES[1]]) == 3


def test_withdrawn_and_announced_in_one_message_is_announced() -> None:
    assert ReceivedPrefixes(OWN).hear(announced(0), [PREFIXES[0]]) == 1


def test_own_prefixes_that_come_back_do_not_count() -> None:
    received = ReceivedPrefixes(OWN)
    assert received.hear(announced(0, as_path=(CUSTOMER, OWN)), []) == 0
    assert received.hear(announced(1), []) == 1
    assert received.hear(announced(1, as_path=(CUSTOMER, OWN)), []) == 0


def test_a_new_session_begins_with_nothing() -> None:
    received = ReceivedPrefixes(OWN)
    received.hear(announced(0, 1), [])
    received.forget()
    assert received.hear(announced(2), []) == 1
