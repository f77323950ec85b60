"""The bricks of nftables messages, around pyroute2's classes."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyroute2.netlink.nfnetlink.nftsocket import nft_chain_msg, nft_rule_msg, nft_table_msg

from dxemu.netlink.session import NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, Netlink

_NFNL_MSG_BATCH_BEGIN = 0x10
_NFNL_MSG_BATCH_END = 0x11
_SUBSYSTEM = 10
NEWTABLE, DELTABLE, NEWCHAIN, NEWRULE, GETRULE = (_SUBSYSTEM << 8 | number for number in (0, 2, 3, 6, 7))
FAMILY: dict[str, int] = {"nfgen_family": socket.AF_INET}
INET_FAMILY: dict[str, int] = {"nfgen_family": 1}
"""IPv4 and IPv6."""
NETDEV_FAMILY: dict[str, int] = {"nfgen_family": 5}
"""Chains of one interface, which see what comes in by it first of all: linux/netfilter.h, NFPROTO_NETDEV."""
REGISTER = 1
EQUAL, OTHER, LESS, GREATER = 0, 1, 2, 4
META_LEN, META_PROTOCOL, META_IIFNAME, META_OIFNAME, META_L4PROTO = 0, 1, 6, 7, 16
NETWORK_HEADER, TRANSPORT_HEADER = 1, 2
IFNAMSIZ = 16
ACCEPT = 1
NLM_F_APPEND = 0x800

Attributes = list[tuple[str, Any]]  # Any: text, a number, bytes, or pyroute2's nesting
Expression = dict[str, Any]  # Any: as above
Rule = list[Expression]
_VERDICT = 0
_DROP = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChain:
    """A chain of type `kind` at `hook` (number and priority), of one `interface` in the family of those."""

    name: str
    kind: str
    hook: tuple[int, int]
    rules: Sequence[Rule]
    interface: str | None = None


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


def compare(operator: int, value: bytes, *, register: int = REGISTER) -> dict[str, Any]:
    """Go on only if the register compares with `value` so."""
    data = nested([("NFTA_DATA_VALUE", value)])
    return expression("cmp", [("NFTA_CMP_SREG", register), ("NFTA_CMP_OP", operator), ("NFTA_CMP_DATA", data)])


def payload(header: int, offset: int, length: int, *, register: int = REGISTER) -> dict[str, Any]:
    """Load bytes of a header into the register."""
    load: Attributes = [
        ("NFTA_PAYLOAD_DREG", register),
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


def drop() -> Rule:
    """Count the packet, and let it go no further."""
    verdict = nested([("NFTA_DATA_VERDICT", nested([("NFTA_VERDICT_CODE", _DROP)]))])
    decide: Attributes = [("NFTA_IMMEDIATE_DREG", _VERDICT), ("NFTA_IMMEDIATE_DATA", verdict)]
    return [expression("counter", []), expression("immediate", decide)]


async def make_table(
    netlink: Netlink, table: str, chains: Sequence[FilterChain], family: dict[str, int] = FAMILY
) -> None:
    """A table with its chains and their rules, all at once. Raises NetlinkError."""
    requests = [(build(nft_table_msg, family, [("NFTA_TABLE_NAME", table)]), NEWTABLE, NLM_F_CREATE | NLM_F_EXCL)]
    for chain in chains:
        requests.append((build(nft_chain_msg, family, _attributes(table, chain)), NEWCHAIN, NLM_F_CREATE))
        for expressions in chain.rules:
            of_rule: Attributes = [
                ("NFTA_RULE_TABLE", table),
                ("NFTA_RULE_CHAIN", chain.name),
                ("NFTA_RULE_EXPRESSIONS", expressions),
            ]
            requests.append((build(nft_rule_msg, family, of_rule), NEWRULE, NLM_F_CREATE | NLM_F_APPEND))
    await transaction(netlink, requests, f"nftables table {table}")


def _attributes(table: str, chain: FilterChain) -> Attributes:
    place: Attributes = [("NFTA_HOOK_HOOKNUM", chain.hook[0]), ("NFTA_HOOK_PRIORITY", chain.hook[1])]
    if chain.interface is not None:
        place.append(("NFTA_HOOK_DEV", chain.interface))
    return [
        ("NFTA_CHAIN_TABLE", table),
        ("NFTA_CHAIN_NAME", chain.name),
        ("NFTA_CHAIN_HOOK", nested(place)),
        ("NFTA_CHAIN_POLICY", ACCEPT),
        ("NFTA_CHAIN_TYPE", chain.kind),
    ]


async def delete_table(netlink: Netlink, table: str, family: dict[str, int] = FAMILY) -> None:
    """Remove a table with all that is in it. Raises NetlinkError if there is none."""
    request = (build(nft_table_msg, family, [("NFTA_TABLE_NAME", table)]), DELTABLE, 0)
    await transaction(netlink, [request], f"nftables table {table}: delete")
