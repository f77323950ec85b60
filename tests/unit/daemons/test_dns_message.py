from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from dxemu.daemons import dns_message

ADDRESS = IPv4Address("192.0.2.7")


def test_an_answer_says_the_address_and_whom_the_server_saw() -> None:
    said = dns_message.answer(dns_message.question(7, "www.example.com"), ADDRESS, "203.0.113.1")
    assert dns_message.read(said) == dns_message.Response(7, 0, ADDRESS, "203.0.113.1")


def test_on_the_wire_it_is_rfc_1035() -> None:
    assert dns_message.question(1, "a.bc") == bytes.fromhex("0001 0100 0001 0000 0000 0000 01 61 02 6263 00 0001 0001")
    said = dns_message.answer(dns_message.question(1, "a.bc"), ADDRESS, "x")
    assert said[:12] == bytes.fromhex("0001 8400 0001 0001 0000 0001")
    assert said[22:38] == bytes.fromhex("c00c 0001 0001 0000003c 0004 c0000207")


def test_another_type_is_not_implemented() -> None:
    asked = dns_message.question(1, "a.bc")[:-3] + b"\x1c\0\1"
    answer = dns_message.read(dns_message.answer(asked, ADDRESS, "x"))
    assert (answer.code, answer.address) == (dns_message.NOT_IMPLEMENTED, None)


@pytest.mark.parametrize("length", range(22))
def test_a_cut_question_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        dns_message.answer(dns_message.question(1, "a.bc")[:length], ADDRESS, "x")


@pytest.mark.parametrize("length", [0, 11, 12, 20, 25, 30])
def test_a_cut_answer_is_refused(length: int) -> None:
    said = dns_message.answer(dns_message.question(1, "a.bc"), ADDRESS, "x")
    with pytest.raises(ValueError, match=r"."):
        dns_message.read(said[:length])


def test_an_answer_is_no_question() -> None:
    said = dns_message.answer(dns_message.question(1, "a.bc"), ADDRESS, "x")
    with pytest.raises(ValueError, match="not one DNS question"):
        dns_message.answer(said, ADDRESS, "x")
