"""Packets that are dropped by what they are: an nftables table with one chain of counting drop rules."""

from __future__ import annotations

import errno
import socket
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from pyroute2.netlink.nfnetlink.nftsocket import nft_chain_msg, nft_rule_msg, nft_table_msg

from dxemu.netlink.session import NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink, NetlinkError

_NFNL_MSG_BATCH_BEGIN = 0x10
_NFNL_MSG_BATCH_END = 0x11
_SUBSYSTEM = 10
_NEWTABLE, _DELTABLE, _NEWCHAIN, _NEWRULE, _GETRULE = (_SUBSYSTEM << 8 | number for number in (0, 2, 3, 6, 7))
_FAMILY: dict[str, int] = {"nfgen_family": socket.AF_INET}
_CHAIN = "drops"
_VERDICT, _REGISTER = 0, 1
_EQUAL, _GREATER = 0, 4
_META_LEN, _META_IIFNAME, _META_L4PROTO = 0, 6, 16
_TRANSPORT_HEADER = 2
_ACCEPT, _DROP = 1, 0
_IFNAMSIZ = 16
_NLM_F_APPEND = 0x800

_Attributes = list[tuple[str, Any]]  # Any: text, a number, bytes, or pyroute2's nesting


def _build(message: Any, fields: dict[str, int], attributes: _Attributes) -> Any:  # Any: pyroute2 is untyped
    built = message()
    built.update(fields)
    built["attrs"] = attributes
    return built


def _nested(attributes: _Attributes) -> dict[str, Any]:  # Any: as above
    return {"attrs": attributes}


class Hook(IntEnum):
    """Where the rules look: at packets to this node, through it, or from it."""

    INPUT = 1
    FORWARD = 2
    OUTPUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRule:
    """Drop IPv4 packets that fit everything that is given. `longer_than` counts bytes with the IP header.

    `protocol` is an IP protocol number (`socket.IPPROTO_UDP`); ports need one that has ports.
    """

    interface: str | None = None
    protocol: int | None = None
    source_port: int | None = None
    destination_port: int | None = None
    longer_than: int | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """What one rule has dropped since it was made."""

    packets: int
    bytes: int


def _expression(name: str, attributes: _Attributes) -> dict[str, Any]:
    return _nested([("NFTA_EXPR_NAME", name), ("NFTA_EXPR_DATA", _nested(attributes))])


def _meta(key: int) -> dict[str, Any]:
    return _expression("meta", [("NFTA_META_KEY", key), ("NFTA_META_DREG", _REGISTER)])


def _compare(operator: int, value: bytes) -> dict[str, Any]:
    data = _nested([("NFTA_DATA_VALUE", value)])
    return _expression("cmp", [("NFTA_CMP_SREG", _REGISTER), ("NFTA_CMP_OP", operator), ("NFTA_CMP_DATA", data)])


def _port(offset: int, port: int) -> list[dict[str, Any]]:
    load: _Attributes = [
        ("NFTA_PAYLOAD_DREG", _REGISTER),
        ("NFTA_PAYLOAD_BASE", _TRANSPORT_HEADER),
        ("NFTA_PAYLOAD_OFFSET", offset),
        ("NFTA_PAYLOAD_LEN", 2),
    ]
    return [_expression("payload", load), _compare(_EQUAL, struct.pack("!H", port))]


def _expressions(rule: DropRule) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if rule.interface is not None:
        found += [_meta(_META_IIFNAME), _compare(_EQUAL, rule.interface.encode().ljust(_IFNAMSIZ, b"\0"))]
    if rule.protocol is not None:
        found += [_meta(_META_L4PROTO), _compare(_EQUAL, bytes([rule.protocol]))]
    if rule.source_port is not None:
        found += _port(0, rule.source_port)
    if rule.destination_port is not None:
        found += _port(2, rule.destination_port)
    if rule.longer_than is not None:
        order: _Attributes = [
            ("NFTA_BYTEORDER_SREG", _REGISTER),
            ("NFTA_BYTEORDER_DREG", _REGISTER),
            ("NFTA_BYTEORDER_OP", 1),
            ("NFTA_BYTEORDER_LEN", 4),
            ("NFTA_BYTEORDER_SIZE", 4),
        ]
        found += [
            _meta(_META_LEN),
            _expression("byteorder", order),
            _compare(_GREATER, struct.pack("!I", rule.longer_than)),
        ]
    verdict = _nested([("NFTA_DATA_VERDICT", _nested([("NFTA_VERDICT_CODE", _DROP)]))])
    drop: _Attributes = [("NFTA_IMMEDIATE_DREG", _VERDICT), ("NFTA_IMMEDIATE_DATA", verdict)]
    return [*found, _expression("counter", []), _expression("immediate", drop)]


async def _transaction(netlink: Netlink, requests: list[tuple[Any, int, int]], what: str) -> None:
    def edge() -> Any:  # Any: pyroute2 is untyped
        return _build(nft_table_msg, {"nfgen_family": 0, "res_id": _SUBSYSTEM}, [])

    confirmed = [(message, kind, flags | NLM_F_ACK) for message, kind, flags in requests]
    await netlink.transaction(what, [(edge(), _NFNL_MSG_BATCH_BEGIN, 0), *confirmed, (edge(), _NFNL_MSG_BATCH_END, 0)])


async def apply(netlink: Netlink, table: str, hook: Hook, rules: tuple[DropRule, ...]) -> None:
    """Make the table with all its rules at once. `netlink` is of protocol NETLINK_NETFILTER. Raises NetlinkError."""
    place = _nested([("NFTA_HOOK_HOOKNUM", int(hook)), ("NFTA_HOOK_PRIORITY", 0)])
    chain: _Attributes = [
        ("NFTA_CHAIN_TABLE", table),
        ("NFTA_CHAIN_NAME", _CHAIN),
        ("NFTA_CHAIN_HOOK", place),
        ("NFTA_CHAIN_POLICY", _ACCEPT),
        ("NFTA_CHAIN_TYPE", "filter"),
    ]
    requests = [
        (_build(nft_table_msg, _FAMILY, [("NFTA_TABLE_NAME", table)]), _NEWTABLE, NLM_F_CREATE | NLM_F_EXCL),
        (_build(nft_chain_msg, _FAMILY, chain), _NEWCHAIN, NLM_F_CREATE),
    ]
    for rule in rules:
        attributes: _Attributes = [
            ("NFTA_RULE_TABLE", table),
            ("NFTA_RULE_CHAIN", _CHAIN),
            ("NFTA_RULE_EXPRESSIONS", _expressions(rule)),
        ]
        requests.append((_build(nft_rule_msg, _FAMILY, attributes), _NEWRULE, NLM_F_CREATE | _NLM_F_APPEND))
    await _transaction(netlink, requests, f"nftables table {table}")


async def read(netlink: Netlink, table: str) -> tuple[Dropped, ...]:
    """What each rule has dropped, in order; empty if there is no such table."""
    question = _build(nft_rule_msg, _FAMILY, [("NFTA_RULE_TABLE", table), ("NFTA_RULE_CHAIN", _CHAIN)])
    answers = await netlink.request(f"nftables table {table}", question, _GETRULE, NLM_F_DUMP)
    return tuple(_counter(answer) for answer in answers)


def _counter(answer: Any) -> Dropped:
    for expression in answer.get_attr("NFTA_RULE_EXPRESSIONS"):
        if expression.get_attr("NFTA_EXPR_NAME") == "counter":
            data = expression.get_attr("NFTA_EXPR_DATA")
            return Dropped(int(data.get_attr("NFTA_COUNTER_PACKETS")), int(data.get_attr("NFTA_COUNTER_BYTES")))
    return Dropped(0, 0)


async def delete(netlink: Netlink, table: str, *, missing_ok: bool = False) -> None:
    """Remove the table with its rules. Raises NetlinkError if there is none, unless that is fine."""
    request = (_build(nft_table_msg, _FAMILY, [("NFTA_TABLE_NAME", table)]), _DELTABLE, 0)
    try:
        await _transaction(netlink, [request], f"nftables table {table}: delete")
    except NetlinkError as refused:
        if not (missing_ok and refused.errno == errno.ENOENT):
            raise
