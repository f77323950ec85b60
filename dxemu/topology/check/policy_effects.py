"""Whether what is said of some prefixes can have an effect: only of what is heard, or told, on that session."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dxemu.topology.check.announced import announced_by_aws, announced_by_the_customer, networks, originated
from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_policy import PolicyEntry, PrefixPolicyEntry
from dxemu.topology.marks import KeyPath
from dxemu.topology.words import listed, quoted
from dxemu.units import IPNetwork

HEARD_WITH = ("local_pref",)
TOLD_WITH = ("communities", "as_path_prepend", "med")
"""What a policy does with routes that are heard, and with those that are told."""
MOST = 5


def effects(
    file: TopologyFile,
    path: KeyPath,
    policies: Mapping[str, PrefixPolicyEntry],
    deciding: Mapping[str, Collection[IPNetwork]],
    findings: Findings,
) -> None:
    """DX-T124 for a session with AWS; `deciding` are the prefixes that each filter decides about."""
    sides = ((HEARD_WITH, _heard(file), "AWS announces"), (TOLD_WITH, _told(file, path), "you announce"))
    for text, prefixes in deciding.items():
        for keys, those, whom in sides:
            for key in keys if those.keys().isdisjoint(prefixes) else ():
                if getattr(policies[text], key) is not None:
                    problem = f"`{key}` has no effect here: {whom} nothing that {quoted(text)} matches"
                    findings.add((*path, text, key), "DX-T124", problem, _remedy(keys, whom, those))


def _remedy(keys: Collection[str], whom: str, those: Collection[IPNetwork]) -> str:
    words = listed([f"`{key}`" for key in keys], "and")
    some = f": {listed(map(str, list(those)[:MOST]), 'and')}" if those else ", and that is nothing"
    return f"{words} {'are' if len(keys) > 1 else 'is'} for what {whom} here{some}."


def _heard(file: TopologyFile) -> dict[IPNetwork, None]:
    """What may come from AWS: with SiteLink, or VPN CloudHub, other sites' networks, too."""
    found = dict.fromkeys(announced_by_aws(file))
    if file.vpns or any(vif.site_link for vif in file.virtual_interfaces.values()):
        found |= dict.fromkeys(announced_by_the_customer(file))
    return found


def _told(file: TopologyFile, path: KeyPath) -> dict[IPNetwork, None]:
    """What the customer may announce on the session whose policies are at `path`."""
    kind, name = path[0], str(path[1])
    policy: PolicyEntry = (file.virtual_interfaces if kind == "virtual_interfaces" else file.vpns)[name].customer
    here = networks(file) if policy.announce is None else policy.announce
    return dict.fromkeys((*here, *originated(file)))
