"""What the customer's routers announce to AWS, and words about BGP where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

from dxemu.topology.check.findings import Findings
from dxemu.topology.file import TopologyFile
from dxemu.topology.file_policy import PolicyEntry
from dxemu.topology.file_vpn import VpnEntry
from dxemu.topology.marks import KeyPath
from dxemu.units import IPNetwork

IPV6 = 6
OF_BGP = ("enabled", "send_communities", "med", "announce", "accept", "allow_as_in")

PARAGRAPHS = {
    "DX-T102": """\
A virtual interface or VPN announces the data center's networks if the file does not say which.
`announce` names others: some of them, parts of them (`10.0.1.0/24` of `10.0.0.0/16`), aggregates
around them, or the default route `0.0.0.0/0`, which AWS takes on private and transit virtual
interfaces. The longest prefix wins at AWS whatever path it came by, so a part that is announced on
the backup only draws the traffic there.""",
    "DX-T103": """\
This word is about BGP, and there is no BGP session here that it could be about: a static VPN has
none, and a virtual interface has one for IPv6 only with `ipv6: on`.""",
}


def check(file: TopologyFile, findings: Findings) -> None:
    """DX-T102: a prefix that is not the customer's to announce. DX-T103: a word that has no effect here."""
    for name, vif in file.virtual_interfaces.items():
        _announced(file, vif.customer, ("virtual_interfaces", name, "customer"), findings, ipv6=vif.ipv6)
    for name, vpn in file.vpns.items():
        path: KeyPath = ("vpns", name, "customer")
        if vpn.routing == "static":
            written = [(*path, key) for key in OF_BGP if key in vpn.customer.model_fields_set]
            for here in (*written, *_ends_of_tunnels(name, vpn)):
                problem = f"`{here[-1]}` has no effect on '{name}': a static VPN has no BGP"
                findings.add(here, "DX-T103", problem, "Take it out, or write `routing: bgp`.")
        else:
            _announced(file, vpn.customer, path, findings, ipv6=False)


def _ends_of_tunnels(name: str, vpn: VpnEntry) -> Iterator[KeyPath]:
    """Where it is written whether an end of a tunnel's session is switched on."""
    for number, tunnel in enumerate(vpn.tunnels):
        for side, end in (("customer", tunnel.customer), ("amazon", tunnel.amazon)):
            if "enabled" in end.model_fields_set:
                yield "vpns", name, "tunnels", number, side, "enabled"


def _announced(file: TopologyFile, policy: PolicyEntry, path: KeyPath, findings: Findings, *, ipv6: bool) -> None:
    data_center = file.customer.data_center
    own = (*data_center.networks, *data_center.public_networks)
    for number, prefix in enumerate(policy.announce or ()):
        here = (*path, "announce", number)
        if not any(_part_or_whole(prefix, network) for network in own):
            problem = f"{prefix} is none of the data center's networks, no part of one and no aggregate"
            listed = ", ".join(str(network) for network in own)
            findings.add(here, "DX-T102", problem, f"The networks are {listed}.")
        elif prefix.version == IPV6 and not ipv6:
            problem = f"{prefix} cannot be announced: there is no IPv6 session"
            remedy = "A virtual interface has one with `ipv6: on`; a VPN connection has none."
            findings.add(here, "DX-T103", problem, remedy)


def _part_or_whole(prefix: IPNetwork, network: IPNetwork) -> bool:
    """Whether one of the two lies in the other. The default route is an aggregate of everything."""
    if isinstance(prefix, IPv4Network):
        return isinstance(network, IPv4Network) and prefix.overlaps(network)
    return isinstance(network, IPv6Network) and prefix.overlaps(network)
