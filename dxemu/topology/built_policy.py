"""The customer's policies of a topology file -> CustomerPolicy, and those per prefix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dxemu.bgp.prefix_policy import PrefixPolicy, parse
from dxemu.topology.file_policy import PolicyEntry, PrefixPolicyEntry
from dxemu.topology.file_vpn import TunnelCustomerEntry
from dxemu.topology.model_routing import CustomerPolicy
from dxemu.units import community


def policy(entry: PolicyEntry) -> CustomerPolicy:
    """The customer's policy as the file states it."""
    return CustomerPolicy(
        local_pref=entry.local_pref,
        communities=tuple(community(each) for each in entry.communities),
        send_communities=entry.send_communities,
        as_path_prepend=entry.as_path_prepend,
        med=entry.med,
        announce=None if entry.announce is None else tuple(dict.fromkeys(entry.announce)),
        accept=None if entry.accept is None else tuple(entry.accept),
        policies=policies(entry.policies),
        allow_as_in=entry.allow_as_in,
        tcp_mss=entry.tcp_mss,
        shape=entry.shape,
        nat=entry.nat,
        enabled=entry.enabled,
    )


def policies(entries: Mapping[str, PrefixPolicyEntry]) -> tuple[PrefixPolicy, ...]:
    """What is done with some prefixes, in the file's order."""
    return tuple(
        PrefixPolicy(
            filter=parse(text),
            accept=entry.accept,
            announce=entry.announce,
            local_pref=entry.local_pref,
            communities=None if entry.communities is None else tuple(map(community, entry.communities)),
            prepend=entry.as_path_prepend,
            med=entry.med,
        )
        for text, entry in entries.items()
    )


def policy_of_tunnel(of_vpn: CustomerPolicy, entry: TunnelCustomerEntry) -> CustomerPolicy:
    """A tunnel's policy: the VPN's, but for what is written of the tunnel."""
    communities = None if entry.communities is None else tuple(map(community, entry.communities))
    return replace(
        of_vpn,
        local_pref=of_vpn.local_pref if entry.local_pref is None else entry.local_pref,
        communities=of_vpn.communities if communities is None else communities,
        as_path_prepend=of_vpn.as_path_prepend if entry.as_path_prepend is None else entry.as_path_prepend,
        med=of_vpn.med if entry.med is None else entry.med,
        policies=of_vpn.policies if entry.policies is None else policies(entry.policies),
    )
