"""The bricks of nftables messages, around pyroute2's classes."""

from __future__ import annotations

import socket
from typing import Any

from pyroute2.netlink.nfnetlink.nftsocket import nft_chain_msg, nft_rule_msg, nft_table_msg

from dxemu.netlink.session import NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, Netlink

_NFNL_MSG_BATCH_BEGIN = 0x10
_NFNL_MSG_BATCH_END = 0x11
_SUBSYSTEM = 10
NEWTABLE, DELTABLE, NEWCHAIN, NEWRULE, GETRULE = (_SUBSYSTEM << 8 | number for number in (0, 2, 3, 6, 7))
FAMILY: dict[str, int] = {"nfgen_family": socket.AF_INET}
REGISTER = 1
EQUAL, GREATER = 0, 4
META_LEN, META_IIFNAME, META_OIFNAME, META_L4PROTO = 0, 6, 7, 16
NETWORK_HEADER, TRANSPORT_HEADER = 1, 2
IFNAMSIZ = 16
ACCEPT = 1
NLM_F_APPEND = 0x800

Attributes = list[tuple[str, Any]]  # Any: text, a number, bytes, or pyroute2's nesting


def build(message: Any, fields: dict[str, int], attributes: Attributes) -> Any:  # Any: pyroute2 is untyped
    """One of pyroute2's messages with its fields and attributes."""
    built = message()
    built.update(fields)
    built["attrs"] = attributes
    return built


def nested(attributes: Attributes) -> dict[str, Any]:  # Any: as above
    """Attributes inside an attribute."""
    return {"attrs": attributes}


def expression(name: str, attributes: Attributes) -> dict[str, Any]:
    """One step of a rule."""
    return nested([("NFTA_EXPR_NAME", name), ("NFTA_EXPR_DATA", nested(attributes))])


def meta(key: int) -> dict[str, Any]:
    """Load what is known of a packet into the register."""
    return expression("meta", [("NFTA_META_KEY", key), ("NFTA_META_DREG", REGISTER)])


def compare(operator: int, value: bytes) -> dict[str, Any]:
    """Go on only if the register compares with `value` so."""
    data = nested([("NFTA_DATA_VALUE", value)])
    return expression("cmp", [("NFTA_CMP_SREG", REGISTER), ("NFTA_CMP_OP", operator), ("NFTA_CMP_DATA", data)])


def payload(header: int, offset: int, length: int) -> dict[str, Any]:
    """Load bytes of a header into the register."""
    load: Attributes = [
        ("NFTA_PAYLOAD_DREG", REGISTER),
        ("NFTA_PAYLOAD_BASE", header),
        ("NFTA_PAYLOAD_OFFSET", offset),
        ("NFTA_PAYLOAD_LEN", length),
    ]
    return expression("payload", load)


def interface(key: int, name: str) -> list[dict[str, Any]]:
    """Go on only if the packet came in (META_IIFNAME) or leaves (META_OIFNAME) by an interface."""
    return [meta(key), compare(EQUAL, name.encode().ljust(IFNAMSIZ, b"\0"))]


async def transaction(netlink: Netlink, requests: list[tuple[Any, int, int]], what: str) -> None:
    """All of it or nothing. Raises NetlinkError."""

    def edge() -> Any:  # Any: pyroute2 is untyped
        return build(nft_table_msg, {"nfgen_family": 0, "res_id": _SUBSYSTEM}, [])

    confirmed = [(message, kind, flags | NLM_F_ACK) for message, kind, flags in requests]
    await netlink.transaction(what, [(edge(), _NFNL_MSG_BATCH_BEGIN, 0), *confirmed, (edge(), _NFNL_MSG_BATCH_END, 0)])


async def make_table(
    netlink: Netlink, table: str, chain: str, kind: str, hook: tuple[int, int], rules: list[list[dict[str, Any]]]
) -> None:
    """A table with one chain of type `kind` at `hook` (number and priority), and its rules, all at once."""
    place = nested([("NFTA_HOOK_HOOKNUM", hook[0]), ("NFTA_HOOK_PRIORITY", hook[1])])
    attributes: Attributes = [
        ("NFTA_CHAIN_TABLE", table),
        ("NFTA_CHAIN_NAME", chain),
        ("NFTA_CHAIN_HOOK", place),
        ("NFTA_CHAIN_POLICY", ACCEPT),
        ("NFTA_CHAIN_TYPE", kind),
    ]
    requests = [
        (build(nft_table_msg, FAMILY, [("NFTA_TABLE_NAME", table)]), NEWTABLE, NLM_F_CREATE | NLM_F_EXCL),
        (build(nft_chain_msg, FAMILY, attributes), NEWCHAIN, NLM_F_CREATE),
    ]
    for expressions in rules:
        of_rule: Attributes = [
            ("NFTA_RULE_TABLE", table),
            ("NFTA_RULE_CHAIN", chain),
            ("NFTA_RULE_EXPRESSIONS", expressions),
        ]
        requests.append((build(nft_rule_msg, FAMILY, of_rule), NEWRULE, NLM_F_CREATE | NLM_F_APPEND))
    await transaction(netlink, requests, f"nftables table {table}")
