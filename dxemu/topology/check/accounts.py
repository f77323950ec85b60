"""Accounts: a gateway takes virtual interfaces of its own account."""

from __future__ import annotations

from dxemu.topology.check.findings import Findings
from dxemu.topology.check.ports import members
from dxemu.topology.file import TopologyFile

PARAGRAPHS = {
    "DX-T114": """\
A virtual interface and the Direct Connect gateway or virtual private gateway that it ends at belong
to one account; who accepts a hosted virtual interface names a gateway of their own. A Direct
Connect gateway reaches gateways of other accounts by association proposals. Source: Direct Connect
User Guide, Direct Connect gateways, and Hosted virtual interfaces.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T114: virtual interfaces of two accounts on one gateway."""
    first: dict[str, str] = {}
    for name, vif in file.virtual_interfaces.items():
        if vif.gateway is None:
            continue
        other = first.setdefault(vif.gateway, name)
        mine, theirs = _owner(file, name), _owner(file, other)
        if mine != theirs:
            problem = f"'{name}' is of {_account(mine)}, '{other}' on gateway '{vif.gateway}' is of {_account(theirs)}"
            remedy = "A virtual interface ends at a gateway of its own account. Use another gateway."
            findings.add(("virtual_interfaces", name, "gateway"), "DX-T114", problem, remedy)


def _owner(file: TopologyFile, name: str) -> str:
    """A virtual interface's account: the connection's own unless it was given to another one."""
    vif = file.virtual_interfaces[name]
    ports = members(file, vif.connection).values()
    return vif.owner_account or next((port.owner_account for port in ports), "")


def _account(name: str) -> str:
    return f"account '{name}'" if name else "your own account"
