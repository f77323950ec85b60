"""A rule that says in which table packets are looked up (policy routing)."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any

from pyroute2.netlink.rtnl.fibmsg import fibmsg

from dxemu.netlink.route import COMPAT, FAMILY, VERSION
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink, NetlinkError

RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE = 32, 33, 34
TO_TABLE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """Lower `priority` comes first; VRFs have one rule of 1000. `incoming` None: whatever interface it came in by."""

    priority: int
    table: int
    incoming: str | None = None
    version: int = 4


def _message(rule: PolicyRule) -> Any:  # Any: pyroute2 is untyped
    request = fibmsg()
    request["family"], request["action"] = FAMILY[rule.version], TO_TABLE
    request["table"] = rule.table if rule.table < COMPAT else COMPAT
    request["attrs"] = [("FRA_TABLE", rule.table), ("FRA_PRIORITY", rule.priority)]
    if rule.incoming is not None:
        request["attrs"].append(("FRA_IIFNAME", rule.incoming))
    return request


async def apply(netlink: Netlink, rule: PolicyRule) -> None:
    """Put the rule in. Raises NetlinkError, for example if it is there."""
    what = f"rule {rule.priority} to table {rule.table}"
    await netlink.request(what, _message(rule), RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL)


async def read(netlink: Netlink, *, version: int = 4) -> tuple[PolicyRule, ...]:
    """The rules that lead to a table, in order of priority."""
    request = fibmsg()
    request["family"] = FAMILY[version]
    answers = await netlink.request("read rules", request, RTM_GETRULE, NLM_F_DUMP)
    found = [
        PolicyRule(
            priority=int(a.get_attr("FRA_PRIORITY") or 0),
            table=int(a.get_attr("FRA_TABLE") or a["table"]),
            incoming=a.get_attr("FRA_IIFNAME"),
            version=VERSION[a["family"]],
        )
        for a in answers
        if a["action"] == TO_TABLE and a["family"] == FAMILY[version]
    ]
    return tuple(sorted(found, key=lambda rule: rule.priority))


async def delete(netlink: Netlink, rule: PolicyRule, *, missing_ok: bool = False) -> None:
    """Take it out. Raises NetlinkError if it is not there, unless that is fine."""
    try:
        await netlink.request(f"delete rule {rule.priority}", _message(rule), RTM_DELRULE)
    except NetlinkError as error:
        if not (missing_ok and error.errno == errno.ENOENT):
            raise
