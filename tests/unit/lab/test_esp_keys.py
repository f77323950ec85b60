"""Keys as Wireshark's table of ESP SAs has them."""

from __future__ import annotations

import csv
from ipaddress import IPv4Address

from dxemu.lab.esp_keys import line
from dxemu.netlink import xfrm
from dxemu.netlink.xfrm import AesCbcSha256, AesGcm, EspKeys, EspState

ENDS = {"source": IPv4Address("192.0.2.1"), "destination": IPv4Address("192.0.2.2"), "spi": 0xC0D05C8E}


def keys(algorithms: tuple[str, ...], *found: bytes) -> EspKeys:
    return EspKeys(**ENDS, algorithms=algorithms, keys=found)


def test_gcm_has_its_salt_in_the_key_and_no_other() -> None:
    (row,) = csv.reader([line(keys(("rfc4106(gcm(aes))",), bytes(36)))])
    assert row[:4] == ["IPv4", "192.0.2.1", "192.0.2.2", "0xc0d05c8e"]
    assert row[4:] == ["AES-GCM with 16 octet ICV [RFC4106]", "0x" + "00" * 36, "NULL", ""]


def test_cbc_has_two() -> None:
    (row,) = csv.reader([line(keys(("cbc(aes)", "hmac(sha256)"), b"\1" * 16, b"\2" * 32))])
    assert row[4:] == ["AES-CBC [RFC3602]", "0x" + "01" * 16, "HMAC-SHA-256-128 [RFC4868]", "0x" + "02" * 32]


def test_what_wireshark_calls_otherwise_is_left_out() -> None:
    assert line(keys(("cbc(des)",), bytes(8))) == ""


def test_what_the_kernel_says_of_a_state_has_its_keys() -> None:
    ends = (IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"))
    for cipher, wanted in (
        (AesGcm(key=bytes(range(36))), (bytes(range(36)),)),
        (AesCbcSha256(key=bytes(16), auth_key=bytes(range(32))), (bytes(16), bytes(range(32)))),
    ):
        state = EspState(source=ends[0], destination=ends[1], spi=7, cipher=cipher)
        head = bytes(xfrm._SA_ID_OFFSET) + xfrm._ID.pack(ends[1].packed.ljust(16, b"\0"), (7).to_bytes(4, "big"), 50)
        answer = head + ends[0].packed.ljust(16, b"\0") + xfrm._UNLIMITED + bytes(32) + bytes(xfrm._SA_TAIL.size)
        read = xfrm._read_keys(answer + xfrm._cipher(state.cipher))
        assert (read.source, read.destination, read.spi, read.keys) == (*ends, 7, wanted)
        assert wanted[0].hex() not in repr(read)
