"""Link aggregation groups: how many members, of what kind, and what may hang on them."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.aws.lag import FAST, MOST_FAST_MEMBERS, MOST_MEMBERS
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import ConnectionEntry, TopologyFile
from dxemu.topology.words import listed

PARAGRAPHS = {
    "DX-T030": """\
A link aggregation group has at most 4 members of 1 or 10 Gbps, or 2 of 100 or 400 Gbps. Source:
Direct Connect User Guide, Link aggregation groups.""",
    "DX-T031": """\
All members of a link aggregation group are dedicated connections of one speed between the same
two devices: AWS has no multi-chassis LAG, so a LAG is one device and one location and counts as
one connection for AWS's service level agreement. Source: Direct Connect User Guide, Link
aggregation groups.""",
    "DX-T032": """\
With fewer working members than its minimum links the whole LAG goes down with all its virtual
interfaces. More than there are members would keep it down for ever. With 0, AWS's default, AWS
goes on reporting a LAG as available when no member works: 1 is a better choice. Source: Direct
Connect User Guide, Link aggregation groups.""",
    "DX-T033": """\
A link aggregation group is made of the connections that name it with `lag:`. AWS lets an empty
one remain, but it carries nothing.""",
    "DX-T034": """\
When a connection joins a LAG its virtual interfaces move to the LAG, and their VLANs must be
unique there. A virtual interface names the LAG as its `connection`. Source: Direct Connect API,
AssociateConnectionWithLag.""",
    "DX-T113": """\
The members of a link aggregation group are one account's connections: another account gets a hosted
virtual interface on the group, or a connection and a group of its own. Source: Direct Connect User
Guide, Link aggregation groups.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T003: unknown LAG. DX-T030: too many members. DX-T031: members that differ. DX-T032: minimum links.

    DX-T033: no members. DX-T034: a virtual interface on a member. DX-T113: members of two accounts.
    """
    members: dict[str, dict[str, ConnectionEntry]] = {}
    for name, connection in file.connections.items():
        if connection.lag is None:
            continue
        if connection.lag not in file.lags:
            findings.unknown(("connections", name, "lag"), "LAG", connection.lag, file.lags)
        members.setdefault(connection.lag, {})[name] = connection
    for name, lag in file.lags.items():
        mine = members.get(name, {})
        if not mine:
            remedy = f"Give a connection `lag: {name}`, or take the LAG out."
            findings.add_name(("lags", name), "DX-T033", f"LAG '{name}' has no member", remedy)
        if not 0 <= lag.minimum_links <= len(mine) and mine:
            problem = f"LAG '{name}' has {len(mine)} members and cannot need {lag.minimum_links} of them"
            remedy = f"AWS takes 0 to the number of members. Use at least 1, and at most {len(mine)}."
            findings.add(("lags", name, "minimum_links"), "DX-T032", problem, remedy)
        _count(name, mine, findings)
        _alike(name, mine, findings)
    for name, vif in file.virtual_interfaces.items():
        on = file.connections.get(vif.connection)
        if on is not None and on.lag in file.lags and on.lag != vif.connection:
            problem = (
                f"connection '{vif.connection}' is a member of LAG '{on.lag}' and has no virtual interfaces itself"
            )
            remedy = f"Write `connection: {on.lag}`: they belong to the LAG."
            findings.add(("virtual_interfaces", name, "connection"), "DX-T034", problem, remedy)


def _count(lag: str, members: Mapping[str, ConnectionEntry], findings: Findings) -> None:
    fastest = max((c.bandwidth for c in members.values()), default=0)
    most = MOST_FAST_MEMBERS if fastest >= FAST else MOST_MEMBERS
    for name in list(members)[most:]:
        problem = f"'{name}' is one member too many in LAG '{lag}'"
        remedy = f"AWS takes {MOST_MEMBERS} members of 1 or 10 Gbps, or {MOST_FAST_MEMBERS} of 100 or 400 Gbps."
        findings.add(("connections", name, "lag"), "DX-T030", problem, remedy)


def _alike(lag: str, members: Mapping[str, ConnectionEntry], findings: Findings) -> None:
    if not members:
        return
    first_name, first = next(iter(members.items()))
    for name, member in members.items():
        for key in ("bandwidth", "location", "device", "router"):
            mine, other = getattr(member, key), getattr(first, key)
            if mine != other:
                problem = f"members of LAG '{lag}' differ: {key} {mine} here, {other} of '{first_name}'"
                remedy = f"All members have the same {listed(('bandwidth', 'location', 'device', 'router'), 'and')}."
                findings.add(("connections", name, key), "DX-T031", problem, remedy)
                break
        if member.owner_account != first.owner_account:
            problem = f"'{name}' is not of the account of '{first_name}', and both are in LAG '{lag}'"
            remedy = "An account bundles its own connections. Give all members one `owner_account`."
            findings.add(("connections", name, "owner_account"), "DX-T113", problem, remedy)
